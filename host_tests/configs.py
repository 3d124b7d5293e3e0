"""Configs of all kinds of boards, and random mistakes in them: for the tests of the config's
check, of its JSON Schema, and of what boots with it."""

import copy
import json

from firmware.on_demand import link_keys
from firmware.on_demand.config_keys import KEYS
from tools import sensors
from tools.deploy import Stop, presets

OWN = {"collector": "http://192.168.1.10:9090", "app_id": "garden"}
WIFI = {"ssid": "barn", "password": "hay and straw"}
# Options that a driver requires.
_REQUIRED = {
    "soil": {"dry_mv": 2800, "wet_mv": 1200},
    "ph": {"points": [[1500, 9], [2030, 4]]},
    "tds": {"points": [[0, 0], [1150, 707]]},
    "hcsr04": {"trigger": 12, "echo": 13},
    "hx711": {"data": 12, "clock": 13},
    "modbus": {"registers": {"moisture": {"register": 8, "kind": "input", "unit": "%"}}},
}
_PINS = {"adc": 34, "battery": 35, "pin": 14, "onewire": 27}
# What may stand anywhere: of each type, at the ends of what JSON has, and what looks like it.
ODD = (
    *(None, True, False, 0, 1, -1, 2, 60, 61, 1.5, 60.0, -0.0, 1e-300, 3e38, 1e39, 1e308),
    *(2**31, 2**63, 10**30, -(2**63), 10**400, "", " ", "x", "\t", "0", "1", "true", "null"),
    *("NaN", "Infinity", "-1e999", "LED", "..", "/", "\x00", "é", "\U0001f331", "\ud83c", "١٢٣٤"),
    *("http://[::1]", "https://x", "http://x:0", "cpu", "air", "temperature", "a" * 33, "ä" * 17),
    *("a" * 300, [], {}, [1], ["x"], [[]], {"x": 1}, [[0, 0], [0, 1]], [[0, 0], [1, 9e99]]),
)  # fmt: skip


def _of_events():
    # Configs with the keys of event_keys.py.
    entity = {"schema": "iglu:com.example/door/jsonschema/1-0-0", "data": {"is": ["${x}", 1]}}
    common = {
        **OWN, "wifi": WIFI, "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
        "entities": [entity], "name": "barn", "lang": "de",
        "location": {"latitude": 47.4, "longitude": -8.5, "altitude": 400.5},
    }  # fmt: skip
    struct = {"category": "door", "action": "open", "label": "${count}", "value": 1}
    return {
        "events": {
            **common, "method": "get", "headers": {"X-Api-Key": "x"}, "encode_base64": True,
            "app": "my_app", "sensors": {"t": {"type": "dht22", "pin": 4, "entities": [entity]}},
            "triggers": [
                {"when": "boot", "event": {**struct, "label": "on", "value": "${t.humidity}"}},
                {"when": "every", "seconds": 60, "between": "22:00-06:00", "days": ["mon", "sun"],
                 "set": {"pin": 5, "seconds": 9, "level": 0}, "do": "water"},
                {"when": "edge", "pin": 14, "event": struct, "set": {"pin": 6, "seconds": 1}},
                {"when": "heartbeat", "url": "http://example.com/a", "title": "a"},
            ],
        },
        "wakes": {
            **common, "mode": "battery", "anonymous": True,
            "triggers": [
                {"when": "wake", "pin": 33, "level": 1, "pull": "down", "event": struct},
                {"when": "every", "seconds": 600, "read": ["cpu"], "days": []},
            ],
        },
    }  # fmt: skip


