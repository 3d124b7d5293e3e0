"""tools/check over small trees that break one rule each."""

import importlib.util

import pytest

from tools import check
from tools.check.typecheck import STUBS


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
HTTP = "lib/snowplow_tracker/transport/http.py"


@pytest.mark.parametrize(
    "path, source, rule",
    [
        (LIB, "import boards", "lib/ imports neither boards nor firmware: boards"),
        (LIB, "from boards.base import Board", "lib/ imports neither"),
        (LIB, "import firmware.app", "lib/ imports neither boards nor firmware: firmware"),
        (LIB, "def f():\n    import machine", "only boards/ uses the hardware: machine"),
        (LIB, "try:\n    import machine\nexcept ImportError:\n    pass", "only boards/ uses"),
        (LIB, "import socket", "transport/ and boards/ntp.py open connections: socket"),
        (LIB, "import heapq", "lib/ does not import heapq"),
        (LIB, "from datetime import datetime", "MicroPython has no datetime"),
        (LIB, "try:\n    import uuid\nexcept ValueError:\n    pass", "MicroPython has no uuid"),
        (HTTP, "import urllib.request", "MicroPython has no urllib"),
        ("boards/esp32.py", "import snowplow_tracker", "boards/ imports neither the library"),
        ("boards/esp32.py", "from snowplow_tracker.clock import ms", "boards/ imports neither"),
        ("boards/esp32.py", "import firmware.app", "boards/ imports neither the library nor fi"),
        ("boards/esp32.py", "import requests", "open connections: requests"),
        ("boards/esp32.py", "import typing", "MicroPython has no typing"),
        ("boards/sensors/dht.py", "import logging", "MicroPython has no logging"),
        ("firmware/main.py", "from network import WLAN", "only boards/ uses the hardware"),
        ("firmware/main.py", "import requests", "open connections: requests"),
    ],
)
def test_a_forbidden_import_is_one_line_with_its_place(tree, path, source, rule):
    found = check.forbidden_imports(tree({path: source}))
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
        (HTTP, "import socket, ssl, requests"),
        (HTTP, "try:\n    import requests\nexcept ImportError:\n    import urequests as requests"),
        ("boards/esp32.py", "import machine, network, esp32, select, onewire"),
        ("boards/wifi.py", "from boards import base"),
        ("firmware/app.py", "import boards, snowplow_tracker\nfrom firmware.app import App"),
    ],
)
def test_allowed_imports(tree, path, source):
    assert check.forbidden_imports(tree({path: source})) == []


def test_this_repository_has_no_forbidden_import():
    assert check.forbidden_imports(check.ROOT) == []


# --- names with an underscore ---------------------------------------------------------------
STORE = "lib/snowplow_tracker/store/segments.py"
DEFINES = "class Store:\n    def __init__(self):\n        self._head = 0\n"


@pytest.mark.parametrize(
    "path, line, name, source",
    [
        (LIB, 2, "_head", "def f(store):\n    return store._head\n"),
        (LIB, 2, "_head", "def f(store):\n    store._head = 1\n"),
        (LIB, 2, "_bytes", "def f(store):\n    del store.ring._bytes\n"),
        (LIB, 1, "_known", "from .clock import _known\n"),
        (LIB, 2, "_known", "from . import clock\nprint(clock._known)\n"),
        (LIB, 2, "_known", "_known = 1\nfrom .clock import _known\n"),
        (LIB, 2, "_head", "def f(store):\n    return getattr(store, '_head', 0)\n"),
        ("boards/join.py", 2, "_wlan", "def f(link):\n    return link._wlan\n"),
        ("firmware/app.py", 2, "_over", "def f(app):\n    return app.session._over\n"),
        ("tools/demo.py", 2, "_loop", "import asyncio\nasyncio.events._loop\n"),
        # A local variable of that name defines nothing for others.
        (LIB, 2, "_head", "def f(store):\n    _head = store._head\n    return _head\n"),
    ],
)
def test_a_private_name_of_another_file_is_reported(tree, path, line, name, source):
    found = check.private_names(tree({path: source}))
    assert len(found) == 1, found
    assert found[0].startswith("%s:%d: %s " % (path, line, name))


