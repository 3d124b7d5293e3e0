"""`make report`: what an issue needs, from the computer and a board, and no secret in it."""

import base64
import json
import urllib.parse

import pytest
from vm_board import VmBoard

import tools.report.__main__ as program
from tools.deploy import Stop
from tools.deploy.board import call
from tools.package import version
from tools.report import text_of_report
from tools.report.board import Board, ask
from tools.report.mask import MASK, is_secret, masked, masked_text

# Every "S3…" is a secret, wherever it stands; "keep…" is none.
CONFIG = {
    "collector": "https://S3user:S3pass%21@keep.example.com:8443/keep/path?token=S3query&a=S3b",
    "app_id": "keep-garden",
    "portal_pin": 4213,
    "wifi": {
        "ssid": "S3 my home",
        "networks": [
            {"ssid": "S3 Hall ü", "password": "S3 correct horse"},
            {"ssid": "S3barn", "password": 'S3 "quoted" \\ back', "country": "DE"},
        ],
    },
    "cellular": {"apn": "keep.apn", "user": "S3cell", "password": "S3mobile", "pin": "S3-1234"},
    "headers": {"x-org": "S3header", "keep-name": ["S3list", {"deep": "S3deeper"}]},
    "update": {"url": "https://keep.example.com/S3folder/S3file", "key": "S3release.der"},
    "remote": {"url": "https://S3u@keep2.example.com/S3boards/x.json", "seconds": 60},
    "location": {"latitude": 52.51234, "longitude": 13.37654, "altitude": 34},
    "app": {
        "apiKey": "S3camel", "mqtt_token": "S3token", "wifipassword": "S3joined",
        "auth": {"kind": ["S3inside"], "n": 918273}, "client_secret": "S3secret",
        "password2": "S3numbered", "note": "Authorization: Bearer S3bearer",
        "certificate": "S3cert", "text": "my password=S3written, keep it",
        "list": [["ftp://S3ftp:S3ftppw@keep.example.org/x", {"token": "S3listed"}]],
        "pem": "-----BEGIN PRIVATE KEY-----\nS3pem\n-----END PRIVATE KEY-----\n",
    },
    "sensors": {"keep_air": {"type": "bme280", "bus": "i2c", "pin": 21}},
}  # fmt: skip
MAIN = """
import time
print('board: keep Generic')
print('joining: S3 Hall \\u00fc')
print('cannot log in with S3 correct horse at http://S3v:S3w@keep.example.com/')
"""


def test_no_secret_of_a_config_is_shown_and_the_rest_is():
    shown, secrets = masked(CONFIG)
    text = json.dumps(shown, ensure_ascii=False)
    assert "S3" not in text and "4213" not in text
    for number in ("52.51234", "13.37654", "918273"):
        assert number not in text
    assert shown["app_id"] == "keep-garden" and shown["sensors"] == CONFIG["sensors"]
    assert shown["collector"] == f"https://{MASK}@keep.example.com:8443/keep/path?{MASK}"
    assert shown["update"]["url"] == f"https://keep.example.com/{MASK}"
    assert shown["wifi"]["networks"][1] == {"ssid": MASK, "password": MASK, "country": "DE"}
    assert shown["location"]["altitude"] == 34 and shown["remote"]["seconds"] == 60
    assert shown["headers"] == {"x-org": MASK, "keep-name": [MASK, {"deep": MASK}]}
    assert {"S3 correct horse", "S3user", "S3folder/S3file", "S3query"} <= secrets
    # And nobody's config is changed by it.
    assert CONFIG["wifi"]["ssid"] == "S3 my home"


@pytest.mark.parametrize(
    "config",
    [
        {"wifi": ["S3home", "S3pass"]}, {"wifi": "S3home:S3pass"}, {"wifi": {"pasword": "S3"}},
        {"wifi": {"networks": [["S3a", "S3b"]]}}, {"wifi": {"networks": "S3home"}},
        {"cellular": ["keep", "S3user"]}, {"cellular": {"pin": "S31234"}},
        {"location": [3.14159, 13.3]}, {"location": "3.14159, 13.3"}, [["password", "S3"]],
        {"collector": "http://S3u:S3/pa@keep.example/x"}, {"collector": "https://S3u:S3?p@keep"},
        {"collector": "http://S3u:S3 pa@keep/x"}, {"collector": "http://S3u:S3'pa@keep"},
        {"collector": "S3u:S3pa@keep:80"}, {"collector": ["//S3u:S3pa@keep"]},
        {"update": "keep.example/S3folder"}, {"remote": [{"url": "keep.example/S3/x?S3"}]},
        {"app": {"x": '{"password": "S3one S3two, S3"}'}}, {"app": "password: 'S3one S3two'"},
        {"a": [[[{"b": [{"pwd": {"keep": ["S3"]}}]}]]]},
    ],
)  # fmt: skip
def test_no_secret_is_shown_whatever_the_form_of_the_config(config):
    text = text_of_report([], json.dumps(config).encode(), why="none")
    assert "S3" not in text and "3.14159" not in text and MASK in text


def test_the_console_does_not_tell_networks_nor_a_part_of_a_secret():
    config = b'{"wifi": {"ssid": "x", "password": "S3S3S3S3S3"}}'
    board = Board({}, [], False, {"/config.json": config})
    lines = ["joining: 'S3 a', 'S3b'", "online: wifi S3b", "x" * 295 + "S3S3S3S3S3", "keep"]
    text = text_of_report([], None, board, lines)
    assert "S3" not in text and "keep" in text and '"password": "***"' in text


