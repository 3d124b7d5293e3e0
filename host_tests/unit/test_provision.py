"""`make provision`: configs by questions, and by a CSV of a fleet."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest

from tools.deploy import ROOT, Stop
from tools.deploy.user_config import check_config
from tools.provision import __main__ as program
from tools.provision import fleet, schema_types
from tools.provision.questions import ask_all

PASSWORD = "correct horse"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "firmware").mkdir()
    return tmp_path


def csv(folder, text, encoding="utf-8"):
    path = folder / "boards.csv"
    path.write_bytes(text.encode(encoding))
    return path


def run(project, *args):
    return program.main([str(arg) for arg in args], root=project)


# --- a fleet -------------------------------------------------------------------------------------
HEAD = "name,id,wifi.ssid,wifi.password,sample_seconds,location.latitude,location.longitude\n"


def test_fifty_boards(project, capsys):
    base = {"collector": "http://192.168.1.10:9090", "app_id": "beds", "store_bytes": 262144}
    (project / "config.json").write_text(json.dumps(base))
    text = HEAD + "".join(
        f"bed{n},e66164084316{n:04x},Hall ü,{PASSWORD}{n:02},{60 + n},52.{n:02},13.4\n"
        for n in range(50)
    )
    assert run(project, "--csv", csv(project, text)) == 0
    said = capsys.readouterr()
    assert "50 new" in said.out and PASSWORD not in said.out + said.err
    paths = sorted((project / "config").glob("bed*.json"))
    assert len(paths) == 50
    for path in paths:
        assert os.stat(path).st_mode & 0o77 == 0
        assert check_config(path, project).data["collector"] == base["collector"]
    assert json.loads((project / "config/bed7.json").read_text()) == {
        **base, "name": "bed7", "sample_seconds": 67,
        "wifi": {"ssid": "Hall ü", "password": PASSWORD + "07"},
        "location": {"latitude": 52.07, "longitude": 13.4},
    }  # fmt: skip
    noted = json.loads((project / "config/boards.json").read_text())
    assert noted["e661640843160007"] == "bed7" and len(noted) == 50

    # Once more, with one row changed; what was there is kept.
    text = text.replace("bed7,e661640843160007,Hall", "bed7,,Yard")
    assert run(project, "--csv", csv(project, text)) == 0
    assert "1 changed, 49 the same" in capsys.readouterr().out
    before = json.loads((project / "config/bed7.json.before").read_text())
    assert before["wifi"]["ssid"] == "Hall ü"
    assert json.loads((project / "config/boards.json").read_text()) == noted

    # And once more: the one before is not written over, and the same one is kept once.
    for place in ("Barn", "Hall", "Barn"):
        assert run(project, "--csv", csv(project, text.replace("Yard", place))) == 0
    kept = [json.loads(path.read_text())["wifi"]["ssid"]
            for path in sorted((project / "config").glob("bed7.json.before*"))]  # fmt: skip
    assert kept == ["Hall ü", "Yard ü", "Barn ü"]
    assert json.loads((project / "config/bed7.json.before").read_text()) == before


def test_git_ignores_all_that_has_passwords():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no Git here")
    for name in ("config.json", "config.json.before", "config.json.before.2", "config/a.json"):
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT).returncode == 0, name


def test_a_spreadsheet_with_semicolons_and_digits_as_password(project):
    text = "\ufeffname;wifi.ssid;wifi.password;collector;app_id\r\n"
    text += 'a;"Net; work";12345678;http://c:9090;1\r\n;;;;\r\n'
    assert run(project, "--csv", csv(project, text)) == 0
    config = json.loads((project / "config/a.json").read_text())
    assert config["wifi"] == {"ssid": "Net; work", "password": "12345678"}
    assert config["app_id"] == "1"


@pytest.mark.parametrize(
    "text, said",
    [
        ("ssid,password\nx,correct horse\n", "the first line has no column name"),
        ("name,name\na,b\n", "two columns are called name"),
        ("name\n\n", "there is no row for a board"),
        (HEAD + "a,,n,correct horse,60,1,2,3\n", "line 2: it has more cells than the first"),
        (HEAD + "../a,,n,correct horse,60,1,2\n", "line 2: name: expected letters, digits"),
        (HEAD + "boards,,n,correct horse,60,1,2\n", "line 2: name: expected letters, digits"),
        (HEAD + "a,,n,correct horse,60,1,2\nA,,n,correct horse,60,1,2\n", "also that of line 2"),
        (HEAD + "a,e6,n,correct horse,60,1,2\nb,E6,n,correct horse,60,1,2\n", "id e6 is also th"),
        (HEAD + "a,,n,correct horse,ten,1,2\n", "line 2: sample_seconds: expected a whole number"),
        (HEAD + "a,,n,correct,60,1,2\n", "line 2: wifi.password: expected 8 to 63 characters"),
        (HEAD.replace("sample_", "simple_") + "a,,n,correct horse,9,1,2\n", "unknown key simple_"),
        (HEAD + f"a,,n,{'correct horse' * 9},60,1,2\n", "line 2: wifi.password: expected a text"),
    ],
)
def test_a_mistake_in_a_row_writes_nothing(project, capsys, text, said):
    base = {"collector": "http://c:9090", "app_id": "a"}
    (project / "config.json").write_text(json.dumps(base))
    assert run(project, "--csv", csv(project, text)) == 1
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
    assert "correct" not in err
    assert not (project / "config").exists()


def test_bytes_that_are_no_utf_8(project):
    with pytest.raises(Stop, match="not UTF-8 text"):
        fleet.rows(csv(project, "name,x\nü,1\n", "latin-1"))


def test_types_are_those_of_the_schema():
    assert schema_types("wifi.password") == {"string"}
    assert schema_types("sample_seconds") == {"integer"}
    assert schema_types("board") == {"string"}
    assert schema_types("location.latitude") == {"number"}
    assert schema_types("sensors.mine.type") == set()


# --- questions ---------------------------------------------------------------------------------
def answers(*texts):
    left = list(texts)
    asked = []

    def ask(question):
        asked.append(question)
        return left.pop(0)

    return ask, asked


def test_questions_are_asked_again_until_a_board_would_take_the_answer():
    said = []
    ask, asked = answers(
        "pico_x", "pico_w", "greenhouse", "n" * 33, "Hall", "htp://c", "http://127.0.0.1:9", ""
    )
    secret, _ = answers("tooshor", PASSWORD)
    config = ask_all({"sample_seconds": 5}, said.append, ask, secret)
    assert config == {
        "sample_seconds": 5, "board": "pico_w", "name": "greenhouse", "app_id": "garden",
        "wifi": {"ssid": "Hall", "password": PASSWORD}, "collector": "http://127.0.0.1:9",
    }  # fmt: skip
    text = "\n".join(said)
    assert "there is no preset" in text and "wifi.ssid: expected" in text
    assert "expected 8 to 63 characters" in text and "collector: expected a URL" in text
    assert "No collector answers at http://127.0.0.1:9 now" in text
    assert PASSWORD not in text + "".join(asked) and "tooshor" not in text


def test_enter_keeps_what_is_there():
    had = {
        "board": "pico_w", "name": "a", "app_id": "x", "collector": "http://127.0.0.1:9",
        "wifi": {"ssid": "Hall", "password": PASSWORD}, "sample_seconds": 5,
    }  # fmt: skip
    config = ask_all(had, print, lambda question: "", lambda question: "")
    assert config == had


def test_a_board_with_ethernet_is_not_asked_for_its_wifi():
    ask, _ = answers("olimex_esp32_poe", "hall", "http://127.0.0.1:9", "x")
    config = ask_all({}, print, ask, None)
    assert config["board"] == "olimex_esp32_poe" and "wifi" not in config


def test_a_mistake_that_no_question_is_about_is_named():
    with pytest.raises(Stop, match="the config: sample_seconds: expected"):
        ask_all({"sample_seconds": "ten"}, print, lambda question: "", lambda question: "")


def test_in_a_terminal_the_password_is_neither_shown_nor_kept_elsewhere(tmp_path):
    ours, theirs = pty.openpty()
    code = "import pathlib, sys; from tools.provision.__main__ import main; "
    code += "sys.exit(main([], root=pathlib.Path(sys.argv[1])))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, start_new_session=True,
        stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=lambda: _own_terminal(theirs),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    for question, answer in (
        (b"another one): ", b""), (b"greenhouse: ", b"hall"), (b"name: ", b"Hall"),
        (b"password: ", PASSWORD.encode()), (b"address", b"http://127.0.0.1:9"),
        (b"pipeline", b"beds"),
    ):  # fmt: skip
        shown = _read_until(ours, question, shown)
        os.write(ours, answer + b"\n")
    shown = _read_until(ours, b"make deploy", shown)
    assert process.wait(120) == 0
    os.close(ours)
    assert PASSWORD.encode() not in shown
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["wifi"] == {"ssid": "Hall", "password": PASSWORD} and config["app_id"] == "beds"
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def _own_terminal(terminal):
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)  # which getpass opens as /dev/tty


def _read_until(terminal, text, shown):
    start, until = len(shown), time.monotonic() + 120
    while text not in shown[start:]:
        assert time.monotonic() < until, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
    return shown
