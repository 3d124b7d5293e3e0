"""What the firmware leaves of a small board's heap, with all its features at work."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from tools.deploy import files, stage, used
from tools.deploy.image import stage_image
from tools.engine import ROOT, compile_mpy

FIGURES = {
    "firmware_heap_free_vm": (
        "KiB",
        "free of 96wk, in words of a 32-bit board, with the firmware and all features at work",
        ">= 30",
    ),
    "firmware_heap_free_example_vm": (
        "KiB",
        "the same with firmware/config.example.json: a BME280 on I2C, Wi-Fi, events on flash",
        ">= 44",
    ),
    "firmware_heap_free_image_vm": (
        "KiB",
        "as firmware_heap_free_vm, with the firmware as an image",
        None,
    ),
    "firmware_heap_free_small_vm": (
        "KiB",
        "the same with a sensor and Wi-Fi only: events in RAM, nothing attached",
        None,
    ),
    "firmware_mpy_bytes": (
        "bytes",
        "library, boards and firmware as a board with one sensor gets them, by mpy-cross",
        None,
    ),
}
HEAP = 96
ENTRY = ("boot", "main")  # these stay .py
CONFIG = {
    "collector": "http://127.0.0.1:9",
    "app_id": "bench",
    "sample_seconds": 1,
    "send_seconds": 1,
    "health_seconds": 1,
    "store_bytes": 65536,
    "buffer_bytes": 4096,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
    "track": [
        "session", "platform", "application", "install", "lifecycle", "errors", "diagnostics",
    ],
    "remote": {"url": "http://127.0.0.1:9/remote.json"},
}  # fmt: skip

EXAMPLE = json.loads((ROOT / "firmware" / "config.example.json").read_text())
EXAMPLE["collector"] = CONFIG["collector"]
SMALL = {key: CONFIG[key] for key in CONFIG if key not in ("track", "remote", "store_bytes")}


def run(machine):
    """All features, then few of them; what is not configured is not loaded."""
    with tempfile.TemporaryDirectory() as folder:
        board = stage(Path(folder) / "board", CONFIG, mpy=True)
        copied = [board / path[1:] for _, path in used(files(), CONFIG)]
        size = sum(p.with_suffix(".mpy").stat().st_size for p in copied if p.stem not in ENTRY)
        compile_fakes(Path(folder) / "fakes")
        full = taken(machine, folder)
        small, example = (taken_by(machine, folder, config) for config in (SMALL, EXAMPLE))
        image = Path(folder) / "image"
        stage_image(image / "board", CONFIG, used(files(), CONFIG, "esp32"))
        (image / "board/main.py").write_text("from firmware.run import run\nrun()\n")
        compile_fakes(image / "fakes")
        from_image = taken(machine, image, None, "image")
    return {
        "firmware_heap_free_vm": full,
        "firmware_heap_free_image_vm": from_image,
        "firmware_heap_free_example_vm": example,
        "firmware_heap_free_small_vm": small,
        "firmware_mpy_bytes": size,
    }


def taken_by(machine, folder, config):
    """As taken(), by a new board with the dict `config`."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        stage(Path(fresh) / "board", config, mpy=True)
        return taken(machine, folder, Path(fresh) / "board")


def compile_fakes(folder):
    """The fakes that stand in on the VM for what a port has, compiled into `folder`."""
    for source in (ROOT / "host_tests" / "fakes").glob("*.py"):
        if source.name not in ("requests.py", "micropython.py"):  # the VM has its own
            compile_mpy(source, folder / (source.stem + ".mpy"))
    return folder


def taken(machine, folder, board=None, *how):
    """KiB that are left of HEAP, each second, to the firmware in `board` or in folder/board.

    The fakes' own part is not counted as taken.
    """
    script = Path(__file__).parent / "scripts" / "firmware_heap.py"
    found = subprocess.run(
        [machine.program, "-X", "heapsize=400wk", script, *how],
        cwd=board or Path(folder) / "board",
        env=dict(os.environ, MICROPYPATH=f"{folder}/fakes:.frozen:lib:"),
        check=True,
        capture_output=True,
        text=True,
    )
    line = [line for line in found.stdout.splitlines() if line[:1] == "["][-1]
    fakes, *totals = map(int, re.findall("n_qstr=([0-9]+)", found.stdout))
    # The VM's words have 8 bytes; half of that is what `w` counts.
    return [
        round(HEAP - (n - names_table(fakes, total)) / 2048, 1)
        for n, total in zip(json.loads(line), totals, strict=True)
    ]


def names_table(fakes, total):
    """Bytes of the VM's table of names that it has only because of the fakes' names.

    The table grows by a part that is twice as large as the one before, from 20 entries of 11
    bytes on (py/qstr.c): with `total` names, of which a board would not have `fakes`.
    """
    table, part, extra = 0, 20, 0
    while table < total:
        if table >= total - fakes:
            extra += 11 * part
        table += part
        part *= 2
    return extra