def bases():
    """{name: config} of configs that are good, before their presets are applied."""
    found = {
        "bme280_devkit": {
            **OWN, "board": "esp32_devkitc", "wifi": WIFI, "store_bytes": 262144,
            "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
            "triggers": [
                {"when": "every", "seconds": 60},
                {"when": "threshold", "sensor": "air", "quantity": "temperature", "above": 30},
                {"when": "edge", "pin": 14, "pull": "up", "read": ["air"]},
            ],
        },
        "olimex": {**OWN, "board": "olimex_esp32_poe", "track": ["session", "lifecycle"]},
        "air_monitor": {
            **OWN, "wifi": WIFI,
            "buses": {"i2c": {"sda": 4, "scl": 5}, "dust": {"tx": 17, "rx": 16, "id": 2}},
            "sensors": {
                "co2": {"type": "scd4x", "bus": "i2c"},
                "voc": {"type": "sgp41", "bus": "i2c"},
                "dust": {
                    "type": "pms5003", "bus": "dust", "power_pin": 25, "warmup_ms": 30000,
                    "quantities": {"pm2_5": {"scale": 1.1, "decimals": 1, "delta": 1}},
                },
            },
        },
        "several_links": {
            **OWN, "board": "wt32_eth01", "links": ["wifi", "ethernet", "cellular"],
            "wifi": {"networks": [WIFI, {"ssid": "yard", "password": ""}], "country": "DE"},
            "cellular": {"apn": "internet", "pin": "1234", "tx": 4, "rx": 5},
        },
        "battery": {
            **OWN, "mode": "battery", "wifi": WIFI, "battery": {"wakes_per_send": 3},
            "buses": {"i2c": {"sda": 4, "scl": 5}}, "board_sensors": False,
            "sensors": {
                "air": {"type": "sht3x", "bus": "i2c", "reads": 3},
                "cell": {"type": "battery", "pin": 35},
                "wires": {"type": "ads1115", "bus": "i2c", "channels": 2},
                "soil": {"type": "soil", "adc": "wires", "channel": 1, "dry_mv": 9, "wet_mv": 1},
            },
            "triggers": [{"when": "boot"}, {"when": "every", "seconds": 600, "read": ["air"]}],
        },
        "field": {
            **OWN, "wifi": WIFI, "buses": {"line": {"tx": 17, "rx": 16}},
            "sensors": {
                "meter": {
                    "type": "modbus", "bus": "line", "baudrate": 19200,
                    "registers": {"r%d" % i: {"register": i} for i in range(11)},
                    "quantities": {"r%d" % i: {"extremes": True} for i in range(10)},
                },
                "tank": {
                    "type": "voltage", "pin": 33, "reads": 5, "combine": "mean",
                    "quantities": {"voltage": {"points": [[0, 0], [900, 10], [1000, 50]]}},
                },
                "air": {
                    "type": "dht22", "pin": 4,
                    "quantities": {"temperature": {"name": "t"}, "humidity": {"name": "h"}},
                },
            },
        },
        "all_features": {
            **OWN, "collector": "https://collector.example.com", "roots": "root.der", "wifi": WIFI,
            "track": list(KEYS[""]["track"][1]), "user_id": "u", "led": 2, "namespace": "n",
            "remote": {"url": "https://example.com/board.json"}, "buffer_bytes": 4096,
            "update": {"url": "https://example.com/firmware", "key": "release.der"},
        },
    }  # fmt: skip
    found.update(_of_events())
    for name in presets.names():
        found["preset_" + name] = {**OWN, "board": name}
    drivers = sensors.drivers()
    for i, (kind, module) in enumerate(drivers.items()):
        data = {"type": kind, **_REQUIRED.get(kind, {})}
        if module.BUS in ("i2c", "spi", "uart"):
            data["bus"] = module.BUS
        elif module.BUS in _PINS:
            data["pin"] = _PINS[module.BUS]
        if module.BUS == "spi":
            data["cs"] = 15
        quantity = next(iter(module.Sensor.QUANTITIES), "moisture")
        row = {"scale": 2, "offset": -0.5, "name": "q", "unit": "1", "extremes": True}
        data["quantities"] = {quantity: row}
        found["sensor_" + kind] = {
            **OWN, "wifi": WIFI, "sample_seconds": 1 + i,
            "buses": {
                "i2c": {"sda": 21, "scl": 22, "id": 0}, "spi": {"sck": 18, "mosi": 23, "miso": 19},
                "uart": {"tx": 17, "rx": 16},
            },
            "sensors": {"it": data},
        }  # fmt: skip
    return found


def _all_tables():
    yield from KEYS.values()
    yield from (link_keys.ETHERNET, link_keys.RMII, link_keys.SPI, link_keys.CELLULAR)
    for module in sensors.drivers().values():
        yield module.OPTIONS


def tables():
    """{key: its rows} of all tables: (kind, low, high) with a default or without."""
    found = {}
    for table in _all_tables():
        for key, row in table.items():
            if not isinstance(row[0], str):
                row = ("int" if isinstance(row[0], int) else "number", *row)
            found.setdefault(key, []).append(row)
    return found


