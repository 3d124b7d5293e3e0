"""`make labels` with a board that is the real VM on a pty: what is on the page, and only there."""

import json
import re

import tools.deploy.board as behind
import tools.deploy.one_board as one_board
import tools.labels.__main__ as program
from tools import labels
from tools.deploy.user_config import check_config
from tools.engine import ROOT

HALL = {"wifi": [["Hall", -50, 3]]}
CONFIG = {"collector": "http://127.0.0.1:9", "app_id": "a", "name": "bed <1> & ü"}


def texts(path):
    """The names and values on the page, as a browser would show them."""
    return re.findall(r"<(?:h1|dt|dd)>(.*?)</", path.read_text(encoding="utf-8"))


def test_a_label_has_the_password_that_the_board_keeps(
    board, compiler, tmp_path, capsys, monkeypatch
):
    board.wire(HALL)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**CONFIG, "wifi": {"networks": []}}), encoding="utf-8")
    config = check_config(path, tmp_path)
    options = one_board.Options(follow=0)
    assert one_board.deploy(board.port, tmp_path / "build", config, ROOT, options) is True
    arguments, true = [], behind.run_module

    def run(*args, **options):
        arguments.extend(args)
        return true(*args, **options)

    monkeypatch.setattr(behind, "run_module", run)
    page = tmp_path / "build/labels.html"
    found = []
    for _ in range(2):
        assert program.main(["--port", board.port], root=tmp_path) == 0
        assert page.stat().st_mode & 0o077 == 0
        found.append(texts(page))
    password = board.files()["/portal_password"].decode()
    assert re.fullmatch("[a-z2-9]{12}", password)
    name, *rest = found[0]
    assert name == "bed &lt;1&gt; &amp; ü"
    assert rest[:2] == ["Id", board.unique_id.hex()]
    assert rest[2:4] == ["Wi-Fi", f"snowplow-{board.unique_id.hex()}"]
    assert rest[4:] == ["Password", password] and found[1] == found[0]
    assert f"Label    {board.port}: bed <1> & ü\n" in (printed := "".join(capsys.readouterr()))
    for text in (password, password.encode().hex()):
        assert text not in printed and not [one for one in arguments if text in one]
    page.unlink()
    state = json.loads(board.files()["/releases/state.json"])
    for trial in {"boots": 0, "from": "b"}, None:
        text = repr(json.dumps({**state, "trial": trial}))
        script = f"with open('/releases/state.json', 'w') as f:\n f.write({text})\n"
        behind.call(board.port, "exec", script)
        assert program.main(["--port", board.port], root=tmp_path) == (1 if trial else 0)
        told = "the board tries an update" in capsys.readouterr().err
        assert told == bool(trial) and page.exists() != bool(trial)
    page.unlink()
    script = "import os\nos.chdir('/')\nos.remove('portal_password')\nos.mkdir('portal_password')"
    behind.call(board.port, "exec", script)
    assert program.main(["--port", board.port], root=tmp_path) == 1
    assert "cannot keep its portal's password" in capsys.readouterr().err and not page.exists()


def test_a_board_without_a_portal_and_one_that_is_not_there(board, tmp_path, capsys):
    ports = f"{board.port},{tmp_path / 'ttyNONE'}"
    assert program.main(["--port", ports], root=tmp_path) == 1
    said = capsys.readouterr()
    told = f"Label    {board.port}: {board.unique_id.hex()}, without a Wi-Fi: its firmware opens"
    assert told in said.out and f"labels: {tmp_path / 'ttyNONE'}: there is no port" in said.err
    number = board.unique_id.hex()
    assert texts(tmp_path / "build/labels.html") == [number, "Id", number]


def test_no_label_says_what_is_not_the_boards(tmp_path):
    made = labels.page([labels.Label("e661", "<script>", "a&b", '"<i>')])
    assert "<script>" not in made and "<i>" not in made and "a&amp;b" in made
