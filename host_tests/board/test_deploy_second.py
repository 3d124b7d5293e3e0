"""What of the user's own a deploy keeps, what it refuses, and several boards at once."""

import json
import os
import threading
from base64 import b64encode

import pytest
from vm_board import VmBoard

import tools.deploy.__main__ as program
import tools.deploy.board as behind
from tools.deploy import Stop, keep, one_board, several, space

pytestmark = pytest.mark.usefixtures("compiler")
MINE = {
    "/main.py": b"print('mine')\n",
    "/boot.py": b"# mine\nimport esp\nesp.osdebug(None)\n",
    "/config.json": b'{"brightness": 3}',
    "/boards/mine.py": b"PIN = 4\n",
    "/firmware/my notes.txt": b"later",
}

CLUTTER = """
import os
for n in range(12):
    os.mkdir('/d%d' % n)
for n in range(30):
    with open('/d0/%d' % n, 'w') as f:
        f.write('x' * n * 20)
with open('/big.log', 'wb') as f:
    f.write(bytes(120000))
"""
IDS = [f"e66164084316{n:04x}" for n in range(3)]
FILL = """
f = open('/fill', 'wb')
n = 0
try:
    while True:
        n += f.write(bytes(4096))
        f.flush()
except OSError:
    print('@room', n)
"""


@pytest.fixture
def deploy(board, tree, capsys):
    """deploy(*args) -> (exit code, what it printed), on the board and from the tree."""

    def run(*args):
        code = program.main(["--files", "--follow", "0", "--port", board.port, *args], root=tree)
        return code, "".join(capsys.readouterr())

    return run


def put(port, files):
    code = "import os\n"
    for path, data in files.items():
        folder = path.rpartition("/")[0]
        if folder:
            code += f"try:\n    os.mkdir({folder!r})\nexcept OSError:\n    pass\n"
        code += f"f = open({path!r}, 'wb'); f.write({data!r}); f.close()\n"
    behind.call(port, "exec", code)


def test_files_of_the_users_own_that_are_in_the_way_are_kept(board, deploy):
    put(board.port, MINE)
    code, printed = deploy()
    assert code == 0, printed
    board.wait_for(b"main runs 1")
    found = board.files()
    for path, data in MINE.items():
        assert f"Keep     {path} of yours as /kept{path}\n" in printed
        assert found["/kept" + path] == data
        assert found.get(path) != data
    assert "Keep" not in deploy()[1]

    # Another one of that name is kept, too, and the first one stays; the same one is kept once.
    other = b"print('other')"
    for main, kept in ((other, "/kept/main.py.2"), (MINE["/main.py"], "/kept/main.py")):
        put(board.port, {"/main.py": main})
        code, printed = deploy()
        assert code == 0 and f"Keep     /main.py of yours as {kept}\n" in printed
        assert board.files()[kept] == main
    assert {path for path in board.files() if path.startswith("/kept")} == {
        *("/kept" + path for path in MINE), "/kept/main.py.2",
    }  # fmt: skip


# Where nothing can be compiled, the module comes under the name that the user's own may have.
def test_a_module_of_the_users_own_is_kept_without_a_compiler(
    board, image_tree, deploy, monkeypatch
):
    monkeypatch.setattr(one_board, "find_compiler", lambda: None)
    path = image_tree / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "app": "garden"}))
    (image_tree / "garden.py").write_text("NEW = 1\n")
    put(board.port, {"/garden.py": b"MINE = 1\n"})
    code, printed = deploy("--files")
    assert code == 0 and "Keep     /garden.py of yours as /kept/garden.py\n" in printed, printed
    assert board.files()["/kept/garden.py"] == b"MINE = 1\n"
    assert board.files()["/garden.py"] == b"NEW = 1\n"
    # What a deploy has brought is not the user's own on the board.
    (image_tree / "garden.py").write_text("NEW = 2\n")
    code, printed = deploy("--files")
    assert code == 0 and "Keep" not in printed
    assert board.files()["/garden.py"] == b"NEW = 2\n"