class Mutations:
    """Random mistakes, the same ones for the same `rng`, a random.Random."""

    def __init__(self, rng):
        self.rng = rng
        self.bases = bases()
        # Half of them with several things that have to do with each other.
        several = [name for name in self.bases if name[:7] not in ("preset_", "sensor_")]
        self._names = sorted(self.bases) + several * (len(self.bases) // len(several))
        self._tables = tables()
        self._keys = sorted(self._tables) + ["board", "$schema", "builtin", "safe_seconds", "type"]
        self._keys += [
            "bus",
            "pin",
            "when",
            "networks",
            "power_pin",
            "warmup_ms",
            "adc",
            "channel",
        ]

    def config(self):
        """(name of the config it was, the config with one to three mistakes)"""
        name = self.rng.choice(self._names)
        config = copy.deepcopy(self.bases[name])
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            config = self._mutate(config)
        return name, config

    def text(self):
        """(name, bytes, chip): such a config as the file that a board of this chip gets.

        A quarter have mistakes in the text too.
        """
        name, config = self.config()
        chip = None
        try:
            config, chip = presets.apply(config)
        except Stop:
            pass  # there is no such preset
        indent = self.rng.choice((None, 1))
        text = json.dumps(config, indent=indent, ensure_ascii=self.rng.random() < 0.5)
        data = text.encode("utf-8", "surrogatepass")
        if self.rng.random() < 0.25:
            data = self._damage(data)
        return name, data, chip or "ESP32"

    def _mutate(self, config):
        rng = self.rng
        places = list(_places(config))
        holder, key = rng.choice(places)
        how = rng.randrange(10)
        if how == 0:
            del holder[key]
        elif how == 1:  # in an object near it, a key that is known somewhere
            objects = [config] + [h[k] for h, k in places if isinstance(h[k], dict)]
            near = rng.choice(objects)
            known = rng.choice(self._keys_near(near))
            near[known] = self._value(known)
        elif how == 2 and isinstance(holder, dict):
            names = (
                key + "s",
                key[:-1],
                key.upper(),
                key + " ",
                "\U0001f331",
                rng.choice(self._keys),
            )
            holder[rng.choice(names)] = holder.pop(key)
        elif how == 3:
            value = holder[key]
            holder[key] = rng.choice(([value], {"x": value}, str(value), json.dumps(value)))
        elif how == 4:
            for _ in range(rng.choice((2, 20))):
                holder[key] = rng.choice(([holder[key]], {"a": holder[key]}))
        elif how == 5:
            other = self.bases[rng.choice(sorted(self.bases))]
            name = rng.choice(sorted(other))
            config[name] = copy.deepcopy(other[name])
        elif how == 6:
            holder[key] = copy.deepcopy(rng.choice(ODD))
        elif how == 7 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif how == 8:  # a pin, a name twice
            same = [h[k] for h, k in places if isinstance(h[k], type(holder[key]))]
            holder[key] = copy.deepcopy(rng.choice(same))
        else:
            holder[key] = self._value(key)
        return config

    def _keys_near(self, found):
        # Mostly those of a table that has some of an object's keys.
        tables = [table for table in _all_tables() if any(key in table for key in found)]
        if not tables or self.rng.random() < 0.2:
            return self._keys
        return sorted(self.rng.choice(tables))

    def _value(self, key):
        # At and beyond the bounds of a key of this name.
        rng = self.rng
        if key not in self._tables or rng.random() < 0.1:
            return copy.deepcopy(rng.choice(ODD))
        kind, low, high = rng.choice(self._tables[key])[:3]
        if kind in ("int", "int or 0", "number"):
            low = -3e38 if low is None else low
            high = 3e38 if high is None else high
            inside = rng.uniform(low, high) if kind == "number" else rng.randint(low, high)
            step = 1 if kind == "number" or low < 2**40 else 0
            others = (inside, low - step, high + step, float(low), low * 2)
            return rng.choice((low, high, inside, *others))
        if kind in ("text", "bytes", "certificates", "names", "country"):
            n = rng.choice((low, low - 1, high, high + 1, 8))
            text = rng.choice(("a", "a", "ä", "\U0001f331", "7", "\t")) * max(0, n)
            return [text] if kind == "names" else text
        if kind == "pin":
            return rng.choice(
                (0, 1, 2, 5, 12, 16, 17, 21, 33, 34, 39, 48, 60, 61, -1, "LED", "no", "")
            )
        if kind == "one":
            return rng.choice((*low, "x"))
        if kind == "some":
            return [rng.choice((*low, "x")) for _ in range(rng.randrange(4))]
        if kind == "bool":
            return rng.choice((True, False, 1))
        if kind == "addresses":
            return [rng.choice(("10.0.0.2", "255.255.255.0", "10.0.0.256", "1.2.3"))] * 4
        if kind == "points":
            n = rng.choice((1, 2, 16, 17))
            return [[i * rng.choice((1, 1, 1, 0)), rng.random()] for i in range(n)]
        if kind in ("url", "document"):
            rest = rng.choice(
                ("x", "x:1", "x:65535", "x:65536", "x:00080", "x/", "x/a?b", "x?a", "a@b", "")
            )
            return rng.choice(("http://", "https://", "ftp://")) + rest
        return copy.deepcopy(
            rng.choice(({}, [], {"air": {}}, {"it": {"type": "cpu"}}, [{"when": "boot"}]))
        )

    def _damage(self, data):
        rng = self.rng
        at = rng.randrange(len(data))
        how = rng.randrange(8)
        if how == 0:
            return data[:at]
        if how == 1:
            return data[:at] + bytes((rng.randrange(256),)) + data[at + 1 :]
        if how == 2:
            return (
                data[:at]
                + rng.choice((b"\x00", b'"', b"{", b"]", b",", b"\\", b"\xff", b" "))
                + data[at:]
            )
        if how == 3:
            number = rng.choice(
                (b"NaN", b"-Infinity", b"1e999", b"0x10", b"01", b"1.", b"-", b"9" * 400)
            )
            return data.replace(rng.choice((b"60", b"4", b'"barn"', b'"garden"')), number, 1)
        if how == 4:
            return rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n", b"[", b"//x\n")) + data
        if how == 5:
            return data + rng.choice((b"\x00", b"}", b"{}", b"\n\n", b",", b"x"))
        if how == 6:
            return data.replace(b"{", b'{"app_id": "twice", ', 1)
        deep = rng.choice((10, 200, 2000))
        return data.replace(b'"garden"', b"[" * deep + b"1" + b"]" * rng.choice((deep, 0)), 1)


def _places(value):
    # (holder, key) of everything inside.
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])
