"""Power cuts at every change of the flash, through deploys, trials and their ends."""

import hashlib
import json
import os
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from tools.deploy.image import keep, plan, state_text, writing
from tools.engine import ROOT, compile_mpy
from tools.release.image import make

pytestmark = pytest.mark.usefixtures("compiler")
SCRIPT = Path(__file__).with_name("release_cuts.py")
RUN = """
import booted
from firmware.version import VERSION
import firmware.part0, firmware.part1, firmware.part2
def run():
    for part in firmware.part0, firmware.part1, firmware.part2:
        if part.OF != VERSION:
            raise ValueError("parts of two versions")
    booted.version = VERSION
"""
NEW = '{"app_id": "new"}'
CONFIGS = {0: '{"app_id": "old"}', 1: NEW, 2: NEW, 3: NEW, 4: NEW, 5: '{"app_id": "newer"}'}


@pytest.fixture
def plan_file(tmp_path):
    """The plan for release_cuts.py, from versions of a small firmware."""

    def compiled(path, text):
        source = tmp_path / "source.py"
        source.write_text(text)
        return compile_mpy(source, tmp_path / "out.mpy").read_bytes()

    def modules(version):
        found = {
            "firmware/__init__": "",
            "firmware/on_demand/__init__": "",
            "firmware/run": ("import nothing\n" if version == 6 else "") + RUN,
            "firmware/version": f"VERSION = {version}\n",
            "snowplow_tracker/__init__": "",
        }
        for n in range(3):  # of which some stay the same
            text = "".join(str(i * (version + 2) % 91) for i in range(3000))
            found[f"firmware/part{n}"] = f"OF = {version}\nTEXT = '{text}'\n"
        made = {f"{path}.mpy": compiled(path, text) for path, text in found.items()}
        for path in "firmware/on_demand/release", "snowplow_tracker/json_file":
            source = ROOT / ("lib" if path[0] == "s" else "") / (path + ".py")
            made[path + ".mpy"] = compile_mpy(source, tmp_path / "out.mpy").read_bytes()
        return made

    def config(version):
        path = tmp_path / f"config{version}.json"
        path.write_text(CONFIGS[version])
        return path

    def deploy(image, version, files, state):
        has = {path: (hashlib.sha256(files[path]).hexdigest(), len(files[path])) for path in files}
        found = plan(image, config(version), has, json.loads(state), tmp_path / "build")
        return found, [*writing(found.parts), found.switch]

    images = {version: make(modules(version)) for version in range(1, 7)}
    plain = {"/" + path: data for path, data in modules(0).items()}
    plain["/main.py"] = b"from firmware.run import run\nrun()\n"
    plain["/boot.py"] = b""
    plain["/config.json"] = CONFIGS[0].encode()
    first, deploy_1 = deploy(images[1], 1, plain, "{}")
    # As the board is when version 5 is deployed: 2 in b runs, and 4 was in a.
    starters = {
        "/releases/loader.mpy": (tmp_path / "build/boot/loader.mpy").read_bytes(),
        "/releases/image.mpy": (tmp_path / "build/boot/image.mpy").read_bytes(),
        "/boot.py": (ROOT / "firmware/boot.py").read_bytes(),
        "/main.py": (ROOT / "firmware/image_main.py").read_bytes(),
    }
    keep(images[2], tmp_path / "build")
    later = {
        **starters,
        "/config.json": CONFIGS[1].encode(),
        "/releases/a.img": images[4],
        "/releases/b.img": images[2],
    }
    second, deploy_5 = deploy(images[5], 5, later, state_text("b"))
    assert first.remove and second.sent < len(images[5])
    path = tmp_path / "plan.json"
    path.write_text(
        json.dumps(
            {
                "configs": CONFIGS,
                "folders": ["/firmware", "/firmware/on_demand", "/snowplow_tracker"],
                "plain": {name: b64encode(data).decode() for name, data in plain.items()},
                "deploy 1": deploy_1,
                "deploy 5": deploy_5,
                **{f"image {n}": b64encode(images[n]).decode() for n in (2, 3, 4, 6)},
            }
        )
    )
    return path


@pytest.fixture
def cuts(vm_program, plan_file):
    """cuts(geometry, each) -> what release_cuts.py found."""

    def run(*arguments):
        done = subprocess.run(
            [vm_program, "-X", "heapsize=64m", SCRIPT, plan_file, *map(str, arguments)],
            env=dict(os.environ, MICROPYPATH=f".frozen:{ROOT / 'host_tests/store'}"),
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_a_board_always_boots_one_of_the_two_versions_whole(cuts, closing_line):
    cases = 0
    for geometry, each in ("rp2", 1), ("esp32", 1):
        found = cuts(geometry, each)
        assert not found["failures"], "\n".join([geometry, *found["failures"]])
        cases += found["cases"]
    assert cases >= 5000
    closing_line(f"releases: {cases} power cuts, 0 bricked")