def test_what_is_kept_already_needs_no_space_again(tmp_path, vm_program):
    (tmp_path / "usb").mkdir()
    with VmBoard(tmp_path / "usb", blocks=64) as board:
        board.wait_for(b">>> ")
        code = "f = open('/main.py', 'wb')\nfor n in range(100): f.write(b'#' * 1000)\nf.close()"
        behind.call(board.port, "exec", code)
        left = []
        for _ in range(2):
            found = behind.look(board.port, ["/main.py"])
            free = int(found.facts[0])
            left.append(keep.keep(board.port, ["/main.py"], found.files, free))
        assert left[1] >= left[0] > free - 100000
        files = board.files()
    assert files["/kept/main.py"] == files["/main.py"] and len(files) == 2


def test_a_program_of_the_users_own_need_not_be_utf_8(board, deploy):
    mine = "# \xe9\nprint('mine')\n".encode("latin-1")
    put(board.port, {"/main.py": mine})
    assert deploy()[0] == 0
    assert board.files()["/kept/main.py"] == mine


@pytest.mark.parametrize("files", (["--files"], []))
def test_roots_that_only_the_board_has_stay(board, image_tree, files):
    path = image_tree / "config.json"
    config = {**json.loads(path.read_text()), "collector": "https://c.example.com"}
    path.write_text(json.dumps({**config, "roots": "root.der"}))
    put(board.port, {"/root.der": b"mine"})
    assert program.main(["--follow", "0", "--port", board.port, *files], root=image_tree) == 0
    assert board.files()["/root.der"] == b"mine"


@pytest.mark.parametrize("files", (["--files"], []))
def test_the_network_that_the_portal_kept_stays(board, image_tree, capsys, files):
    path = image_tree / "config.json"
    config = {**json.loads(path.read_text()), "wifi": {"networks": [], "country": "CH"}}
    path.write_text(json.dumps(config))
    (image_tree / "firmware/on_demand").mkdir()
    (image_tree / "firmware/on_demand/portal.py").write_text("")

    def run(*args):
        seen = len(board.output)
        code = program.main(["--port", board.port, *args, *files], root=image_tree)
        printed = "".join(capsys.readouterr())
        assert code == 0, printed
        assert "correct horse" not in printed
        board.wait_for(b"firmware runs 1", since=seen)
        return printed

    printed = run()
    assert "its Wi-Fi" in printed and "Follow" not in printed and "Keep" not in printed
    assert json.loads(board.files()["/config.json"]) == config
    kept = [{"ssid": "barn", "password": "correct horse"}]
    wifi = {"networks": kept, "country": "CH"}
    by_portal = json.dumps({**config, "name": "bed", "wifi": wifi}).encode()
    put(board.port, {"/config.json": by_portal})
    for sample in (7, 7, 8):
        path.write_text(json.dumps({**config, "sample_seconds": sample}))
        assert "Keep     the board's networks (1)" in run("--follow", "0")
        found = json.loads(board.files()["/config.json"])
        assert found == {**config, "wifi": wifi, "sample_seconds": sample}


def test_a_boot_file_of_the_port_is_no_ones(board, deploy):
    put(board.port, {"/boot.py": b"# This file is executed on every boot\n#import webrepl\n"})
    code, printed = deploy()
    assert code == 0 and "Keep" not in printed


@pytest.mark.parametrize(
    "was, now, said",
    [
        ("sys.platform, version", "'esp8266', '1.27.0'", "this board is an esp8266, which the f"),
        ("machine)\n", "'Raspberry Pi Pico with RP2040')\n", "this board has no Wi-Fi: Raspberry"),
    ],
)
def test_boards_that_cannot_run_the_firmware(board, deploy, monkeypatch, was, now, said):
    last = behind.LIST.rpartition("print('@board'")
    assert was in last[2]
    monkeypatch.setattr(behind, "LIST", last[0] + last[1] + last[2].replace(was, now))
    before = board.files()
    code, printed = deploy()
    assert code == 1 and f"deploy: {said}" in printed
    assert board.files() == before


