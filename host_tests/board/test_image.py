"""The real `make deploy` by image, against a board made of the real VM."""

import ast
import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest

import tools.deploy.__main__ as program
import tools.deploy.board as behind
from tools.deploy import ROOT, files, used
from tools.deploy.image import plan
from tools.release import manifest
from tools.release.image import make

CONFIG = {"collector": "http://c", "app_id": "a", "wifi": {"ssid": "n", "password": "12345678"}}
pytestmark = pytest.mark.usefixtures("compiler")
INTENT = """
class Board:
    def set_reset_intent(self, why):
        with open('/intent', 'w') as file:
            file.write(why)
def load():
    return Board()
"""
STARTERS = {"/boot.py", "/main.py", "/releases/loader.mpy", "/releases/image.mpy"}
# A deploy that can be killed.
DEPLOY = """
import pathlib, sys
import tools.deploy.__main__, tools.deploy.board
tools.deploy.board.SETTLE = 0.2
tools.deploy.board.SILENCE = tools.deploy.board.AGAIN = 120
args = ["--follow", "0", "--port", sys.argv[1]]
sys.exit(tools.deploy.__main__.main(args, root=pathlib.Path(sys.argv[2])))
"""


@pytest.fixture
def tree(image_tree):
    """The small project of the other tests, with what starts an image."""
    return image_tree


@pytest.fixture
def deploy(board, tree, capsys):
    """deploy(*args) -> what it printed, after it has succeeded, on the board and from the tree."""

    def run(*args, code=0):
        found = program.main(["--follow", "0", "--port", board.port, *args], root=tree)
        printed = "".join(capsys.readouterr())
        assert found == code, printed
        assert "Traceback" not in printed
        return printed

    return run


def sent(printed):
    line = next(line for line in printed.splitlines() if line.startswith("Image "))
    return int(line.split()[3])


def state(board):
    return json.loads(board.files()["/releases/state.json"])


def test_first_deploy_second_and_one_of_a_changed_module(board, tree, deploy):
    printed = deploy()
    board.wait_for(b"firmware runs 1")
    found = board.files()
    assert set(found) == {*STARTERS, "/config.json", "/releases/a.img", "/releases/state.json"}
    assert found["/config.json"] == (tree / "config.json").read_bytes()
    assert sent(printed) > len(found["/releases/a.img"])

    seen = len(board.output)
    assert "bytes: the board has it" in deploy()
    board.wait_for(b"firmware runs 1", since=seen)
    assert {**board.files(), "/releases/state.json": b""} == {**found, "/releases/state.json": b""}

    (tree / "firmware/app.py").write_text("VERSION = 2\n")
    size = sent(deploy())
    board.wait_for(b"firmware runs 2")
    after = board.files()
    assert after["/releases/a.img"] == found["/releases/a.img"]
    assert size < len(after["/releases/b.img"]) // 2
    assert state(board)["run"] == "b"

    (tree / "firmware/app.py").write_text("VERSION = 1\n")  # and back: the board has it
    seen = len(board.output)
    assert sent(deploy()) == 0
    board.wait_for(b"firmware runs 1", since=seen)
    assert state(board)["run"] == "a"


def test_a_changed_config_comes_with_the_switch(board, tree, deploy):
    deploy()
    board.wait_for(b"firmware runs 1")
    text = (tree / "config.json").read_text().replace("garden", "meadow")
    (tree / "config.json").write_text(text)
    seen = len(board.output)
    deploy()
    board.wait_for(b"firmware runs 1", since=seen)
    found = board.files()
    assert found["/config.json"] == text.encode()
    assert set(found) == {*STARTERS, "/config.json", "/releases/a.img", "/releases/state.json"}


