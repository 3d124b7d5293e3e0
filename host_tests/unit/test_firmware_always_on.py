"""The always-on mode on the simulated boards: what goes wrong in the field, as scenarios."""
import builtins
import errno
import itertools
import json
import sys

import pytest

import chips
from firmware_life import Life
from snowplow_tracker import json_file
from tools.engine import ROOT

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONFIG = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "sample_seconds": 60,
    "send_seconds": 60,
    "health_seconds": 600,
    "buffer_bytes": 100000,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
}
DEAD = OSError(errno.ETIMEDOUT, "no answer in 10000 ms")


@pytest.fixture(params=["rp2", "esp32"])
def life(request, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate(request.param)
    world.i2c[0x76] = chips.Bme280()
    world.ntp = ["true"]
    return Life(world, tmp_path, monkeypatch, CONFIG)


def times(life):
    """When the pipeline will say that the readings were made."""
    return sorted(e["derived"] for e in life.received if "/sensor_reading/" in e.get("ue_pr", ""))


def gaps(life):
    return [b - a for a, b in itertools.pairwise(times(life)[2:])]


def set_to(thing, name, value):
    return lambda: setattr(thing, name, value)


def done(life, what):
    return [entry[1:] for entry in life.world.log if entry[0] == what]


def test_an_hour_without_trouble(life):
    life.run(hours=1)
    assert life.ends == ["over"]
    assert 56 <= len(times(life)) <= 62
    assert set(gaps(life)) <= set(range(59_000, 61_001))
    assert 5 <= len(life.of("health")) <= 7
    assert [e["se_la"] for e in life.said("board", "boot")] == ["power_on"]
    assert life.of("health")[-1]["joins"] == 1


# Field failures 6 and 8: the first join fails, a second connect() is an internal error.
def test_joins_that_fail_at_first(life):
    life.world.joins = ["silent", "refused", "wrong_password", "joined"]
    life.run(seconds=300)
    assert len(times(life)) >= 3 and life.ends == ["over"]


# 7: isconnected() is true and the link is dead. Rejoin, cycle the radio; reset only when
# nothing is lost by it.
def test_a_link_that_looks_alive_and_is_dead(life):
    life.after(set_to(life, "answers", [DEAD]), seconds=600)
    life.after(set_to(life, "answers", [200]), seconds=2400)
    life.run(hours=1)
    assert len(done(life, "connect")) >= 3
    assert (False,) in done(life, "active")
    assert life.ends == ["over"]  # events in RAM alone outweigh a reset
    assert max(gaps(life)) <= 61_000  # and nothing was lost


def test_a_dead_link_ends_in_a_reset_where_the_flash_keeps_the_events(life):
    life.configure(dict(CONFIG, store_bytes=131072, buffer_bytes=8192))
    life.after(set_to(life, "answers", [DEAD]), seconds=300)
    life.after(set_to(life, "answers", [200]), hours=2)
    life.run(hours=3)
    assert life.ends == ["reset", "over"]  # it did not help, and is not done again soon
    assert "link" in [e.get("se_pr") for e in life.said("board", "boot")]
    assert max(gaps(life)) <= 75_000
    assert len({e["eid"] for e in life.received}) == len(life.received)


# A collector that refuses, or has no name, is not a dead link: the radio is left alone.
@pytest.mark.parametrize(
    "why",
    [
        OSError(errno.ECONNREFUSED, "192.168.4.1:9090: [Errno 111] ECONNREFUSED"),
        OSError(errno.ENOENT, "no address for collector.test: the name server knows none"),
    ],
)
def test_a_collector_that_is_down(life, why):
    life.after(set_to(life, "answers", [why]), seconds=300)
    life.after(set_to(life, "answers", [503]), seconds=1500)
    life.after(set_to(life, "answers", [200]), seconds=2700)
    life.run(hours=1)
    assert len(done(life, "connect")) == 1
    assert max(gaps(life)) <= 61_000


# 3 and 13: what hangs for ever is ended by the watchdog, and told of at the next boot.
def test_a_hang_is_ended_by_the_watchdog(life):
    def hang():
        life.board.on_idle = None  # nobody feeds any more
        life.board.feed = lambda: None

    life.after(hang, seconds=600)
    life.run(hours=1)
    assert life.ends == ["watchdog", "over"]
    (error,) = life.of("application_error")
    assert "watchdog" in error["message"] and error["isFatal"]
    assert [e["se_la"] for e in life.said("board", "boot")] == ["power_on", "watchdog"]


# 9 and 10: NTP is silent for a while; the events still get their right time.
def test_a_clock_that_is_set_late(life):
    life.world.ntp = [OSError(110)] * 40 + ["true"]
    life.run(hours=1)
    assert life.world.born_ms and min(times(life)) >= 1767225600000  # not in 2000 or 2021
    assert max(gaps(life)) <= 70_000  # a sample may have to wait for NTP
    # The guess that the clock shows meanwhile is no answer: it was asked on, until there was one.
    assert abs(life.world.wall_ms - life.world.true_ms) < 1000


def test_a_network_that_goes_away_and_comes_back(life):
    def gone():
        life.world.joins = ["not_found"]
        life.world.radio.outcome = None

    life.after(gone, seconds=600)
    life.after(set_to(life.world, "joins", ["joined"]), seconds=1800)
    life.run(hours=1)
    assert max(gaps(life)) <= 62_000  # sampling went on meanwhile
    assert life.ends == ["over"]


def test_crashes_in_a_row_lead_to_safe_mode_and_out_of_it(life, monkeypatch):
    from firmware import sensors

    before = sensors.readings
    broken = [True]

    def readings(sensor, found):
        if broken[0]:
            raise RuntimeError("it broke")
        return before(sensor, found)

    monkeypatch.setattr("firmware.triggers.readings", readings)
    life.configure(dict(CONFIG, safe_mode_seconds=1800))
    life.after(lambda: broken.clear() or broken.append(False), seconds=900)
    life.run(hours=2)
    assert life.ends[:3] == ["reset"] * 3
    assert life.of("health")[0]["safeMode"] is True
    assert life.said("board", "safe_mode")[0]["se_va"] == "3"
    assert len(life.of("sensor_reading")) > 30  # it went back to work
    assert [e["message"] for e in life.of("application_error")] == ["it broke"]


def test_a_config_that_asks_for_too_much_memory_ends_in_safe_mode(life, monkeypatch):
    from firmware import always_on

    def make(board, settings, *others):
        if settings["buffer_bytes"] > 50000 or "session" in settings["track"]:
            raise MemoryError("memory allocation failed")
        return real(board, settings, *others)

    real = always_on.make
    monkeypatch.setattr(always_on, "make", make)
    life.configure(dict(CONFIG, track=["session", "errors"]))
    life.run(hours=1)
    assert life.ends == ["reset"] * 3 + ["over"]
    assert [e["exceptionName"] for e in life.of("application_error")] == ["MemoryError"]
    assert life.of("health")[-1]["safeMode"] is True


def test_a_led_pin_that_is_not_there_costs_the_led_alone(life, capsys):
    life.configure(dict(CONFIG, led="D1"))
    life.run(seconds=300)
    assert life.ends == ["over"] and len(times(life)) >= 3
    assert "led: invalid pin" in capsys.readouterr().out


_REFUSED = OSError("The certificate is not correctly signed by the trusted CA")


# What docs/boards.md tells of the LED, and what the console says of the same.
@pytest.mark.parametrize(
    "joins, answer, state, words",
    [
        (["not_found"], 200, "not_found", "offline: wifi 'barn': not found"),
        (["wrong_password"], 200, "wrong_password", "offline: wifi 'barn': wrong password"),
        (["silent"], 200, "joining", "joining: 'barn'"),
        (["joined"], 200, "success", "first event accepted; sending every 60 s"),
        (["joined"], OSError(errno.ECONNREFUSED, "x"), "no_connection", "collector cannot be"),
        (["joined"], DEAD, "timeout", "the collector does not answer: no answer in 10000 ms"),
        (["joined"], 503, "http_error", "the collector refuses: HTTP status 503"),
        (["joined"], OSError("no status"), "bad_response", "what answers is no collector: no"),
        (["joined"], _REFUSED, "certificate", "the collector's certificate is refused: The"),
    ],
)
def test_led_and_console_tell_the_state(
    life, monkeypatch, capsys, joins, answer, state, words
):
    from boards import lamp

    shown = []
    show = lamp.Lamp.show
    monkeypatch.setattr(lamp.Lamp, "show", lambda it, name: (shown.append(name), show(it, name)))
    life.world.joins = joins
    life.answers = [answer]
    life.configure(dict(CONFIG, led=2 if life.world.port == "esp32" else "LED"))
    life.run(seconds=400)
    assert words in capsys.readouterr().out
    assert shown[0] == "joining" and state in shown
    assert lamp.times(state)


def test_a_board_without_a_network_waits_for_one_and_says_so(life, capsys):
    life.configure({key: CONFIG[key] for key in CONFIG if key != "wifi"})
    life.run(seconds=600)
    assert life.ends == ["over"]
    assert "offline: no network is named" in capsys.readouterr().out


@pytest.mark.parametrize("found", [KeyError(), {"t": float("nan")}, {"t": "21"}, None, 5])
def test_a_driver_with_a_bug_stops_nothing(life, monkeypatch, found):
    from boards.sensors import bme280

    def read(sensor):
        if isinstance(found, Exception):
            raise found
        return found

    before = bme280.Sensor.read
    monkeypatch.setattr(bme280.Sensor, "read", read)
    life.configure(dict(CONFIG, board_sensors=True))
    life.after(lambda: monkeypatch.setattr(bme280.Sensor, "read", before), seconds=1800)
    life.run(hours=1)
    assert life.ends == ["over"]
    names = [reading["sensor"] for reading in life.of("sensor_reading")]
    assert names.count("memory") > 55 and 25 < names.count("air") < 33
    assert [e["threadName"] for e in life.of("application_error")] == ["sensor air"]
    assert len(life.said("sensor", "recovered")) == 1


def test_many_sensors_that_do_not_answer_are_no_reason_for_the_watchdog(life):
    row = {"type": "modbus", "bus": "line", "registers": {"x": {"register": 0}}}
    sensors = {"m%d" % n: dict(row, address=n + 1) for n in range(50)}
    buses = {"line": {"tx": 8, "rx": 9}}
    life.configure(dict(CONFIG, sensors=sensors, buses=buses, watchdog_seconds=8))
    life.run(seconds=200)
    assert life.ends == ["over"]


def test_flash_that_fails_is_told_of_and_when_it_is_back(life, tmp_path):
    (tmp_path / "events").write_text("not a folder")
    life.configure(dict(CONFIG, store_bytes=262144, buffer_bytes=32768))
    life.after((tmp_path / "events").unlink, hours=2)
    life.run(hours=4)
    assert [e["se_ac"] for e in life.said("flash")] == ["failed", "recovered"]
    assert "se_la" in life.said("flash")[0] and "se_la" not in life.said("flash")[1]
    assert len(times(life)) > 230 and not life.of("loss")


# --- planned resets lose nothing -----------------------------------------------------------------
def crash_once(life, monkeypatch, seconds):
    """The firmware crashes once, after so many seconds."""
    from firmware import sensors

    broken = []

    def readings(sensor, found):
        if broken:
            broken.clear()
            raise RuntimeError("it broke")
        return sensors.readings(sensor, found)

    monkeypatch.setattr("firmware.triggers.readings", readings)
    life.after(lambda: broken.append(True), seconds=seconds)


@pytest.mark.parametrize("store", ["flash", "RAM"])
def test_a_crash_loses_no_event(life, monkeypatch, store):
    if store == "flash":  # during an outage, when all is in the page in RAM
        life.configure(dict(CONFIG, store_bytes=262144, buffer_bytes=16384))
        life.after(set_to(life, "answers", [503]), seconds=600)
        life.after(set_to(life, "answers", [200]), seconds=2200)
    else:
        life.configure(dict(CONFIG, send_seconds=3600))
    crash_once(life, monkeypatch, 1930)
    life.run(hours=2)
    assert life.ends == ["reset", "over"]
    assert max(gaps(life)) <= 121_000  # the reading that crashed is not there


def test_a_dead_link_is_no_reason_to_reset_while_flash_takes_nothing(life, monkeypatch):
    from snowplow_tracker.store import segment_log

    def full(*_):
        raise OSError(errno.ENOSPC)

    def fill():
        for name in "save_state", "write_ring":
            monkeypatch.setattr(segment_log, name, full)

    life.configure(dict(CONFIG, store_bytes=262144, buffer_bytes=65536))
    life.after(fill, seconds=300)
    life.after(set_to(life, "answers", [DEAD]), seconds=600)
    life.after(set_to(life, "answers", [200]), hours=1)
    life.run(hours=2)
    assert life.ends == ["over"]
    # What the page in RAM has no space for is lost, and counted.
    lost = life.of("health")[-1]["lost"]
    assert len(times(life)) + sum(lost.values()) >= 119 and set(lost) >= {"overflow"}


def serve_document(monkeypatch, version, **changes):
    """What every fetch of the remote configuration gets."""
    from firmware.on_demand import remote_config
    from snowplow_tracker.transport import http

    bundle = {"namespace": "firmware", **changes}
    document = {"configurationVersion": version, "configurationBundle": [bundle]}
    real = http.HttpTransport.send

    def send(transport, length, body):
        if not transport.get:
            return (yield from real(transport, length, body))
        transport.body = json.dumps(document).encode()
        yield 5
        return 200

    monkeypatch.setattr(http.HttpTransport, "send", send)
    assert remote_config.__name__  # it is loaded again when it is needed


def remote(**options):
    return dict(CONFIG, remote={"url": "http://192.168.4.1:9091/c.json?id=1", **options})


def test_a_new_collector_that_works_is_used_at_once_and_nothing_in_ram_is_lost(life, monkeypatch):
    endpoint = "http://192.168.4.7:9090"
    serve_document(monkeypatch, 2, networkConfiguration={"endpoint": endpoint})
    life.configure(remote(seconds=1200, trial_seconds=900))
    life.answers = [DEAD]  # as long as it sends to the old one
    life.to = {"192.168.4.7": [200]}
    life.run(hours=1)
    assert life.ends == ["reset", "over"]
    assert [e["se_ac"] for e in life.said("remote_config")] == ["applied", "works"]
    assert max(gaps(life)) <= 75_000
    assert [e["se_la"] for e in life.said("board", "boot")][0] == "power_on"


def test_a_new_collector_that_does_not_is_taken_back_and_nothing_in_ram_is_lost(life, monkeypatch):
    endpoint = "http://192.168.4.7:9090"
    serve_document(monkeypatch, 2, networkConfiguration={"endpoint": endpoint})
    life.configure(remote(seconds=1200, trial_seconds=900))
    life.to = {"192.168.4.7": [DEAD]}
    life.after(set_to(life, "answers", [200]), seconds=1300)
    life.answers = [DEAD]
    life.run(hours=2)
    assert [e["se_ac"] for e in life.said("remote_config")] == ["applied", "rolled_back"]
    assert max(gaps(life)) <= 75_000
    assert life.said("board", "boot")[0]["se_la"] == "power_on"


@pytest.mark.parametrize("error", [MemoryError(), OSError(5)])
def test_a_document_that_a_boot_cannot_read_is_not_kept_by_what_that_boot_sends(
    life, monkeypatch, error
):
    failed = []
    read = json_file.read

    def fails_at_boot(path):
        if sys._getframe(2).f_code.co_name != "load_settings" or life.boots != 2:
            return read(path)
        failed.append(path)
        if isinstance(error, MemoryError):
            raise error
        return {}  # as read() after three errors

    monkeypatch.setattr(json_file, "read", fails_at_boot)
    serve_document(monkeypatch, 2, networkConfiguration={"endpoint": "http://192.168.4.7:9090"})
    monkeypatch.delitem(sys.modules, "firmware.on_demand.remote_config")
    life.configure(dict(remote(seconds=1200, trial_seconds=900), store_bytes=262144))
    life.to = {"192.168.4.7": [DEAD]}
    life.run(hours=2)
    assert len(failed) == 1 and len(times(life)) >= 119
    assert [e["se_ac"] for e in life.said("remote_config")] == ["applied"]


@pytest.mark.parametrize(("dead", "end"), [(False, "works"), (True, "rolled_back")])
def test_a_trial_ends_though_there_is_no_memory_for_its_state_at_first(
    life, monkeypatch, dead, end
):
    failed = []
    read = json_file.read

    def no_memory(path):
        caller = sys._getframe(2).f_code.co_name
        if caller in ("confirm", "end_trial") and len(failed) < 3:
            failed.append(caller)
            raise MemoryError
        return read(path)

    monkeypatch.setattr(json_file, "read", no_memory)
    endpoint = "http://192.168.4.7:9090"
    serve_document(monkeypatch, 2, networkConfiguration={"endpoint": endpoint})
    monkeypatch.delitem(sys.modules, "firmware.on_demand.remote_config")
    life.configure(remote(seconds=1200, trial_seconds=900))
    life.answers = [DEAD]
    life.to = {"192.168.4.7": [DEAD if dead else 200]}
    life.after(set_to(life, "answers", [200]), seconds=1300)
    life.run(hours=2)
    assert len(failed) == 3
    assert [e["se_ac"] for e in life.said("remote_config")] == ["applied", end]


def test_a_document_is_not_refused_for_a_config_that_cannot_be_read_for_once(life, monkeypatch):
    serve_document(monkeypatch, 2, trackerConfiguration={"appId": "orchard"})
    life.configure(remote(seconds=60))
    reads = []
    real = open

    def second_fails(path, *args, **options):
        if path == "config.json":
            reads.append(path)
            if len(reads) == 2:
                raise OSError(5)
        return real(path, *args, **options)

    monkeypatch.setattr(builtins, "open", second_fails)
    life.run(seconds=600)
    assert [e["se_ac"] for e in life.said("remote_config")] == ["applied", "works"]
    assert life.received[-1]["aid"] == "orchard"


# --- whatever is in a file, it ends in a state that reports --------------------------------------
GARBAGE = ["null", "5", "[]", "{", "\x00\x01", '{"a": {}}', "[[1,2,3,4],[1]]", '[["x"]]']
TYPED = {
    "boot.json": ['{"boots": "x"}', '{"boots": null}', '{"boots": -1}', '{"boots": []}'],
    "losses.json": ['{"overflow": "x"}', '{"age": null, "error": {}}'],
    "crash.json": ['{"count": "x"}', '{"count": 1, "error": 5}', '{"error": {"message": []}}'],
    "remote.json": [
        '{"trial": "x", "changes": {"app_id": "b"}}', '{"changes": [], "version": "x"}',
        '{"trial": 9, "before": [], "changes": {"app_id": 5}}', '{"refused": "x"}',
    ],
    "boots.json": ['[["a", 1, 2, 3]]', "[1]"],
    "cookie.txt": ["\r\n\r\n", "\xff"],
    "session.json": ['{"user_id": 5}', '{"slept": "x"}'],
    "install.json": ['{"eid": 5}'],
}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_damaged_state_files_stop_nothing(life, tmp_path, name):
    config = remote(seconds=600)
    life.configure(dict(config, store_bytes=65536, buffer_bytes=8192, track=["session", "errors"]))
    for text in GARBAGE + TYPED[name]:
        before = len(life.received)
        (tmp_path / name).write_bytes(text.encode("latin-1"))
        life.run(seconds=200)
        assert life.ends[-1] == "over", (name, text)
        assert len(life.received) > before, (name, text)
        life.world.reboot("power", 0)
    assert set(life.ends) == {"over"}


def test_state_that_crashes_even_safe_mode_is_removed_and_it_reports(life, tmp_path, monkeypatch):
    Board = __import__("boards." + life.world.port, None, None, ("Board",)).Board
    real = Board.set_time

    def set_time(board, ms):
        file = tmp_path / "boots.json"
        if file.exists() and file.read_text().startswith("[[1, 5"):
            raise RuntimeError("what is in the file")
        return real(board, ms)

    monkeypatch.setattr(Board, "set_time", set_time)
    (tmp_path / "boots.json").write_text("[[1, 5, 5, 5]]")
    life.configure(dict(CONFIG, mode="battery", store_bytes=65536, buffer_bytes=8192))
    life.run(hours=1)
    assert life.ends == ["reset"] * 6 + ["over"]
    assert life.of("health")[-1]["safeMode"] is True


def test_a_redirect_is_said_to_be_a_login(life, capsys):
    life.answers = [302]
    life.run(seconds=200)
    assert "302, no collector's: does this network want a login" in capsys.readouterr().out


def test_a_guess_is_no_time_after_the_file_that_told_of_it_was_removed(life, tmp_path):
    life.world.ntp = [OSError(110)]
    life.run(seconds=100)
    (tmp_path / "crash.json").write_text('{"count": 6}')
    life.world.reboot("reset")
    life.run(seconds=400)
    found = life.of("health")
    assert any(health["safeMode"] for health in found)
    assert all("clockYear" in health for health in found)  # told while the time is not known


# A Pico W's stack has room for 30 calls, of which C functions and TLS want their part.
@pytest.mark.parametrize("mode", ["always_on", "battery"])
def test_calls_are_never_deep(life, mode):
    folders = tuple(str(ROOT / folder) for folder in ("lib", "boards", "firmware"))
    deepest = []

    def profile(frame, event, _):
        if event == "call":
            calls = []
            while frame:
                name = frame.f_code.co_filename
                if name == "main.py" or name.startswith(folders):
                    calls.append(frame.f_code.co_name)
                elif frame.f_code.co_name in ("run_until_complete", "run_forever"):
                    calls.append("asyncio")  # MicroPython's takes two
                frame = frame.f_back
            # CPython closes a store that nobody refers to, at any depth; MicroPython does not.
            if len(calls) > len(deepest) and "__del__" not in calls:
                deepest[:] = calls

    # A sensor that fails, a store that is full, and events that are larger than its buffer.
    config = dict(CONFIG, mode=mode, store_bytes=65536, buffer_bytes=2048, sample_seconds=10)
    config.update(health_seconds=300, battery={"wakes_per_send": 1})
    config["sensors"] = dict(CONFIG["sensors"], bad={"type": "sht3x", "bus": "i2c"})
    config["track"] = ["session", "platform", "application", "install", "lifecycle", "errors"]
    config["entities"] = [{"schema": "iglu:a/b/jsonschema/1-0-0", "data": {"a": "b" * 1000}}]
    life.configure(config)
    life.answers = [503]
    life.after(set_to(life, "answers", [200]), seconds=600)
    sys.setprofile(profile)
    try:
        life.run(seconds=1300)
    finally:
        sys.setprofile(None)
    assert life.of("loss")
    assert len(deepest) <= 20, " ".join(deepest)