@pytest.mark.parametrize(
    "path, source",
    [
        (LIB, "class A:\n    def f(self):\n        return self._of_a_base_class\n"),
        (LIB, "class A(B):\n    def _f(self):\n        return super()._f()\n"),
        (LIB, "class A:\n    def f(cls):\n        return cls._known\n"),
        (LIB, "class A:\n    _known = {}\n\n\nA._known.clear()\n"),
        (LIB, "class A:\n    def _f(self, other):\n        return other._f(self)\n"),
        (LIB, DEFINES + "\n\ndef same(a, b):\n    return a._head == b._head\n"),
        (LIB, "import snowplow_tracker as s\n_a = s.__version__\nprint(s._a)\n"),
        (LIB, "from . import __version__\nfor _ in ():\n    print(__name__)\n"),
        (LIB, "import sys\nprint(getattr(sys.implementation, '_machine', ''))\n"),
        ("tools/demo.py", "import os\nos._exit(1)\n"),
        # host_tests/ may look into anything.
        ("host_tests/test_store.py", "def test(store):\n    assert store._head == 0\n"),
    ],
)
def test_private_names_that_are_a_file_s_own(tree, path, source):
    assert check.private_names(tree({path: source})) == []


@pytest.mark.parametrize("header", ["# %s\n#\n# More.\n", '"""%s"""\n', '"""Store.\n\n%s\n"""\n'])
@pytest.mark.parametrize("user", ["lib/reader.py", "lib/reader/__init__.py"])
def test_a_header_permits_a_private_name_to_the_file_that_it_names(tree, header, user):
    said = header % ("`_head`: %s moves it." % user[4:])
    files = {STORE: said + DEFINES, user: "def f(store):\n    return store._head\n"}
    assert check.private_names(tree(files)) == []


@pytest.mark.parametrize(
    "header",
    [
        "# `_head`: other.py moves it.\n",
        "# `_head`: my_reader.py moves it.\n",
        "# `_tail`: reader.py moves it.\n",
        "# _head: reader.py moves it.\n",
        "# `_head` is moved.\n# See reader.py.\n",
        "import os\n# `_head`: reader.py moves it.\n",
    ],
)
def test_a_header_permits_nothing_else(tree, header):
    source = "def f(store):\n    return store._head\n"
    files = {STORE: header + DEFINES, "lib/reader.py": source}
    found = check.private_names(tree(files))
    assert len(found) == 1 and found[0].startswith("lib/reader.py:2: _head ")


# --- sizes -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path, most",
    [
        ("lib/snowplow_tracker/tracker.py", 300),
        ("boards/sensors/dht.py", 300),
        ("firmware/app.py", 300),
        ("tools/demo.py", 250),
        ("tools/collector/static/main.js", 250),
    ],
)
def test_a_file_has_its_most_lines_and_no_more(tree, path, most):
    assert check.too_large(tree({path: "#\n" * most})) == []
    found = check.too_large(tree({path: "#\n" * (most + 1)}))
    assert len(found) == 1 and found[0].startswith("%s: %d lines; " % (path, most + 1))


def test_what_is_no_source_may_be_long(tree):
    long = {"firmware/schemas/a.json": "\n" * 999, "lib/snowplow_tracker/tracker.pyi": "#\n" * 999}
    assert check.too_large(tree(long)) == []


@pytest.mark.parametrize("folder", ["lib/snowplow_tracker", "tools/collector"])
def test_a_folder_has_at_most_sixteen_files(tree, folder):
    files = {"%s/%d.py" % (folder, i): "" for i in range(15)}
    files.update({folder + "/15.py": "", folder + "/clock/__init__.py": ""})
    files.update({folder + "/15.pyi": "", folder + "/py.typed": ""})  # no board gets these
    assert check.too_large(tree(files)) == []
    found = check.too_large(tree({folder + "/16.py": ""}))
    assert len(found) == 1 and found[0].startswith(folder + ": 17 files; ")