def test_space_is_counted_as_littlefs_uses_it(board):
    behind.call(board.port, "exec", CLUTTER)
    free = int(behind.look(board.port, []).facts[0])
    with pytest.raises(Stop) as stop:
        space.check(board.port, [free], [], free)
    assert "(mpremote fs rm), such as /big.log (117 KiB)" in str(stop.value)
    lines = behind.call(board.port, "exec", FILL)
    room = int(next(line for line in lines if line.startswith("@room")).split()[1])
    # What it counts is there, but for the blocks that littlefs needs to change things.
    assert free - space.SLACK * space.BLOCK <= room <= free + 2 * space.BLOCK


def test_the_password_is_in_no_argument_of_a_program(board, image_tree, monkeypatch, capsys):
    arguments, true = [], behind.run_module

    def run(*args, **options):
        arguments.extend(args)
        return true(*args, **options)

    monkeypatch.setattr(behind, "run_module", run)
    assert program.main(["--follow", "0", "--port", board.port], root=image_tree) == 0
    config = (image_tree / "config.json").read_bytes()
    assert board.files()["/config.json"] == config
    password = json.loads(config)["wifi"]["password"].encode()
    # As base64 it looks in three ways, by where it begins; the ends depend on what is beside it.
    shapes = [b64encode(b"x" * n + password)[4:-4].decode() for n in range(3)]
    printed = capsys.readouterr().out
    assert any(shape in b64encode(config).decode() for shape in shapes)
    for text in (*shapes, password.decode()):
        assert not [argument for argument in arguments if text in argument]
        assert text not in printed


# --- several ------------------------------------------------------------------------------------
@pytest.fixture
def boards(tmp_path, vm_program):
    found = []
    for n in range(3):
        (tmp_path / f"usb{n}").mkdir()
        board = VmBoard(tmp_path / f"usb{n}", name=f"ttyBOARD{n}", unique_id=bytes.fromhex(IDS[n]))
        found.append(board)
    for board in found:
        board.wait_for(b">>> ")
    yield found
    for board in found:
        board.close()


@pytest.fixture
def configs(image_tree):
    """The configs of four boards in the tree's folder config/."""
    tree = image_tree
    config = json.loads((tree / "config.json").read_text())
    (tree / "config").mkdir()
    for name in ("bed1", "bed2", "bed3", IDS[2]):
        path = tree / "config" / f"{name}.json"
        path.write_text(json.dumps({**config, "name": name}))
    return tree


def deploy_several(boards, tree, capsys):
    ports = ",".join(board.port for board in boards)
    code = program.main(["--follow", "0", "--port", ports], root=tree)
    return code, "".join(capsys.readouterr())


def name_of(board):
    return json.loads(board.files()["/config.json"])["name"]


def test_several_boards_at_once_keep_their_configs(boards, configs, capsys):
    code, printed = deploy_several(boards, configs, capsys)
    assert code == 0, printed
    assert "Done: 3 of 3 boards" in printed
    for board in boards:
        board.wait_for(b"firmware runs 1")
        assert f"{board.port}: runs the firmware with " in printed
    for n in range(3):
        assert f"ttyBOARD{n}: Image    " in printed
    # One is named by its id, the others take the first that are free; and so for ever.
    assert [name_of(board) for board in boards] == ["bed1", "bed2", IDS[2]]
    noted = json.loads((configs / "config/boards.json").read_text())
    assert noted == dict(zip(IDS, ("bed1", "bed2", IDS[2]), strict=True))
    assert deploy_several(boards[::-1], configs, capsys)[0] == 0
    assert [name_of(board) for board in boards] == ["bed1", "bed2", IDS[2]]


