"""The whole config by air: what a board takes, what it refuses, and what it keeps."""

import http.server
import json
import ssl
from types import SimpleNamespace

import pytest
import trustme

from boards import esp32
from firmware.on_demand import config_keys, update_fetch, update_trial
from host_tests.update.conftest import NEW_CONFIG, OLD_CONFIG
from host_tests.update.test_wire import server
from tools.release import config, signing
from tools.release.__main__ import main

SECURE = {**OLD_CONFIG, "roots": "root.der", "verify": True}
WIFI = OLD_CONFIG["wifi"]
PLAIN = {key: NEW_CONFIG[key] for key in NEW_CONFIG if key != "wifi"}
VERSION = 202611270013
ID = "e66138528350"  # as power_cuts.py has it


@pytest.fixture(scope="session")
def secure():
    """The class of a server over https; `root` is that of its certificate, in DER."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)

    class Secure(http.server.ThreadingHTTPServer):
        root = ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode())

        def get_request(self):
            sock, address = super().get_request()
            return context.wrap_socket(sock, server_side=True), address

        def handle_error(self, *_):
            pass  # a client that does not trust it

    return Secure


@pytest.fixture
def ask(on_vm, releases, keys, secure):
    """ask(config, over, whom, old, state, files, full, ...) -> what config_wire.py prints"""
    key = signing.load_private(keys)

    def sign(data, version=VERSION, **more):
        return signing.sign({"kind": "config", "version": version, "config": data, **more}, key)

    def run(
        data=None, over="https", whom="", old=None, state=None, files=None, full=0, root=None,
        networks=(), **more,
    ):  # fmt: skip
        (releases / "root.der").write_bytes(root or secure.root)
        old = old or SECURE
        if files is None:
            told = {"for": whom} if whom else {}
            files = {config.name_of(whom): sign(data, **told, **more)}
        served = {"manifest.json": b"none", **files}
        with server(None, files=served, kind=secure if over == "https" else None) as running:
            url = f"{over}://localhost:{running.server_port}"
            return on_vm(
                "config_wire.py", releases, url, json.dumps(state or {}), json.dumps(old), full,
                json.dumps(networks),
            )  # fmt: skip

    run.sign = sign
    return run


def applied(found):
    return found["steps"] == [["applied", None]] and found["taken"]


def refused(found):
    """Why it was refused; nothing of it is left."""
    assert found["taken"] is None
    assert not [name for name in found["files"] if name.startswith("config.json.")]
    ((step, reason),) = found["steps"]
    assert step == "refused"
    return reason


def taken_back(found):
    """Why the boot of its trial took it back."""
    assert applied(found)
    return found["taken_back"]


def test_a_config_is_taken_and_the_networks_of_before_stay_for_a_while(ask):
    found = ask(NEW_CONFIG)
    assert applied(found) == NEW_CONFIG and found["taken_back"] is None
    assert found["networks"] == [{**WIFI, "address": None, "before": True}]
    two = {**NEW_CONFIG, "wifi": {"networks": [NEW_CONFIG["wifi"], WIFI]}}
    assert ask(two)["networks"] is None  # it names them itself


def test_a_network_that_the_config_before_needs_outlives_a_trial(ask):
    # The board's config names a network that never worked, and it has fallen back on another one.
    used = {"ssid": "yard", "password": "12345678", "address": None, "before": True}
    own = {"ssid": "yard", "password": "12345678"}
    dead = {**WIFI, "address": None, "before": True}
    for new in (own, NEW_CONFIG["wifi"]):
        found = ask({**NEW_CONFIG, "wifi": new}, networks=[used])
        assert applied(found) and found["networks"] == [used, dead]
    # There is no room for all of them: it is not the one in use that goes.
    many = [{"ssid": str(i), "password": ""} for i in range(4)]
    found = ask(NEW_CONFIG, networks=[*many, used])
    assert applied(found) and found["networks"][0] == used and len(found["networks"]) == 4


def test_networks_stay_while_it_is_not_known_which_one_is_in_use(simulate, monkeypatch):
    world = simulate("esp32")
    removed = []
    monkeypatch.setattr(update_fetch, "remove", removed.append)
    networks = [{"ssid": "barn"}]
    app = SimpleNamespace(emitter=SimpleNamespace(sent=1))

    def forget():
        places = [{**place, "password": "12345678", "address": None} for place in networks]
        app.link = esp32.Board().link([("wifi", {"networks": places})])
        for _ in app.link.up():
            world.time.sleep_ms(100)
        update_trial._forget_networks(app)
        return removed

    networks[0]["before"] = True
    assert forget() == []  # it is the one of before
    assert forget() == []  # a soft reset left the radio in it
    del networks[0]["before"]
    app.link.down()
    assert forget() == ["/releases/networks.json"]


def test_a_board_takes_its_own_before_that_of_its_group_before_that_of_all(ask):
    names = ("", "group barn", f"board {ID}")
    made = {
        config.name_of(whom): ask.sign({**NEW_CONFIG, "app_id": whom or "all"}, **{"for": whom})
        for whom in names
    }
    old = {**SECURE, "update": {**OLD_CONFIG["update"], "group": "barn"}}
    for whom in reversed(names):
        assert applied(ask(files=made, old=old))["app_id"] == (whom or "all")
        del made[config.name_of(whom)]
    assert ask(files=made)["steps"] == []  # nothing is offered


def test_a_config_of_another_board_is_refused(ask):
    made = ask.sign(NEW_CONFIG, **{"for": "board 0123456789ab"})
    assert "another board" in refused(ask(files={"config.json": made}))
    assert "another board" in refused(ask(files={config.name_of(f"board {ID}"): made}))


def test_a_replay_is_refused_and_what_failed_is_not_tried_again(ask):
    assert "older than the config" in refused(ask(NEW_CONFIG, state={"config": VERSION + 1}))
    for state in ({"config": VERSION}, {"config_refused": VERSION}):
        assert ask(NEW_CONFIG, state=state)["steps"] == []
    state = {"config": VERSION - 1, "config_refused": VERSION - 1}
    assert applied(ask(NEW_CONFIG, state=state))


def test_secrets_come_over_https_only(ask):
    told = refused(ask(NEW_CONFIG, over="http", old=OLD_CONFIG))
    assert "https only" in told and "12345678" not in told
    cellular = {**PLAIN, "cellular": {"apn": "net", "pin": "1234", "tx": 1, "rx": 2}}
    assert "https only" in refused(ask(cellular, over="http", old=OLD_CONFIG))
    headers = {**PLAIN, "headers": {"X-Key": "k"}}
    assert "https only" in refused(ask(headers, over="http", old=OLD_CONFIG))
    # One without any keeps the links that the board has.
    assert applied(ask(PLAIN, over="http", old=OLD_CONFIG)) == {**PLAIN, "wifi": WIFI}


@pytest.mark.parametrize(
    "change, words",
    [
        ({"wifi": {"networks": []}}, "wifi.networks: expected a list of one network or more"),
        ({"update": None}, "update is missing"),
        ({"update": {"url": "https://h", "key": "other.der"}}, "no file other.der"),
        ({"hold_pin": 2}, "hold_pin: only `make deploy`"),
    ],
)
def test_what_no_trial_could_end_is_refused_before_it(ask, change, words):
    made = {**NEW_CONFIG, **change}
    reason = refused(ask({key: made[key] for key in made if made[key] is not None}))
    assert words in reason and "12345678" not in reason


@pytest.mark.parametrize(
    "change, words",
    [
        ({"app_id": 7}, "config.json: app_id: expected a text of 1 to 255 characters, got 7"),
        ({"nonsense": 1}, "config.json: unknown key nonsense"),
        ({"collector": "https://u:p@c"}, "config.json: collector: expected a URL"),
        ({"wifi": {"ssid": "mill", "password": 12345678}}, "wifi.password: expected a text"),
        ({"wifi": 1}, "wifi: expected an object"),
        ({"wifi": {"networks": 1}}, "wifi.networks: expected a list, got 1"),
        ({"wifi": {"networks": [1, {}]}}, "wifi.networks[0]: expected a JSON object"),
        ({"update": 1}, "update: expected an object"),
        ({"update": {"url": 1, "key": 2}}, "update.key: expected a text"),
        ({"store_bytes": "x", "mode": []}, "mode: expected one of"),
        ({"roots": "none.der", "verify": True}, "roots: expected the path"),
        ({"sensors": {"air": {"type": "bme280"}}}, "sensors.air"),
    ],
)
def test_what_a_boot_refuses_is_taken_back_by_the_boot_of_its_trial(ask, change, words):
    reason = taken_back(ask({**NEW_CONFIG, **change}))
    assert words in reason and "12345678" not in reason


def test_defaults_that_are_not_looked_up():
    # update_config.py compares these keys of configs without the table, which takes heap.
    keys = config_keys.KEYS[""]
    defaults = {key: keys[key][3] for key in ("store_bytes", "store_path", "roots", "verify")}
    assert defaults == {"store_bytes": 0, "store_path": "events", "roots": None, "verify": True}


def test_what_is_not_signed_by_the_key_is_refused(ask, tmp_path):
    good = ask.sign(NEW_CONFIG)
    for at in (5, len(good) // 2, len(good) - 9):
        bad = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert "not signed" in refused(ask(files={"config.json": bad}))
    signing.make_pair(tmp_path / "k.pem")
    document = {"kind": "config", "version": VERSION, "config": NEW_CONFIG}
    other = signing.sign(document, signing.load_private(tmp_path / "k.pem"))
    assert "not signed" in refused(ask(files={"config.json": other}))
    for more in ({"kind": "release"}, {"config": []}, {"version": "x"}):
        assert refused(ask(NEW_CONFIG, **more))


def test_a_server_with_another_certificate_gives_nothing(ask):
    other = ssl.PEM_cert_to_DER_cert(trustme.CA().cert_pem.bytes().decode())
    found = ask(NEW_CONFIG, root=other)
    assert found["taken"] is None and found["steps"] == []


def test_a_config_that_the_loader_has_not_taken_is_not_confirmed(on_vm, releases):
    found = on_vm("not_taken.py", releases, "deep_sleep")
    assert found == {"trial": True, "config": "new", "restart_for": "config", "steps": []}
    # It does not restart for ever where the loader never takes it.
    found = on_vm("not_taken.py", releases, "software")
    assert (found["trial"], found["config"], found["steps"]) == (False, "old", ["rolled_back"])


@pytest.mark.parametrize(
    "change, at_once",
    [
        ({"store_bytes": 16384, "store_path": "/releases/events"}, True),
        ({"store_bytes": 16384}, False),
        ({}, False),  # its events wait in RAM
    ],
)
def test_events_in_a_store_that_the_config_does_not_have_are_sent_before(ask, change, at_once):
    found = ask({**NEW_CONFIG, **change})
    assert applied(found) and found["restarts"] == [at_once, True]


def test_flash_that_is_full_leaves_the_config_and_the_room(ask):
    networks = [{"ssid": f"network {i}", "password": "12345678" * 4} for i in range(20)]
    found = ask({**NEW_CONFIG, "wifi": {"networks": networks}}, full=1)
    assert found["taken"] is None and found["steps"] == []
    assert not [name for name in found["files"] if name.startswith("config.json.")]


# --- the command ---------------------------------------------------------------------------------
def test_the_command_makes_what_a_board_takes(ask, keys, tmp_path, capsys):
    path, folder = tmp_path / "mine.json", tmp_path / "firmware"
    path.write_text(json.dumps({"$schema": "x", **NEW_CONFIG}))
    options = ["config", "--key", str(keys), "--folder", str(folder), "--config", str(path)]
    assert main(options) == 0
    assert "for all boards" in capsys.readouterr().out
    assert main([*options, "--board", ID]) == 0
    printed = capsys.readouterr().out
    assert ID in printed and "secrets" in printed
    files = {found.name: found.read_bytes() for found in folder.iterdir()}
    key = signing.load_private(keys)
    names = ("config.json", config.name_of(f"board {ID}"))
    first, own = (signing.read(files[name], key) for name in names)
    assert own["version"] > first["version"]
    assert applied(ask(files=files)) == NEW_CONFIG
    assert main([*options, "--group", "a", "--board", "b"]) == 2
    path.write_text(json.dumps({**NEW_CONFIG, "app_id": ""}))
    assert main(options) == 2
    assert "app_id" in capsys.readouterr().err
    path.write_text(json.dumps({**PLAIN, "wifi": {"networks": []}}))
    assert main(options) == 2
    assert "leave wifi out" in capsys.readouterr().err
    path.write_text(json.dumps({key: PLAIN[key] for key in PLAIN if key != "update"}))
    assert main(options) == 2
    assert "update" in capsys.readouterr().err
    many = {f"s{i}": {"type": "dht22", "pin": i % 20} for i in range(200)}
    path.write_text(json.dumps({**PLAIN, "sensors": many}))
    assert main(options) == 2
    assert "4096 at most" in capsys.readouterr().err
