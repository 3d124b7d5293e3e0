"""What becomes of a reading: several reads, calibration, names, extremes, and what is sent."""
import json

import jsonschema_rs
import pytest

from boards import esp32
from firmware import processed, sensors
from firmware.on_demand import config
from tools.engine import ROOT

SCHEMA = ROOT / "firmware/schemas/io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-1"
ROW = {"offset": 0, "scale": 1, "points": None, "decimals": None, "unit": None, "name": None,
       "delta": None, "extremes": False}  # fmt: skip


class Scripted:
    """A sensor that gives one dict of `found` after the other; an exception is raised."""

    QUANTITIES = {"temperature": ("Cel", -50, 150), "humidity": ("%", -1, 101)}

    def __init__(self, *found):
        self.found = list(found)

    def read(self):
        found = self.found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def make(*found, reads=1, combine="median", max_seconds=3600, **rows):
    rows = {name: {**ROW, **rows[name]} for name in rows}
    return processed.Processed(Scripted(*found), rows, reads, combine, max_seconds)


def event(sensor, found):
    """The event's readings, which the schema accepts."""
    listed = sensors.readings(sensor, found)
    schema = json.loads(SCHEMA.read_text())
    schema.pop("$schema")
    jsonschema_rs.validator_for(schema).validate({"sensor": "it", "readings": listed})
    return listed


@pytest.mark.parametrize("row, value", [
    ({}, 20), ({"offset": -1.5}, 18.5), ({"scale": 2}, 40), ({"scale": 2, "offset": 1}, 41),
    ({"points": [[0, 1], [10, 11], [30, 51]]}, 31), ({"points": [[0, 0], [10, 20]]}, 40),
    ({"points": [[0, 0], [40, 4]], "scale": 10, "offset": 0.5}, 20.5),
    ({"scale": 1 / 3, "decimals": 2}, 6.67), ({"scale": 1 / 3, "decimals": 0}, 7),
])  # fmt: skip
def test_calibration(row, value):
    sensor = make({"temperature": 20}, temperature=row)
    found = sensor.read()
    assert found == {"temperature": pytest.approx(value)}
    (reading,) = event(sensor, found)
    changed = bool(row.keys() - {"decimals"})
    assert reading == {"quantity": "temperature", "value": found["temperature"], "unit": "Cel",
                       **({"raw": 20} if changed else {})}  # fmt: skip


def test_names_and_units():
    sensor = make({"temperature": 77, "humidity": 40},
                  temperature={"name": "soil_temperature", "unit": "[degF]"})  # fmt: skip
    found = sensor.read()
    assert event(sensor, found) == [
        {"quantity": "soil_temperature", "value": 77, "unit": "[degF]"},
        {"quantity": "humidity", "value": 40, "unit": "%"},
    ]


def test_a_row_for_all_of_a_kind():
    sensor = make({"temperature_0316": 20, "temperature_0317": 21},
                  temperature={"offset": 1, "name": "probe"})  # fmt: skip
    assert sensor.read() == {"probe_0316": 21, "probe_0317": 22}
    assert sensor.raw == {"probe_0316": 20, "probe_0317": 21}
    assert sensors.unit(sensor, "probe_0316") == "Cel"


# power_factor is no power of a part named "factor".
def test_a_row_is_not_for_a_quantity_of_its_own(now):
    found = [{"power": 1500, "power_factor": factor} for factor in (0.97, 0.5)]
    sensor = make(*found, power={"scale": 0.001, "unit": "kW", "name": "kilowatts"})
    sensor._sensor.QUANTITIES = {"power": ("W", 0, 9e3), "power_factor": ("1", 0, 1)}
    assert sensor.read() == {"kilowatts": 1.5, "power_factor": 0.97}
    assert sensor.units == {"kilowatts": "kW", "power_factor": "1"}
    sensor = make(*found, power={"delta": 0.1})
    sensor._sensor.QUANTITIES = {"power": ("W", 0, 9e3), "power_factor": ("1", 0, 1)}
    assert [bool(sent(sensor, now)) for _ in found] == [True, False]


@pytest.mark.parametrize("combine, value", [("median", 21), ("mean", 37)])
def test_several_reads_are_one(combine, value):
    reads = [{"temperature": t} for t in (20, 21, 85, 22)]
    reads.insert(1, OSError("noise"))
    sensor = make(*reads[:4], {"temperature": 22}, reads=5, combine=combine)
    assert sensor.read() == {"temperature": pytest.approx({"median": 21.5, "mean": 37}[combine])}
    sensor = make(*[OSError("no answer")] * 3, reads=3)
    with pytest.raises(OSError, match="no answer"):
        sensor.read()


