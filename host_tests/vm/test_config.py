"""A bad config is answered at boot with the file, the key and what was expected."""

import json
import ssl
import sys

import pytest
import trustme

from tools.deploy import stage
from tools.engine import ROOT, find_engine, start_board

DRIVERS = [path.stem for path in (ROOT / "boards" / "sensors").glob("[a-z]*.py")]
GOOD = {"collector": "http://127.0.0.1:9", "app_id": "garden"}


@pytest.fixture(params=["cpython", "vm"])
def boot(request, tmp_path):
    """boot(text or None) -> (exit status, console) of firmware with that config.json."""
    on_vm = request.param == "vm"
    engine = request.getfixturevalue("vm").program if on_vm else sys.executable

    # What a small board has, and 8 since the VM compiles here what a board gets as .mpy.
    def run(text, heap="104wk", deployed=True):
        sensors = {kind: {"type": kind} for kind in DRIVERS}
        if deployed:
            stage(tmp_path, {"sensors": sensors, "triggers": [{"when": "threshold"}]})
        path = tmp_path / "config.json"
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        # Its input ends at once, so that a firmware that should not start stops all the same.
        with start_board(tmp_path, engine, heap) as board:
            console = board.communicate(timeout=120)[0]
        return board.returncode, console.strip()

    return run


def with_(**settings):
    return json.dumps({**GOOD, **settings})


def test_missing_file(boot):
    status, console = boot(None)
    assert status == 1
    assert console == (
        "config.json: not found. Copy config.example.json to it, and fill in what is yours"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"app_id": "x",\n "collector": http://h}\n\n\n\n', "line 2"),
        ('{\n"app_id": x,\n"collector": "http://h"\n}' + "\n" * 300, "line 2"),
        ('{"app_id": "x"', "may be missing"),
        ("", "may be missing"),
    ],
)
def test_broken_json(boot, text, where):
    status, console = boot(text)
    assert status == 1
    assert console.startswith("config.json: not valid JSON")
    # CPython reads all before it parses, so it can only tell that something is wrong.
    assert where in console or "may be missing" in console
    assert "\n" not in console


@pytest.mark.parametrize("ends", [True, False])
def test_json_that_is_deeper_than_the_stack(boot, ends):
    status, console = boot('{"app_id": ' + "[" * 3000 + "]" * 3000 * ends + "}" * ends)
    assert status == 1 and "\n" not in console
    assert console.startswith(("config.json: too long, or too many", "config.json: not valid"))


def test_a_file_that_is_larger_than_the_memory(boot):
    status, console = boot(with_(user_id="x" * 6000000))
    assert status == 1
    assert console.startswith(("config.json: too long, or too", "config.json: user_id: expected"))
    assert len(console) < 1000


@pytest.mark.parametrize("part", [2, 3, 400, -1, None])
def test_a_file_of_certificates_that_was_cut_short(boot, part, tmp_path):
    certificate = trustme.CA().cert_pem.bytes().decode()
    (tmp_path / "root.der").write_bytes(ssl.PEM_cert_to_DER_cert(certificate)[:part])
    status, console = boot(with_(collector="https://127.0.0.1:9", roots="root.der"))
    if part is None:
        assert status == 0 and "stopped: tracked 1" in console
    else:
        assert status == 1
        assert console.startswith("config.json: roots: expected the path of a file with DER ")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1252"])
def test_text_that_is_not_utf_8(boot, encoding):
    text = '{"collector": "http://127.0.0.1:9", "app_id": "Gewächshaus"}'
    if encoding == "utf-16-be":
        text = "\ufeff" + text
    assert boot(text.encode(encoding)) == (1, "config.json: not UTF-8 text. Save it as UTF-8")


@pytest.mark.parametrize("app_id", ["Gewächshaus", "\U0001f331 garden"])
@pytest.mark.parametrize("ascii", [True, False])  # with escapes, as json.dump writes, or without
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_text_and_a_byte_order_mark_are_accepted(boot, app_id, ascii, mark):
    text = json.dumps({**GOOD, "app_id": app_id}, ensure_ascii=ascii)
    status, console = boot(mark + text.encode())
    assert status == 0 and "stopped: tracked 1" in console


@pytest.mark.parametrize("text", ["[]", '"x"', "null", "5"])
def test_not_an_object(boot, text):
    assert boot(text) == (1, "config.json: expected a JSON object in braces")


