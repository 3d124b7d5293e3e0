"""A folder of releases, and the real MicroPython VM with all that an update needs."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from tools.engine import ROOT
from tools.release import config, image, manifest, signing

HERE = Path(__file__).parent
MODULES = 8
OLD_CONFIG = {
    "collector": "https://c.example.com", "app_id": "garden", "verify": False,
    "wifi": {"ssid": "barn", "password": "hunter22"},
    "update": {"url": "https://c.example.com/firmware", "key": "release.der"},
}  # fmt: skip
NEW_CONFIG = {**OLD_CONFIG, "app_id": "meadow", "wifi": {"ssid": "mill", "password": "12345678"}}
BAD_CONFIG = {**NEW_CONFIG, "sample_seconds": "seldom"}


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Path of a private key; the public one lies beside it as .der."""
    path = tmp_path_factory.mktemp("key") / "release.pem"
    signing.make_pair(path)
    return path


def make_images(seed=1, size=1500):
    """Two images, of which the second has another module 3, as (bytes, bytes, module's bytes)."""
    some = random.Random(seed)
    modules = {f"firmware/m{i}.mpy": some.randbytes(size) for i in range(MODULES)}
    old = image.make(modules)
    modules["firmware/m3.mpy"] = some.randbytes(size + 100)
    return old, image.make(modules), size + 100


@pytest.fixture(scope="session")
def releases(tmp_path_factory, keys):
    """A folder of releases: `old` and `new` are images, and new is offered with a patch.

    without_patches.json is the same offer without one. new_config offers NEW_CONFIG to all
    boards, which have that in old_config; bad_config offers BAD_CONFIG.
    """
    folder = tmp_path_factory.mktemp("releases")
    key = signing.load_private(keys)
    old, new, _ = make_images()
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    (folder / "release.der").write_bytes(keys.with_suffix(".der").read_bytes())
    manifest.publish(folder, old, key, now=1795000000)
    offer = manifest.publish(folder, new, key, now=1795738410)
    assert len(offer["patches"]) == 1
    without = signing.sign({**offer, "patches": []}, key)
    (folder / "without_patches.json").write_bytes(without)
    (folder / "old_config").write_text(json.dumps(OLD_CONFIG))
    for name, data in (("new_config", NEW_CONFIG), ("bad_config", BAD_CONFIG)):
        path, _ = config.publish(folder, data, key, now=1795738410)
        path.rename(folder / name)
    return folder


@pytest.fixture(scope="session")
def on_vm(vm_program):
    """on_vm(script, *arguments) -> the JSON line that the script of this folder prints last."""
    paths = (".frozen", ROOT / "lib", ROOT, ROOT / "boards/boot", HERE.parent / "store")

    def run(script, *arguments, heap="24m", timeout=500):
        done = subprocess.run(
            [vm_program, "-X", f"heapsize={heap}", HERE / script, *map(str, arguments)],
            env=dict(os.environ, MICROPYPATH=os.pathsep.join(map(str, paths))),
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
