"""What an update costs a board's heap and its link, and how often its power was cut in tests."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from host_tests.outside import Handler, serving
from tools.deploy import LAST, compiled, files, stage
from tools.deploy.image import modules
from tools.engine import ROOT
from tools.release import config as release_config
from tools.release import image, manifest, signing

FIGURES = {
    "update_heap_kb": (
        "KiB",
        "most heap that a whole update by patch holds beside what the firmware has loaded",
        "<= 12",
    ),
    "update_heap_image_kb": ("KiB", "the same where the image is fetched", "<= 12"),
    "update_heap_config_kb": (
        "KiB",
        "the same where the example's config comes by air, looked at after each import, too",
        "",
    ),
    "update_bytes_one_file": (
        "x",
        "bytes of all requests and answers of an update / the module (app) that is all new",
        "<= 1.5",
    ),
    "update_power_cut_cases": (
        "",
        "power cuts in an update after which the board ran one of the two images and lost nothing",
        ">= 5000",
    ),
}
# The buffers are bytes, which a 32-bit board needs as many of as the VM: a piece, the
# transport's buffer, and what has come of the answer.
BUFFERS = 2048 + 1400 + 1400
MODULE = "firmware/app.mpy"
# By http no config with a password is taken.
EXAMPLE = json.loads((ROOT / "firmware/config.example.json").read_text())
del EXAMPLE["wifi"]
UPDATE = {"url": "http://127.0.0.1:9/firmware", "key": "release.der"}


def run(machine):
    """The heap as words of a 32-bit board, with buffers at their full size."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        signing.make_pair(folder / "release.pem")
        key = signing.load_private(folder / "release.pem")
        found = compiled([f for f in files() if f[1] not in LAST], folder / "mpy")
        made = modules(found)
        old = image.make(made)
        # Nothing of it can be copied, which is the worst case.
        made[MODULE] = random.Random(1).randbytes(len(made[MODULE]))
        new = image.make(made)
        manifest.publish(folder / "firmware", old, key, now=1795000000)
        manifest.publish(folder / "firmware", new, key, now=1795738410)
        config = {**EXAMPLE, "update": UPDATE}
        board = stage(folder / "board", config, mpy=True)
        (board / "release.der").write_bytes((folder / "release.der").read_bytes())
        (board / "releases").mkdir()
        (board / "releases" / "a.img").write_bytes(old)
        by_patch, wire = update(machine, board, folder / "firmware")
        (board / "releases" / "b.img").unlink()
        (board / "releases" / "update.json").unlink()
        (board / "releases" / "a.img").write_bytes(old[:-1])  # an image that no patch is for
        by_image, _ = update(machine, board, folder / "firmware")
        release_config.publish(folder / "configs", config, key)
        by_config, _ = update(machine, board, folder / "configs", True)
    return {
        "update_heap_kb": by_patch,
        "update_heap_image_kb": by_image,
        "update_heap_config_kb": by_config,
        "update_bytes_one_file": wire / len(made[MODULE]),
        "update_power_cut_cases": power_cuts(machine),
    }


def update(machine, board, folder, is_config=False):
    """(KiB of heap, bytes of HTTP) of an update of the board from the folder of releases."""
    wire = []

    class Files(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = folder / self.path.rpartition("/")[2].rstrip("?")
            data = path.read_bytes() if path.exists() else b""
            wanted = self.headers["Range"]
            if wanted:
                first, last = map(int, wanted.removeprefix("bytes=").split("-"))
                data = data[first : last + 1]
            status = 404 if not path.exists() else 206 if wanted else 200
            head = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(data)}\r\n\r\n"
            self.wfile.write(head.encode() + data)
            asked = len(self.raw_requestline) + len(str(self.headers).encode())
            wire.append(asked + len(head) + len(data))

    with serving(Files) as server:
        done = subprocess.run(
            [machine.program, "-X", "heapsize=400wk"]
            + [ROOT / "host_tests/bench/scripts/update_heap.py", server.url + "/firmware"]
            + ["imports"] * is_config,
            cwd=board,
            env=dict(os.environ, MICROPYPATH=".frozen:lib:."),
            check=True,
            capture_output=True,
            text=True,
        )
    restart, most = json.loads(done.stdout.splitlines()[-1])
    assert restart == "config", done.stdout
    before, after = map(int, re.findall("n_qstr=([0-9]+)", done.stdout))
    most += 11 * (after - before)  # see names_table() in firmware.py
    return round((most + BUFFERS) / 2048, 2), sum(wire[1:])  # the first one is the script's own


def power_cuts(machine):
    """The cases of host_tests/update, or 0 if one of them failed."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--basetemp={folder}/t"]
            + ["host_tests/update/test_update_power_cuts.py"],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
    line = [line for line in done.stdout.splitlines() if line.startswith("update: ")]
    return int(line[0].split()[1]) if line and not done.returncode else 0