def test_a_config_with_too_many_brackets_is_no_end():
    text = text_of_report([], b"[" * 100000, why="none")
    assert "not shown" in text
    assert text_of_report([], b"[" * 900 + b"]" * 900, why="none")


def test_what_a_config_has_is_masked_in_all_texts():
    _, secrets = masked(CONFIG)
    for secret in secrets:
        if len(secret) > 3:
            forms = [secret, json.dumps(secret), urllib.parse.quote(secret)]
            if len(secret) > 5:
                forms.append(base64.b64encode(secret.encode()).decode())
            for form in forms:
                assert form not in masked_text(f"it said {form} and went on", secrets)
    assert masked_text("ethernet and intranet", {"rane", "thern"}) == "ethernet and intranet"


@pytest.mark.parametrize(
    "text",
    [
        "http://u:S3@host/x", "GET https://S3:x@h", "mqtt+ssl://me:S3@h:1883", "x?key=S3",
        "http://h/p?a=1&b=S3", "Authorization: Basic S3S3S3", "authorization=Bearer S3S3S3S3",
        "Cookie: sid=S3", "X-Api-Key: S3", "wifi_password = 'S3'", '"psk": "S3"', "token:S3",
        "-----BEGIN RSA PRIVATE KEY-----\nS3\nS3\n", "my_secret=S3;x",
        "portal: join the Wi-Fi 'snowplow-0a0b0c' with the password S3fm2xqp9wbt",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_masked_in_all_texts(text):
    if text.startswith("x?"):
        text = "https://h/" + text
    assert "S3" not in masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "wrong password; check it, capital letters count",
        "config.json: wifi.password: expected 8 to 63 characters",
        "sensor air: no answer on its bus (ENODEV): check its wires",
        "collector: http://192.168.1.10:9090", "MicroPython v1.28.0 on 2026-04-06; Pico W",
    ],
)  # fmt: skip
def test_what_an_issue_is_about_stays(text):
    assert masked_text(text) == text


def test_keys():
    for key in ("password", "key", "user", "psk", "apiKey", "API_TOKEN", "portal_pin", "headers"):
        assert is_secret(key), key
    for key in ("pin", "hold_pin", "bus", "keep", "monkey", "passes", "author", "users_seen"):
        assert not is_secret(key), key


def test_a_config_that_is_no_json_is_not_shown():
    text = text_of_report([], b'{"wifi": {"password": "S3"', why="none")
    assert "S3" not in text and "not shown" in text
    assert "not shown" in text_of_report([], b"\xff\xfeS\x003", why="none")
    assert "There is none." in text_of_report([], None, why="none")
    assert "S3" not in text_of_report([], b'["password", "S3"]', why="https://x:S3@h")[-30:]


def test_a_report_of_a_board_has_what_helps_and_no_secret(tmp_path, vm_program, capsys):
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    for name, text in (("main.py", MAIN), ("crash.json", '{"count": 2, "token": "S3x"}')):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "usb").mkdir()
    with VmBoard(tmp_path / "usb") as board:
        board.wait_for(b">>> ")
        names = [str(tmp_path / name) for name in ("config.json", "main.py", "crash.json")]
        call(board.port, "cp", *names, ":")
        assert program.main(["--port", board.port, "--seconds", "90"], root=tmp_path) == 0
    printed = capsys.readouterr().out
    report = (tmp_path / "build/report.md").read_text(encoding="utf-8")
    assert report in printed
    assert "S3" not in printed and "4213" not in printed
    for words in (
        version(), "| MicroPython | 3.4.0; MicroPython ", "| board and chip | linux",
        "bytes free", "| file system | ", "  /main.py", '"app_id": "keep-garden"',
        "board: keep Generic", f"joining: {MASK}", '"count": 2', "| mpremote | ",
    ):  # fmt: skip
        assert words in report, words
    assert report.count("keep_air") == 2  # both configs


def test_an_answer_that_is_cut_short_does_not_tell_the_config(monkeypatch):
    lines = ["@done", "@text /config.json " + b"S3password".hex()]
    monkeypatch.setattr("tools.deploy.board.mpremote", lambda *a, **_: (False, lines))
    with pytest.raises(Stop, match="ended before /dev/x had answered") as stop:
        ask("/dev/x")
    assert b"S3".hex() not in str(stop.value)


def test_without_a_board_it_says_so_and_reports_the_rest(tmp_path, capsys, monkeypatch):
    found = [("/dev/a", "x"), ("/dev/b", "y")]
    monkeypatch.setattr("tools.deploy.board.find_ports", lambda wait: found)
    assert program.main([], root=tmp_path) == 0
    said = capsys.readouterr()
    assert "several boards found, choose one by PORT=...: /dev/a (x), /dev/b (y)" in said.err
    assert "The board was not asked: several boards found" in said.out
    assert program.main(["--port", str(tmp_path / "tty")], root=tmp_path) == 0
    assert "there is no port" in capsys.readouterr().err
    assert program.main(["--config", str(tmp_path / "none.json")], root=tmp_path) == 1
    assert (tmp_path / "build/report.md").stat().st_mode & 0o077 == 0
