"""tools/check.py over small trees that break one rule each."""
import sys
from pathlib import Path

import pytest

from tools import check


@pytest.fixture
def tree(tmp_path):
    """tree({path: source}) writes the files and gives the root."""

    def write(files):
        for path, source in {"firmware/app.py": "", **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(source)
        return tmp_path

    return write


LIB = "lib/snowplow_tracker/tracker.py"
WIRE = "lib/snowplow_tracker/transport/http.py"


@pytest.mark.parametrize(
    "path, source, rule",
    [
        (LIB, "import boards", "lib/ imports neither boards nor firmware: boards"),
        (LIB, "from boards.base import UNITS", "lib/ imports neither"),
        (LIB, "import firmware.app", "lib/ imports neither boards nor firmware: firmware"),
        (LIB, "def f():\n    import machine", "only boards/ touches the hardware: machine"),
        (LIB, "try:\n    import machine\nexcept ImportError:\n    pass", "only boards/ touches"),
        (LIB, "import socket", "only lib/snowplow_tracker/transport/ opens connections: socket"),
        (LIB, "import select", "lib/ does not import select"),
        (LIB, "from datetime import datetime", "MicroPython has no datetime"),
        (LIB, "try:\n    import uuid\nexcept ValueError:\n    pass", "MicroPython has no uuid"),
        (WIRE, "import urllib.request", "MicroPython has no urllib"),
        ("boards/esp32.py", "import snowplow_tracker", "boards/ imports neither the library"),
        ("boards/esp32.py", "from snowplow_tracker.clock import ms", "boards/ imports neither"),
        ("boards/esp32.py", "import firmware.app", "boards/ imports neither the library nor fi"),
        ("boards/esp32.py", "import requests", "opens connections: requests"),
        ("boards/esp32.py", "import typing", "MicroPython has no typing"),
        ("boards/sensors/dht.py", "import logging", "MicroPython has no logging"),
        ("firmware/main.py", "from network import WLAN", "only boards/ touches the hardware"),
        ("firmware/main.py", "import requests", "opens connections: requests"),
    ],
)
def test_a_broken_rule_is_one_line_with_its_place(tree, path, source, rule):
    found = check.arrows(tree({path: source}))
    line = 1 + source[: source.find("import")].count("\n")
    assert len(found) == 1, found
    assert found[0].startswith("%s:%d: " % (path, line))
    assert rule in found[0]


@pytest.mark.parametrize(
    "path, source",
    [
        (LIB, "import json\nfrom . import clock\nfrom .transport.http import Http"),
        (LIB, "try:\n    from time import ticks_ms\nexcept ImportError:\n    import datetime"),
        (LIB, "try:\n    import uuid\nexcept (ImportError, OSError):\n    uuid = None"),
        (WIRE, "import socket, ssl, requests"),
        (WIRE, "try:\n    import requests\nexcept ImportError:\n    import urequests as requests"),
        ("boards/esp32.py", "import machine, network, esp32, select, onewire"),
        ("boards/wifi.py", "from boards import base"),
        ("firmware/app.py", "import boards, snowplow_tracker\nfrom firmware.app import App"),
    ],
)
def test_what_is_allowed(tree, path, source):
    assert check.arrows(tree({path: source})) == []


def test_this_repository_keeps_to_its_arrows():
    assert check.arrows(check.ROOT) == []


# --- types -----------------------------------------------------------------------------------
@pytest.fixture
def stubs():
    stubs = Path(sys.prefix) / "stubs"
    if not (stubs / "esp32" / "stdlib").exists():
        pytest.skip("no type stubs at %s; `make check` installs them" % stubs)
    return stubs


def test_a_call_that_a_port_lacks_is_reported_for_that_port(tree, stubs):
    root = tree(
        {
            "boards/__init__.py": "",
            "boards/led.py": (
                "import machine\n"
                "def blink():\n"
                "    machine.Pin.foo()\n"  # no port has it
                "    return machine.ADC(26).read_uv()\n"  # rp2 has not
            ),
            "boards/esp32.py": "import esp32\nesp32.no_such_call()\n",
            "boards/unix.py": "import os\nos.getloadavg()\n",  # no port's business
            "lib/clock.py": (
                "import time\n"
                "try:\n"
                "    from time import ticks_ms\n"
                "except ImportError:\n"
                "    def ticks_ms():\n"
                "        return time.monotonic_ns()\n"
            ),
        }
    )
    found = sorted(check.types(root, stubs))
    assert [line.split(": ")[0] for line in found] == [
        "boards/esp32.py:2",
        "boards/led.py:3",
        "boards/led.py:4",
    ]
    assert found[0].endswith("(esp32)")
    assert '"foo"' in found[1] and found[1].endswith("(esp32, rp2)")
    assert '"read_uv"' in found[2] and found[2].endswith("(rp2)")


def test_missing_stubs_are_told_and_not_passed_over(tree, tmp_path):
    found = check.types(tree({}), tmp_path / "nowhere")
    assert len(found) == 2 and "no type stubs" in found[0]


def test_the_exit_code_tells(tree, monkeypatch, capsys):
    monkeypatch.setattr(check, "types", lambda root: [])
    assert check.main(tree({})) == 0
    assert check.main(tree({LIB: "import machine"})) == 1
    assert capsys.readouterr().out.count("\n") == 1