def test_an_average_of_what_was_measured():
    sensor = make({"temperature": 20}, {"humidity": 40}, {"temperature": 22}, reads=3,
                  combine="mean")  # fmt: skip
    assert sensor.read() == {"temperature": 21, "humidity": 40}


# --- what is sent --------------------------------------------------------------------------------
@pytest.fixture
def now(monkeypatch):
    """now[0]: what clock.ms() gives."""
    now = [5_000_000]
    monkeypatch.setattr(processed.clock, "ms", lambda: now[0])
    return now


def sent(sensor, now, seconds=60):
    found = sensor.read()
    now[0] += seconds * 1000
    return sensor.to_send(found)


def test_only_what_moved_is_sent(now):
    values = (20, 20.4, 20.5, 20.6, 20.1, 20.0, 19.9)
    sensor = make(*[{"temperature": t} for t in values], temperature={"delta": 0.5})
    events = [sent(sensor, now).get("temperature") for _ in values]
    assert events == [20, None, 20.5, None, None, 20.0, None]


def test_it_is_sent_after_the_longest_time(now):
    sensor = make(*[{"temperature": 20}] * 7, max_seconds=180, temperature={"delta": 0.5})
    assert [bool(sent(sensor, now)) for _ in range(7)] == [True, False, False, True] * 1 + [
        False, False, True,
    ]  # fmt: skip


def test_a_quantity_that_comes_or_goes_is_sent(now):
    both = {"temperature": 20, "humidity": 40}
    sensor = make(both, both, {"temperature": 20}, both, both, temperature={"delta": 0.5})
    assert [bool(sent(sensor, now)) for _ in range(5)] == [True, False, True, True, False]


def test_a_quantity_without_a_delta_sends_nothing(now):
    found = [{"temperature": 20, "humidity": h} for h in (40, 60, 80)]
    sensor = make(*found, temperature={"delta": 0.5})
    assert [bool(sent(sensor, now)) for _ in range(3)] == [True, False, False]
    sensor = make(*found, temperature={"offset": 1})  # without any, all are sent
    assert all(sent(sensor, now) for _ in range(3))


def test_extremes_since_the_last_event(now):
    values = (20, 20.3, 19.8, 20.1, 20.5, 20.5)
    row = {"delta": 0.5, "extremes": True, "offset": 1}
    sensor = make(*[{"temperature": t} for t in values], temperature=row)
    events = [sent(sensor, now) for _ in values]
    assert events[0] == {"temperature": 21, "temperature_minimum": 21, "temperature_maximum": 21}
    assert events[1:4] == [{}, {}, {}]
    assert events[4] == pytest.approx(
        {"temperature": 21.5, "temperature_minimum": 20.8, "temperature_maximum": 21.5}
    )
    assert events[5] == {}
    listed = event(sensor, events[4])
    assert [reading["unit"] for reading in listed] == ["Cel"] * 3
    assert listed[0]["raw"] == 20.5


def test_what_is_not_a_number_leaves_no_extreme(now):
    sensor = make({"temperature": float("inf")}, {"temperature": 20},
                  temperature={"extremes": True})  # fmt: skip
    with pytest.raises(ValueError, match="not a number"):
        sensor.read()
    assert sent(sensor, now)["temperature_maximum"] == 20


def test_many_reads_of_a_slow_chip_have_an_end(now):
    sensor = make(reads=100)

    def read():
        now[0] += 800
        return {"temperature": 20}

    sensor._sensor.read = read
    before = now[0]
    assert sensor.read() == {"temperature": 20} and 5000 <= now[0] - before <= 6000


# --- config --------------------------------------------------------------------------------------
def check(options, **settings):
    buses = {"wire": {"sda": 4, "scl": 5}}
    data = {"collector": "http://h", "app_id": "x", "buses": buses, "board_sensors": False,
            "sensors": {"it": options}, **settings}  # fmt: skip
    return config.check("config.json", data)