def test_a_cable_that_is_pulled_stops_one_board_only(boards, configs, capsys):
    cut = boards[1]
    cutter = threading.Thread(target=pull_when_copying, args=(cut,))
    cutter.start()
    code, printed = deploy_several(boards, configs, capsys)
    cutter.join()
    assert code == 1
    assert "Done: 2 of 3 boards" in printed
    assert f"{cut.port}: " in printed and "Traceback" not in printed
    for board in boards[::2]:
        board.wait_for(b"firmware runs 1")
    cut.plug()
    code, printed = deploy_several(boards, configs, capsys)
    assert code == 0, printed
    cut.wait_for(b"firmware runs 1")
    assert name_of(cut) == "bed2"


def pull_when_copying(board):
    """Pull the cable after some of the steps by which the image is written, which is the third
    time that the board is asked."""
    at = 0
    for word, count in ((b"raw REPL; CTRL-B", 5), (b"\x04>", 4)):
        for _ in range(count):
            board.wait_for(word, at)
            at = board.output.index(word, at) + 1
    board.unplug()


def test_a_board_without_a_config_is_named(boards, configs, capsys):
    for name in ("bed1", "bed2"):
        (configs / "config" / f"{name}.json").unlink()
    code, printed = deploy_several(boards[:2], configs, capsys)
    assert code == 1
    assert f"{boards[1].port}: the board {IDS[1]} has no config: add one to " in printed
    assert name_of(boards[0]) == "bed3"
    assert b"firmware runs" not in boards[1].output


def test_one_board_gets_its_own_where_there_is_no_other_config(boards, configs, capsys):
    (configs / "config.json").unlink()
    assert program.main(["--follow", "0", "--port", boards[2].port], root=configs) == 0
    assert name_of(boards[2]) == IDS[2]


def test_one_config_for_all(boards, image_tree, capsys):
    code, printed = deploy_several(boards[:2], image_tree, capsys)
    assert code == 0, printed
    for board in boards[:2]:
        assert board.files()["/config.json"] == (image_tree / "config.json").read_bytes()


def test_all_boards_that_are_there(monkeypatch, tree):
    lines = ["/dev/ttyACM0 e66 2e8a:0005 Pi Pico", "/dev/ttyUSB0 None 10c4:ea60 Silicon CP2102"]
    monkeypatch.setattr(behind, "mpremote", lambda *args: (True, lines))
    asked = []
    monkeypatch.setattr(several, "deploy_all", lambda ports, *rest: asked.append(ports) or 0)
    assert program.main(["--port", "all"], root=tree) == 0
    assert asked == [["/dev/ttyACM0", "/dev/ttyUSB0"]]


def test_notes_are_private_and_whole(tmp_path):
    (tmp_path / "bed.json").write_text("{}")
    several.assign(["e6"], tmp_path)
    assert os.stat(tmp_path / "boards.json").st_mode & 0o77 == 0
    assert several.assign(["e6", "e7"], tmp_path) == {"e6": tmp_path / "bed.json", "e7": None}


@pytest.mark.parametrize("text", ["[]", "3", '{"e6": 1}', "{", "null"])
def test_notes_that_are_no_notes(tmp_path, text, capsys):
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "bed.json").write_text("{}")
    (folder / "boards.json").write_text(text)
    assert program.main(["--port", "/dev/ttyNONE1,/dev/ttyNONE2"], root=tmp_path) == 1
    said = capsys.readouterr().err
    assert f"deploy: {folder / 'boards.json'}" in said and "Traceback" not in said
    with pytest.raises(Stop, match="boards.json"):
        several.note("e6", "bed", folder)
    assert (folder / "boards.json").read_text() == text


def test_a_board_whose_config_has_gone_does_not_get_that_of_another_one(tmp_path):
    for name in ("bed1", "bed2"):
        (tmp_path / f"{name}.json").write_text("{}")
    assert several.assign(["e6"], tmp_path) == {"e6": tmp_path / "bed1.json"}
    (tmp_path / "bed1.json").rename(tmp_path / "bed1.elsewhere")
    wanted = {"e6": tmp_path / "bed1.json", "e7": tmp_path / "bed2.json"}
    assert several.assign(["e6", "e7"], tmp_path) == wanted
    assert several.assign(["e7", "e6"], tmp_path) == wanted