def test_from_files_to_an_image_and_back(board, tree, deploy):
    deploy("--files")
    board.wait_for(b"firmware runs 1")
    files = board.files()
    mine = {"/mine.py": b"1", "/lib/mine.py": b"2", "/config.py": b"3"}
    for path, data in mine.items():
        behind.call(board.port, "exec", f"f = open({path!r}, 'wb'); f.write({data}); f.close()")
    seen = len(board.output)
    deploy()
    board.wait_for(b"firmware runs 1", since=seen)
    found = board.files()
    assert set(found) == {
        *STARTERS, "/config.json", "/releases/a.img", "/releases/state.json", *mine,
    }  # fmt: skip
    seen = len(board.output)
    deploy("--files")
    board.wait_for(b"firmware runs 1", since=seen)
    assert board.files() == {**files, **mine}


def test_the_reset_at_the_end_is_planned(board, tree, deploy):
    (tree / "boards/__init__.py").write_text(INTENT)
    deploy()
    board.wait_for(b"firmware runs 1")
    assert board.files()["/intent"] == b"stop"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_deploy_leaves_the_old_version_running(board, tree, deploy, how):
    deploy()
    board.wait_for(b"firmware runs 1")
    (tree / "firmware/app.py").write_text("VERSION = 2\n")
    for n in range(9):  # digits that do not repeat, so that nothing makes them small
        text = "".join(str(n * i % 97) for i in range(6000))
        (tree / f"boards/part{n}.py").write_text(f"P = '{text}'")
    with subprocess.Popen(
        [sys.executable, "-u", "-c", DEPLOY, board.port, str(tree)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        for line in process.stdout:
            if line.startswith("Send "):
                os.killpg(process.pid, how)  # as a terminal does it
                break
        printed = "".join(process.communicate())
    assert "Traceback" not in printed
    seen = len(board.output)
    board.reset()
    board.wait_for(b"firmware runs 1", since=seen)
    assert "/releases/b.img" in board.files()  # it was cut short
    deploy()
    board.wait_for(b"firmware runs 2", since=seen)


def test_a_damaged_image_falls_back_to_the_other_one_and_then_to_the_repl(board, tree, deploy):
    deploy()
    (tree / "firmware/app.py").write_text("VERSION = 2\n")
    deploy()
    board.wait_for(b"firmware runs 2")
    damage = "f = open('/releases/%s.img', 'r+b'); f.seek(-9, 2); f.write(b'?'); f.close()"
    behind.call(board.port, "exec", damage % "b")
    seen = len(board.output)
    behind.reset(board.port)
    board.wait_for(b"/releases/b.img: it is damaged", since=seen)
    board.wait_for(b"firmware runs 1", since=seen)
    assert state(board)["run"] == "a"
    behind.call(board.port, "exec", damage % "a")
    seen = len(board.output)
    behind.reset(board.port)
    board.wait_for(b"no image of the firmware can be loaded: run `make deploy`", since=seen)
    board.wait_for(b">>> ", since=seen)
    deploy()
    board.wait_for(b"firmware runs 2", since=seen)


def test_a_firmware_that_cannot_be_imported_falls_back(board, tree, deploy):
    deploy()
    board.wait_for(b"firmware runs 1")
    (tree / "firmware/run.py").write_text("import nothing_of_that_name\n")
    (tree / "boards/__init__.py").write_text(INTENT)
    seen = len(board.output)
    deploy()
    board.wait_for(b"nothing_of_that_name", since=seen)
    board.wait_for(b"firmware runs 1", since=seen)
    assert state(board)["run"] == "a"
    assert "nothing_of_that_name" in state(board)["rolled_back"]["reason"]
    assert board.files()["/intent"] == b"config"  # so it counts as no reset by the watchdog


def test_wait_takes_a_board_when_it_comes(board, tree, deploy):
    deploy()
    board.wait_for(b"firmware runs 1")
    seen = len(board.output)
    board.reset()
    assert "Wait     for" in deploy("--wait", "20")
    board.wait_for(b"firmware runs 1", since=seen)
    assert "no port /dev/ttyNONE came within 0.3 seconds: is the" in deploy(
        "--port", "/dev/ttyNONE", "--wait", "0.3", code=1
    )


def test_a_config_that_waits_for_the_next_boot_is_not_overwritten(tmp_path):
    image, config = make({"firmware/app.mpy": b"M"}), tmp_path / "config.json"
    config.write_text("{}")
    names = ("/config.json", "/config.json.a", "/config.json.new", "/releases/patch")
    has = {path: ("0" * 64, 9) for path in names}
    has["/releases/a.img"] = (hashlib.sha256(image).hexdigest(), len(image))
    found = plan(image, config, has, {"run": "a", "config": "a"}, tmp_path)
    assert "/config.json.b" in [part.path for part in found.parts]
    assert set(found.remove) == {"/config.json.a", "/config.json.new", "/releases/patch"}
    (line,) = [line for line in found.switch.splitlines() if "trial" in line]
    told = json.loads(ast.literal_eval(line.strip()[len("f.write(") : -1]))
    assert told["config"] == "b" and told["deployed"][1] == manifest.id_of(image)
    assert told["deployed"][0] > 202600000000


# What is imported when a module loads must be there; what a call imports, the tests of the
# firmware load, on the VM and from an image.
@pytest.mark.parametrize("port", ["esp32", "rp2"])
@pytest.mark.parametrize("mode", ["always_on", "battery"])
@pytest.mark.parametrize("track", [["errors"], ["session", "platform", "install", "lifecycle"]])
def test_an_image_has_what_its_modules_import(port, mode, track):
    config = {**CONFIG, "mode": mode, "track": track, "sensors": {"air": {"type": "bme280"}}}
    found = used(files(), config, port)
    have = {name_of(path) for _, path in found}
    every = {name_of(path) for _, path in files()}
    for source, path in found:
        name = name_of(path)
        tree = ast.parse(source.read_text())
        for node in tree.body:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            alone = ast.Module(body=[node], type_ignores=[])
            package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
            for module in imported(alone, package):
                assert module not in every or module in have, (path, module)
    other = "rp2" if port == "esp32" else "esp32"
    assert f"boards.{port}" in have and f"boards.{other}" not in have
    assert ("firmware.battery" in have) == (mode == "battery")
    assert ("snowplow_tracker.plugins.lifecycle" in have) == ("lifecycle" in track)
    assert "firmware.on_demand.update" not in have


def name_of(path):
    """The name of the module at a path on a board with files."""
    name = path.removeprefix("/lib")[1:].removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


def imported(tree, package):
    """Names of modules, or of what is in them, that a piece of code of this package imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join(parts) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def test_without_a_config_the_board_keeps_what_it_has(board, tree, deploy):
    (tree / "config.json").unlink()
    (tree / "firmware/on_demand").mkdir()
    for name in ("portal", "config_sensors"):
        (tree / f"firmware/on_demand/{name}.py").write_text("")
    printed = deploy()
    assert "the board opens its portal" in printed and "its Wi-Fi" in printed
    board.wait_for(b"firmware runs 1")
    found = board.files()
    assert set(found) == {*STARTERS, "/releases/a.img", "/releases/state.json"}
    behind.call(board.port, "exec", "f = open('/config.json', 'w'); f.write('{}'); f.close()")
    for way in ((), ("--files",)):
        seen = len(board.output)
        deploy(*way)
        board.wait_for(b"firmware runs 1", since=seen)
        assert board.files()["/config.json"] == b"{}"
    # That of a board whose supply a pin holds needs another boot.py.
    code = """f = open('/config.json', 'w'); f.write('{"hold_pin": 2}'); f.close()"""
    behind.call(board.port, "exec", code)
    for way in (("--files",), ()):
        deploy(*way)
        assert board.files()["/boot.py"] == (tree / "boards/boot/held.py").read_bytes()
