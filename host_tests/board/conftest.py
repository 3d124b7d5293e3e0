import json
import shutil

import pytest

pytest.importorskip("pty", reason="no pseudo-terminals on this machine")

from vm_board import VmBoard

import tools.deploy.board
from tools.engine import ROOT

MAIN = """
import time
from firmware import app
print("main runs", app.VERSION)
while True:
    time.sleep_ms(20)
    print(".", end="")
"""

RUN = """
def run():
    import time
    import snowplow_tracker.store.ring
    from firmware.app import VERSION
    print("firmware runs", VERSION)
    while True:
        time.sleep_ms(20)
        print(".", end="")
"""
BOOT = "# Runs first after every reset.\nprint('boot runs')\n"
CONFIG = {
    "collector": "http://192.168.1.10:9090",
    "app_id": "garden",
    "wifi": {"ssid": "net", "password": "correct horse"},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    # The VM is at its REPL sooner than a board; but this machine may be slower than all boards.
    monkeypatch.setattr(tools.deploy.board, "SETTLE", 0.2)
    for name in ("SILENCE", "RETURN", "AGAIN"):
        monkeypatch.setattr(tools.deploy.board, name, 120)


@pytest.fixture
def board(tmp_path, vm_program):
    (tmp_path / "usb").mkdir()
    with VmBoard(tmp_path / "usb", usb_gap=0.5) as board:
        board.wait_for(b">>> ")
        yield board


@pytest.fixture
def tree(tmp_path):
    """A small project, version 1, with a config. Returns its root."""
    root = tmp_path / "project"
    for path, text in {
        "lib/snowplow_tracker/__init__.py": "NAME = 'tracker – ü'\r\n",
        "lib/snowplow_tracker/store/__init__.py": "",
        "lib/snowplow_tracker/store/ring.py": "# " + "r" * 3000 + "\n",
        "lib/snowplow_tracker/README.txt": "stays here",
        "boards/__init__.py": "",
        "boards/chips/chip.py": "'''it's \\x00 a \"chip\"'''\n",
        "firmware/__init__.py": "def use():\n    import snowplow_tracker.store.ring\n",
        "firmware/app.py": "VERSION = 1\n",
        "firmware/examples/plain.py": "stays here too",
        "firmware/boot.py": BOOT,
        "firmware/main.py": MAIN,
        "firmware/schemas/reading.json": "{}",
        "config.json": json.dumps(CONFIG),
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root


@pytest.fixture
def image_tree(tree):
    """The small project with what starts an image."""
    shutil.copytree(ROOT / "boards/boot", tree / "boards/boot")
    shutil.copy(ROOT / "firmware/image_main.py", tree / "firmware")
    (tree / "firmware/run.py").write_text(RUN)
    (tree / "firmware/main.py").write_text("from firmware.run import run\nrun()\n")
    return tree
