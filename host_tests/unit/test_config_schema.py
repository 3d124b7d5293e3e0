"""firmware/config.schema.json is what the tool writes, and agrees with the firmware's check."""

import json
import random
import re

import jsonschema_rs
import pytest

from firmware.on_demand.config import ConfigError, check
from host_tests.configs import OWN, Mutations, bases
from tools import config_schema
from tools.deploy import Stop, presets
from tools.engine import ROOT

SCHEMA = config_schema.schema()
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA)


def sensor(type="dht22", **options):
    place = {} if "bus" in options or "adc" in options else {"pin": 4}
    return {"sensors": {"it": {"type": type, **place, **options}}}


def modbus(n, quantities):
    registers = {"r%d" % i: {"register": i} for i in range(n)}
    options = {"type": "modbus", "bus": "b", "registers": registers, "quantities": quantities}
    return {"buses": {"b": {"tx": 1, "rx": 3}}, "sensors": {"it": options}}


COUNTS = {"type": "pulses", "pin": 4}
HELD = {
    "hold_pin": 2, "buses": {"i2c": {"sda": 4, "scl": 5}},
    "rtc": {"type": "pcf85063a", "bus": "i2c"},
}  # fmt: skip
# What the check refuses and no JSON Schema can: what the check then says, and an example.
BEYOND = {
    "a text is counted in bytes, or as UTF-16 in which a tab counts four": (
        r"expected (a text|names|a list of names|the path) of|half of a surrogate pair",
        {"namespace": "\t" * 33},
    ),
    "a whole number has no point": (
        r"expected a (pin|whole) number.* got -?[0-9.e+]+$", {"batch_size": 60.0},
    ),
    "the first numbers of points rise": (
        r"points: expected a list of two pairs",
        sensor(quantities={"humidity": {"points": [[1, 0], [0, 1]]}}),
    ),
    "a sensor's bus is in buses, and of its kind": (
        r"\.bus: expected one of", sensor(type="lm75", bus="i2c"),
    ),
    "a sensor's ADC is in sensors": (
        r"\.adc: expected one of", sensor(type="voltage", adc="wires", channel=0),
    ),
    "a trigger's sensors are there": (
        r"sensor, read: expected one of", {"triggers": [{"when": "boot", "read": ["no"]}]},
    ),
    "dry and wet, empty and full are different": (
        r"dry_mv, wet_mv: expected two different",
        sensor(type="soil", pin=34, dry_mv=900, wet_mv=900),
    ),
    "a threshold's quantity is the sensor's": (
        r"quantity: expected one of",
        {"triggers": [{"when": "threshold", "sensor": "cpu", "quantity": "co2", "above": 1}]},
    ),
    "what an event names is there": (
        r"\.event: expected ", {"triggers": [{"when": "boot", "event": {
            "category": "a", "action": "${no.such}"}}]},
    ),
    "hours begin and end at different times": (
        r"between: expected two times", {"triggers": [{"when": "boot", "between": "22:00-22:00"}]},
    ),
    "a pin has one level when it is off": (
        r"set\.level: another trigger",
        {"triggers": [{"when": "boot", "set": {"pin": 4, "seconds": 1, "level": level}}
                      for level in (0, 1)]},
    ),
    "a time zone is one of POSIX": (r"timezone: expected a POSIX", {"timezone": "Mars"}),
    "some headers are the transport's own": (r"headers: ", {"headers": {"Host": "example.com"}}),
    "some modules have other names": (r"app: expected", {"app": "boards"}),
    "data has 8 levels at most": (
        r"data: expected 8 levels",
        {"entities": [{"schema": "iglu:a/b/jsonschema/1-0-0",
                       "data": {"a": [[[[[[[[1]]]]]]]]}}]},
    ),
    "each quantity has a name of its own": (
        r"a name of its own for each quantity",
        sensor(quantities={"temperature": {"name": "humidity"}}),
    ),
    "an event has 32 readings": (
        r"at most 32 readings", modbus(30, {"r%d" % i: {"extremes": True} for i in range(2)}),
    ),
    "what switches a board on has an alarm": (r"hold_pin needs an rtc", {"hold_pin": 2}),
    "a clock chip keeps one count": (
        r"expected one with pull down",
        {**HELD, "sensors": {"a": {**COUNTS, "pull": "down"}, "b": {**COUNTS, "pull": "down"}}},
    ),
    "what counts while the board is off has to switch it on": (
        r"pulses needs the mode always_on", {**HELD, "mode": "battery", "sensors": {"a": COUNTS}},
    ),
    "the quantities of Modbus are the config's": (
        r"quantities: expected one of", modbus(1, {"r2": {"scale": 2}}),
    ),
}  # fmt: skip


def refusal(config):
    """What the firmware says of a config with its preset, or None if it takes it."""
    try:
        check("config.json", presets.apply(config)[0])
    except (ConfigError, Stop) as e:
        return str(e)
    return None


def is_valid(config):
    try:
        return VALIDATOR.is_valid(config)
    except ValueError:  # half of a surrogate pair, which no file in UTF-8 can have
        return None


def is_beyond(said):
    return any(re.search(words, said) for words, _ in BEYOND.values())


def test_the_file_is_what_the_tool_writes():
    written = config_schema.PATH.read_text(encoding="utf-8")
    assert written == config_schema.text(), "run: make schema"


def test_it_is_a_schema_with_words_for_each_key():
    jsonschema_rs.meta.validate(SCHEMA)
    objects = [SCHEMA, *SCHEMA["definitions"].values()]
    for found in objects:
        for key, said in found.get("properties", {}).items():
            if "$ref" in said:
                said = SCHEMA["definitions"][said["$ref"].rpartition("/")[2]]
            if key not in ("$schema", "when", "type"):
                assert said.get("description") or "const" in said, key


@pytest.mark.parametrize("name", bases())
def test_good_configs_are_valid(name):
    config = bases()[name]
    assert refusal(config) is None
    VALIDATOR.validate(config)
    VALIDATOR.validate(presets.apply(config)[0])


def test_the_example_is_valid_where_it_is_copied_to():
    example = json.loads((ROOT / "firmware" / "config.example.json").read_text(encoding="utf-8"))
    VALIDATOR.validate(example)
    assert refusal(example) is None
    assert (ROOT / example["$schema"]).samefile(config_schema.PATH)


def test_the_board_does_not_care_for_the_key_of_editors():
    settings = check("config.json", {**OWN, "$schema": "./x.json"})
    assert settings == check("config.json", OWN)


@pytest.mark.parametrize("name", BEYOND)
def test_what_no_schema_can_say(name):
    words, config = BEYOND[name]
    assert is_valid({**OWN, **config})
    assert re.search(words, refusal({**OWN, **config}))


def test_the_schema_and_the_check_agree():
    mutations = Mutations(random.Random(13))
    accepted = 0
    for i in range(10000):
        _, config = mutations.config()
        for one in (config, presets_of(config)):
            said = refusal(one)
            valid = is_valid(one)
            if said is None:
                accepted += 1
                assert valid, f"{i}: the firmware takes it, the schema does not: {one}"
            elif valid and not is_beyond(said):
                # What a preset and the config are only together is in the second of these.
                assert one is config and "board" in config and presets_of(config) != config, (
                    f"{i}: {said}: the schema takes it: {one}"
                )
    assert accepted > 4000


def presets_of(config):
    try:
        return presets.apply(config)[0]
    except Stop:
        return config