@pytest.mark.parametrize("more, expected", [
    ({"quantities": {"pressure": {}}}, "quantities: expected one of humidity, temperature, got"),
    ({"quantities": {"humidity": 5}}, "sensors.it.quantities.humidity: expected a JSON object"),
    ({"quantities": {"humidity": {"shift": 5}}}, "unknown key .*quantities.humidity.shift"),
    ({"quantities": {"humidity": {"offset": "5"}}}, "humidity.offset: expected a number"),
    ({"quantities": {"humidity": {"points": [[1, 2]]}}}, "points: expected a list of two"),
    ({"quantities": {"humidity": {"name": "temperature"}}}, "a name of its own"),
    ({"quantities": {"humidity": {"decimals": 7}}}, "humidity.decimals: expected a whole number"),
    ({"quantities": {"humidity": {"name": "x" * 49}}}, "name: expected a text of 1 to 48"),
    ({"reads": 0}, "sensors.it.reads: expected"), ({"combine": "max"}, "combine: expected one of"),
    ({"max_seconds": 0}, "max_seconds"),
])  # fmt: skip
def test_options_that_are_wrong(more, expected):
    with pytest.raises(config.ConfigError, match=expected):
        check({"type": "aht20", "bus": "wire", **more})


@pytest.mark.parametrize("row", [{"delta": 1}, {"extremes": True}])
def test_what_a_deep_sleep_forgets_is_refused(row):
    options = {"type": "aht20", "bus": "wire", "quantities": {"humidity": row}}
    assert check(options)
    with pytest.raises(config.ConfigError, match="humidity: delta, extremes need always_on"):
        check(options, mode="battery")


def test_a_slow_sensor_is_read_once():
    with pytest.raises(config.ConfigError, match="sensors.it.reads: scd4x is read once"):
        check({"type": "scd4x", "bus": "wire", "reads": 3})
    assert check({"type": "scd4x", "bus": "wire", "quantities": {"co2": {"offset": 5}}})


@pytest.mark.parametrize("kind, quantity", [
    ("rain_gauge", "rain"), ("pulses", "pulses"), ("button", "presses"),
])  # fmt: skip
def test_what_would_lose_counts_is_refused(kind, quantity):
    options = {"type": kind, "pin": 4}
    assert check(dict(options, quantities={quantity: {"scale": 2}}))
    with pytest.raises(config.ConfigError, match="sensors.it.reads: %s is read once" % kind):
        check(dict(options, reads=3))
    with pytest.raises(config.ConfigError, match="%s.delta: it would lose counts" % quantity):
        check(dict(options, quantities={quantity: {"delta": 0.1}}))


def test_a_mean_may_have_a_delta():
    assert check({"type": "anemometer", "pin": 4, "quantities": {"wind_speed": {"delta": 1}}})


def test_without_these_keys_nothing_is_loaded(simulate):
    simulate("esp32")
    settings = check({"type": "aht20", "bus": "wire"})
    assert settings["sensors"]["it"] == {"type": "aht20", "bus": "wire"}


# Switched on once for all of its reads.
def test_several_reads_with_one_warm_up(simulate):
    import other_chips

    world = simulate("esp32")
    world.i2c = {0x38: other_chips.Aht20()}
    levels = []
    world.watchers[22] = levels.append
    rows = {"temperature": {"offset": -1, "name": "inside"}}
    options = {"type": "aht20", "bus": "wire", "power_pin": 22, "reads": 3, "quantities": rows}
    settings = check(options)
    found = sensors.Sensors(esp32.Board(), settings)
    assert found.start(None) == 100
    levels.clear()
    assert found.read("it") == {"inside": 24, "humidity": 50}
    assert levels == [0]
    assert len([1 for data in world.i2c[0x38].writes if data == b"\xac\x33\x00"]) == 3


def test_an_event_has_at_most_32_readings():
    rows = {"r%d" % n: {"register": n} for n in range(32)}
    options = {"type": "modbus", "bus": "line", "registers": rows}
    buses = {"line": {"tx": 8, "rx": 9}}
    assert check(dict(options, quantities={"r1": {"offset": 1}}), buses=buses)
    with pytest.raises(config.ConfigError, match="at most 32 readings"):
        check(dict(options, quantities={"r1": {"extremes": True}}), buses=buses)


def test_an_ads1115_with_rows_is_still_a_source():
    sensor = Scripted()
    sensor.millivolts = lambda channel: channel
    assert processed.Processed(sensor, {}, 1, "mean", 60).millivolts(3) == 3