# --- spelling --------------------------------------------------------------------------------
def test_a_misspelled_word_is_reported_with_its_place(tree):
    if not importlib.util.find_spec("codespell_lib"):
        pytest.skip("no codespell; `make check` installs it")
    paths = ["lib/a.py", "boards/a.py", "firmware/a.js", "tools/a.py", "host_tests/a.py", "A.md"]
    right = "# It doesn't receive a 'ue' event, in 1024ths.\n"
    assert check.misspelled(tree({path: right for path in paths})) == []
    word = "rec" + "ieve"  # in two parts, since this file is checked as well
    for wrong in ("# I %s.", "print('%s')", "def %s_all():", "raise X('not %sd')"):
        found = check.misspelled(tree({path: right + wrong % word for path in paths}))
        places = sorted(line.split(": ")[0] for line in found)
        assert places == sorted(path + ":2" for path in paths), wrong


def test_without_codespell_the_check_fails(tree, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found = check.misspelled(tree({}))
    assert len(found) == 1 and "codespell is not installed" in found[0]


# --- types -----------------------------------------------------------------------------------
@pytest.fixture
def stubs():
    if not (STUBS / "esp32" / "stdlib").exists():
        pytest.skip("no type stubs at %s; `make check` installs them" % STUBS)
    return STUBS


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
    found = sorted(check.type_errors(root, stubs))
    assert [line.split(": ")[0] for line in found] == [
        "boards/esp32.py:2",
        "boards/led.py:3",
        "boards/led.py:4",
    ]
    assert found[0].endswith("(esp32)")
    assert '"foo"' in found[1] and found[1].endswith("(esp32, rp2)")
    assert '"read_uv"' in found[2] and found[2].endswith("(rp2)")


def test_a_pyi_is_what_other_files_are_checked_against(tree, stubs):
    root = tree(
        {
            # Its own source is checked too.
            "lib/lazy.py": "import time\n\n\ndef __getattr__(name):\n    return time.foo\n",
            "lib/lazy.pyi": "def send(count: int) -> None: ...\nx: Nothing\n",
            "lib/user.py": "import lazy\n\nlazy.send(1)\nlazy.send('1')\nlazy.sent(1)\n",
        }
    )
    found = check.type_errors(root, stubs)
    assert sorted(line.split(": ")[0] for line in found) == [
        "lib/lazy.py:5",
        "lib/lazy.pyi:2",
        "lib/user.py:4",
        "lib/user.py:5",
    ]


def test_missing_stubs_are_reported(tree, tmp_path):
    found = check.type_errors(tree({}), tmp_path / "nowhere")
    assert len(found) == 2 and "no type stubs" in found[0]


def test_stubs_are_compared_with_the_library(tree, tmp_path):
    package = "lib/snowplow_tracker/"
    files = {
        package + "__init__.py": "def send(count=1, wait=0):\n    pass\n",
        package + "__init__.pyi": "def send(count: int = 1, wait: int = 0) -> None: ...\n",
        "allowed.txt": "# Nothing.\n",
    }
    assert check.stub_errors(tree(files), tmp_path / "allowed.txt") == []
    wrong = "def send(number: int, wait: int) -> None: ...\ndef flush() -> None: ...\n"
    problems = check.stub_errors(tree({package + "__init__.pyi": wrong}), tmp_path / "allowed.txt")
    assert any("flush" in line for line in problems), problems
    assert any('"number"' in line for line in problems), problems
    assert any('"wait"' in line for line in problems), problems


def test_an_entry_of_the_allowlist_that_nothing_needs_is_reported(tree, tmp_path):
    files = {"lib/snowplow_tracker/__init__.py": "", "allowed.txt": "snowplow_tracker.gone\n"}
    problems = check.stub_errors(tree(files), tmp_path / "allowed.txt")
    assert len(problems) == 1 and "snowplow_tracker.gone" in problems[0]


# --- the documentation -----------------------------------------------------------------------
def test_programs_in_the_documentation_are_checked_with_the_lines_of_their_page(tree):
    files = {
        "lib/snowplow_tracker/__init__.py": "def send(count):\n    pass\n",
        "lib/snowplow_tracker/__init__.pyi": "def send(count: int) -> None: ...\n",
        "README.md": "Text\n\n```python\nfrom snowplow_tracker import send\n```\n\n"
                     "```sh\nls\n```\n\n- item\n  ```python\n  send(1)\n  send('1')\n  ```\n",
        "docs/api/a.md": "```python\nsend(1)\n```\n",
        "docs/b.md": "no program\n",
    }  # fmt: skip
    found = check.example_errors(tree(files))
    assert [line.split(": ")[0] for line in found] == ["README.md:14", "docs/api/a.md:2"]
    assert "has incompatible type" in found[0] and '"send" is not defined' in found[1]


def test_a_public_name_without_page_docstring_or_types_is_reported(tree):
    pytest.importorskip("griffe", reason="no griffe; `make check` installs it")
    package = "lib/snowplow_tracker/"
    files = {
        package + "__init__.py": "",
        package + "__init__.pyi": "from .a import A as A\nfrom .a import f as f\n",
        package + "a.py": 'class A:\n    """A."""\n\n    def run(self, b, c: int = 1):\n'
                          '        pass\n\n    def _own(self):\n        pass\n\n\n'
                          'def f() -> int:\n    """F."""\n    return 1\n',
        package + "entities/__init__.py": "",
        package + "entities/place.py": 'def place(*args):\n    """P."""\n',
        package + "entities/place.pyi": "def place(name: str) -> tuple: ...\n",
        package + "media/__init__.py": "",
        package + "plugins/__init__.py": "",
        package + "plugins/cross_navigation.py": "",
        "docs/api/a.md": "::: snowplow_tracker.A\n\n::: snowplow_tracker.entities.place.place\n"
                         "\n::: snowplow_tracker.Gone\n",
    }  # fmt: skip
    assert sorted(check.reference_gaps(tree(files))) == [
        "docs/api: f is public, and on no page",
        "docs/api: there is no Gone",
        package + "a.py:4: snowplow_tracker.a.A.run: b has no type",
        package + "a.py:4: snowplow_tracker.a.A.run: no docstring",
        package + "a.py:4: snowplow_tracker.a.A.run: no type of what it returns",
    ]


# --- all of them -----------------------------------------------------------------------------
def test_the_exit_code_says_whether_all_is_well(tree, monkeypatch, capsys):
    monkeypatch.setattr(check, "CHECKS", (check.forbidden_imports, check.private_names))
    assert check.main(tree({})) == 0
    assert check.main(tree({LIB: "import machine\nmachine._pin"})) == 1
    assert capsys.readouterr().out.count("\n") == 2


def test_one_version_everywhere(tree):
    init = "lib/snowplow_tracker/__init__.py"
    files = {
        init: '__version__ = "1.2.3"\n',
        "lib/package.json": '{"version": "1.2.3"}',
        "lib/manifest.py": 'metadata(version="1.2.3", description="x")\n',
        "CHANGELOG.md": "## Unreleased\n\n## 1.2.3 - 2026-11-27\n\n## 1.2.2 - 2026-01-01\n",
    }
    assert check.other_versions(tree(files)) == []
    for name in list(files)[1:]:
        found = check.other_versions(tree({**files, name: files[name].replace("1.2.3", "1.2.4")}))
        assert len(found) == 1 and found[0].startswith(f"{name}: 1.2.4, and {init} has 1.2.3: ")
        found = check.other_versions(tree({**files, name: "{}"}))
        assert len(found) == 1 and found[0].startswith(f"{name}: ")
    assert "expected __version__" in check.other_versions(tree({**files, init: ""}))[0]