def test_unknown_key_is_named_with_the_known_ones(boot):
    status, console = boot(with_(sample_second=5))
    assert status == 1
    assert console.startswith("config.json: unknown key sample_second; known are app_id, ")
    assert "sample_seconds" in console
    status, console = boot(with_(wifi={"ssid": "s", "password": "p", "pasword": "secret"}))
    assert status == 1
    assert "unknown key wifi.pasword" in console and "secret" not in console


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"collector": 5}, "collector"),
        ({"collector": "192.168.1.10:9090"}, "collector"),
        ({"collector": "http://"}, "collector"),
        ({"collector": "http://host:port"}, "collector"),
        ({"collector": "http://host/path"}, "collector"),
        ({"collector": "http://ho st"}, "collector"),
        ({"collector": "http://host\r\nX: y"}, "collector"),
        ({"app_id": ""}, "app_id"),
        ({"app_id": ["garden"]}, "app_id"),
        ({"app_id": "x" * 256}, "app_id"),
        ({"namespace": None}, "namespace"),
        ({"sample_seconds": "ten"}, "sample_seconds"),
        ({"sample_seconds": 0}, "sample_seconds"),
        ({"sample_seconds": 1.5}, "sample_seconds"),
        ({"sample_seconds": True}, "sample_seconds"),
        ({"send_seconds": 86401}, "send_seconds"),
        ({"batch_size": -1}, "batch_size"),
        ({"buffer_bytes": 10}, "buffer_bytes"),
        ({"store_bytes": 1}, "store_bytes"),
        ({"store_bytes": 8191}, "store_bytes"),
        ({"collector": "http://host:99999"}, "collector"),
        ({"wifi": "my network"}, "wifi"),
        ({"wifi": [{"ssid": "s", "password": "p"}]}, "wifi"),
        ({"wifi": {"ssid": 5, "password": ""}}, "wifi.ssid"),
        ({"wifi": {"ssid": "s", "password": "p", "country": "Germany"}}, "wifi.country"),
    ],
)
def test_wrong_value(boot, settings, key):
    status, console = boot(with_(**settings))
    assert status == 1
    assert console.startswith(f"config.json: {key}: expected ")
    assert ", got " in console and "\n" not in console


def test_missing_keys(boot):
    status, console = boot("{}")
    assert status == 1
    assert console == "config.json: app_id is missing: a text of 1 to 255 characters"
    status, console = boot(with_(collector="https://collector.example.com"))
    assert status == 1
    assert console == "config.json: roots is missing: the path of a file with DER certificates"
    status, console = boot(with_(collector="https://collector.example.com", roots="root.der"))
    assert status == 1
    assert console == (
        "config.json: roots: expected the path of a file with DER certificates, got "
        '"root.der"'
    )
    status, console = boot(with_(wifi={"ssid": "s"}))
    assert status == 1 and console.startswith("config.json: wifi.password is missing: ")


def test_a_password_is_never_shown(boot):
    for password in (12345678, "secret" * 20, ["secret"]):
        status, console = boot(with_(wifi={"ssid": "s", "password": password}))
        assert status == 1
        assert console.startswith("config.json: wifi.password: expected a text")
        assert "secret" not in console and "12345678" not in console
    # Nor where it is part of what is wrong.
    status, console = boot(with_(wifi={"ssid": "s", "password": "secret", "hostname": ""}))
    assert status == 1 and "secret" not in console


def test_the_example_is_accepted(boot):
    example = (ROOT / "firmware" / "config.example.json").read_text(encoding="utf-8")
    config = json.loads(example)
    config["collector"] = GOOD["collector"]
    # The board compiles its files here, which takes more than they do.
    status, console = boot(json.dumps(config), "128wk")
    assert status == 0 and "stopped: " in console, console


def test_a_trigger_whose_code_was_not_deployed_is_named_and_the_rest_runs(boot, tmp_path):
    threshold = {"when": "threshold", "sensor": "cpu", "quantity": "temperature", "above": 3}
    config = with_(triggers=[threshold])
    boot(config)
    (tmp_path / "firmware" / "conditions.py").unlink()
    status, console = boot(config, deployed=False)
    assert status == 0 and "stopped: " in console, console
    assert "absent: trigger threshold: " in console and "deploy again" in console, console


def test_find_engine_prefers_the_vm(vm):
    assert find_engine()[0] == vm.program


def test_a_trigger_on_a_sensor_that_is_not_there_is_named(boot):
    threshold = {"when": "threshold", "sensor": "nope", "quantity": "t", "above": 3}
    for trigger in (threshold, {"when": "boot", "read": ["nope"]}):
        status, console = boot(with_(triggers=[trigger]))
        assert status == 1
        assert console.startswith("config.json: triggers[0].sensor, read: expected one of cpu, ")
        assert console.endswith('got "nope"')
