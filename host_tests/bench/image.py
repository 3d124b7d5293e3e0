"""What a board takes for the firmware as an image, against the same as files."""

import json
import resource
import tempfile
from pathlib import Path

from tools.deploy import files, stage, used
from tools.deploy.image import stage_image
from tools.engine import ROOT

FIGURES = {
    "deploy_flash_kb_example": (
        "KiB",
        "flash of a Pico W with the image of the example config, and room for the next one",
        "<= 250",
    ),
    "image_mount_heap_bytes": (
        "bytes",
        "heap that a mounted image keeps, on the VM, whose words have 8 bytes",
        "<= 2500",
    ),
    "image_import_ratio_vm": (
        "",
        "time to import the firmware from an image / from files, all in the disk's cache",
        "<= 1.3",
    ),
}
RUNS, TIMES = 3, 20
MODULES = (
    "firmware.run", "firmware.on_demand.settings", "firmware.always_on",
    "firmware.on_demand.start", "firmware.on_demand.features", "firmware.on_demand.health",
    "boards.base", "boards.unix", "boards.sensors.bme280", "snowplow_tracker.store.segments",
    "snowplow_tracker.plugins.session",
)  # fmt: skip


def run(machine):
    """In turn from the image and from files; the ratio is that of processor time."""
    config = json.loads((ROOT / "firmware/config.example.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        plain = stage(Path(folder) / "plain", config, mpy=True)
        image = stage_image(Path(folder) / "image", config, used(files(), config, "linux"))
        rp2 = stage_image(Path(folder) / "rp2", config, used(files(), config, "rp2"))
        size = (rp2 / "releases/a.img").stat().st_size
        # Arguments become names in a table that grows by chunks, so it depends on their length.
        heaps = [machine.vm("image.py", image, "image", 0, "x" * n) for n in range(1, 256, 16)]
        ratios = [
            round(seconds(machine, image, "image") / seconds(machine, plain, "plain"), 3)
            for _ in range(RUNS)
        ]
    flash = machine.vm("image_flash.py", size, size, lib=ROOT / "host_tests/store", heap="8m")
    return {
        "deploy_flash_kb_example": round(flash / 1024),
        "image_mount_heap_bytes": heaps,
        "image_import_ratio_vm": ratios,
    }


def seconds(machine, folder, kind):
    """Processor time of importing the modules TIMES times, without the start of the VM."""
    used = []
    for times in 0, TIMES:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        machine.vm("image.py", folder, kind, times, *MODULES, heap="400wk")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return used[1] - used[0]
