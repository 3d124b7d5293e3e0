# Checks the buses and sensors of config.json; what a sensor takes is declared in its driver.
import sys

from boards import sensors
from firmware.on_demand import config
from firmware.on_demand.config_keys import KEYS

_MOST = 32  # readings of an event, by its schema
# The kind of a bus by two of its keys.
_BUSES = {"i2c": ("sda", "scl"), "spi": ("sck", "miso"), "uart": ("tx", "rx")}


def check(path, settings):
    """Replace buses and sensors of the settings by what they are with all defaults."""
    buses = {}
    kinds: dict = {kind: [] for kind in _BUSES}
    for name in settings["buses"]:
        prefix = "buses.%s." % name
        kind = _bus_kind(path, prefix, settings["buses"][name])
        buses[name] = config.check_keys(path, prefix, settings["buses"][name], KEYS[kind])
        kinds[kind].append(name)
    settings["buses"] = buses
    if settings["rtc"] is not None:
        settings["rtc"] = config.check_keys(path, "rtc.", settings["rtc"], KEYS["rtc"])
        if settings["rtc"]["bus"] not in kinds["i2c"]:
            known = "one of " + (", ".join(sorted(kinds["i2c"])) or "the I2C buses in buses")
            config.refuse(path, "rtc.bus", known, settings["rtc"]["bus"])
    if settings["hold_pin"] is not None:
        if settings["rtc"] is None or settings["rtc"]["type"] != "pcf85063a":
            raise config.ConfigError(
                "%s: hold_pin needs an rtc of type pcf85063a: its alarm switches the board on"
                % path
            )
    adcs = [
        name
        for name, data in settings["sensors"].items()
        if isinstance(data, dict)
        and hasattr(_module(data.get("type")), "CHANNELS")
        and "power_pin" not in data
    ]
    settings["sensors"] = {
        name: _sensor(path, name, data, settings, kinds, sorted(adcs))
        for name, data in settings["sensors"].items()
    }
    if settings["hold_pin"] is not None:
        found = [name for name, data in settings["sensors"].items() if data.get("pull") == "down"]
        if len(found) > 1:
            raise config.ConfigError(
                "%s: sensors: expected one with pull down, since a board with hold_pin keeps one "
                "count while it is off, got %s" % (path, ", ".join(sorted(found)))
            )


def _bus_kind(path, prefix, data):
    if not isinstance(data, dict):
        raise config.ConfigError("%s: %s: expected an object in braces" % (path, prefix[:-1]))
    for kind in _BUSES:
        if _BUSES[kind][0] in data or _BUSES[kind][1] in data:
            return kind
    raise config.ConfigError(
        "%s: %s: expected sda and scl (I2C), sck, mosi and miso (SPI), or tx and rx (UART)"
        % (path, prefix[:-1])
    )


# Of a module, and not of one with a meaning of its own.
def _module(kind):
    if not isinstance(kind, str) or not kind[:1].isalpha() or len(kind) > 32:
        return None
    if not all([c.isalpha() or c.isdigit() or c == "_" for c in kind]):
        return None
    try:
        return sensors.load(kind)
    except ImportError:
        return None


def _sensor(path, name, data, settings, buses, adcs):
    prefix = "sensors.%s." % name
    if not config.is_good("text", name, 1, 64):
        raise config.ConfigError("%s: sensors: expected names of 1 to 64 characters" % path)
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise config.ConfigError("%s: %stype is missing: a sensor such as bme280" % (path, prefix))
    kind = data["type"]
    module = _module(kind)
    if module is None:
        raise config.ConfigError("%s: %stype: no boards/sensors/%s.py" % (path, prefix, kind))
    counts = "debounce_ms" in module.OPTIONS
    # What counts by interrupt is lost in the deep sleep of an ESP32 (`make deploy` knows the
    # chip), and while a board is off. What switches that board on is not, and a mean needs no
    # more than the time that it is awake.
    off = settings["hold_pin"] is not None
    wakes = data.get("pull") == "down" or hasattr(module, "IS_MEAN")
    loses = not wakes if off else sys.platform == "esp32"
    if counts and settings["mode"] == "battery" and loses:
        raise config.ConfigError("%s: %stype: %s needs the mode always_on" % (path, prefix, kind))
    keys: dict = {"type": ("text", 1, 32)}
    for option in module.OPTIONS:
        keys[option] = _limits(module.OPTIONS[option])
    keys.update(_place(module.BUS, buses, adcs, data))
    if not counts and module.BUS != "board":
        keys["power_pin"] = ("pin", 0, 60, None)
        if "power_pin" in data:
            keys["warmup_ms"] = ("int", 0, 300000, getattr(module, "WARMUP_MS", 100))
    if "entities" in data:
        keys["entities"] = ("list", 0, 0)
    keys.update(KEYS["sensor"])
    # To wait several times would stop all others, and of counts only the first read has any.
    if counts or hasattr(module.Sensor, "start"):
        for key in ("reads", "combine"):
            del keys[key]
            if key in data:
                raise config.ConfigError(
                    "%s: %s%s: %s is read once each time; remove it" % (path, prefix, key, kind)
                )
    found = config.check_keys(path, prefix, data, keys)
    if module.BUS in ("adc", "battery"):  # what some options have to do with each other
        try:
            module.Sensor(int, **{option: found[option] for option in module.OPTIONS})
        except ValueError as e:
            raise config.ConfigError("%s: %s%s" % (path, prefix, e))
    if "entities" in found:
        events = config.load_events(path, prefix + "entities: their code is not here")
        found["entities"] = events.entities(path, prefix + "entities", found["entities"])
    if "power_pin" in found and found["power_pin"] is None:
        del found["power_pin"]
    for option in module.OPTIONS:
        if keys[option][0] == "table":
            found[option] = _table(path, prefix + option + ".", found[option], keys[option][1])
    if any([key in data for key in KEYS["sensor"]]):
        found["quantities"] = _quantities(path, prefix, found, module, settings)
        found.setdefault("reads", 1)
        found.setdefault("combine", "median")
    else:
        for key in KEYS["sensor"]:
            found.pop(key, None)
    return found


def quantities(options):
    """The quantities of a checked sensor, by their names in events; [] if its driver has none."""
    known = getattr(_module(options["type"]).Sensor, "QUANTITIES", {}) or options.get(
        "registers", {}
    )
    rows = options.get("quantities", {})
    names = [rows[quantity]["name"] or quantity for quantity in rows]
    return names + [quantity for quantity in known if quantity not in rows]


# What becomes of each quantity; a name that the driver does not give is a mistake.
def _quantities(path, prefix, found, module, settings):
    rows = found["quantities"]
    # A driver of the user's own may declare none: then any name will do.
    known = getattr(module.Sensor, "QUANTITIES", {}) or found.get("registers", {})
    checked = {}
    names: list = []
    count = len(known)
    for quantity in sorted(rows):
        place = prefix + "quantities." + quantity
        if known and quantity not in known and quantity.split("_")[0] not in known:
            names_known = "one of " + ", ".join(sorted(known))
            config.refuse(path, prefix + "quantities", names_known, quantity)
        row = config.check_keys(path, place + ".", rows[quantity], KEYS["quantity"])
        # What was sent before is not known after a deep sleep.
        if settings["mode"] == "battery" and (row["delta"] is not None or row["extremes"]):
            raise config.ConfigError("%s: %s: delta, extremes need always_on" % (path, place))
        if row["delta"] is not None and "debounce_ms" in module.OPTIONS:
            if not hasattr(module, "IS_MEAN"):
                raise config.ConfigError("%s: %s.delta: it would lose counts" % (path, place))
        checked[quantity] = row
        names.append(row["name"] or quantity)
        count += 2 * row["extremes"]
    names += [quantity for quantity in known if quantity not in rows]
    if count > _MOST:
        raise config.ConfigError(
            "%s: %squantities: an event has at most %d readings" % (path, prefix, _MOST)
        )
    if len(set(names)) < len(names):
        raise config.ConfigError(
            "%s: %squantities: expected a name of its own for each quantity" % (path, prefix)
        )
    return checked


# An option as config_keys.py has its keys, with a default behind the limits if there is one.
def _limits(limits):
    if isinstance(limits[0], str):
        return tuple(limits)
    return ("int" if isinstance(limits[0], int) else "number",) + tuple(limits)


def _place(bus, buses, adcs, data):
    # The keys that say where a sensor is.
    if bus == "board":
        return {}
    if bus in buses:
        place: dict = {"bus": ("one", sorted(buses[bus]), 1)}
        return dict(place, cs=("pin", 0, 60)) if bus == "spi" else place
    if bus in ("adc", "battery") and "adc" in data:
        return {"adc": ("one", adcs, 1), "channel": ("int", 0, 3)}
    keys: dict = {"pin": ("pin", 0, 60, None) if bus == "battery" else ("pin", 0, 60)}
    if bus == "pin":
        keys["pull"] = ("one", ("up", "down"), 1, "up")
    return keys


# A table: a name for each row, and a row's keys as in config_keys.py.
def _table(path, prefix, data, keys):
    if not 1 <= len(data) <= _MOST:
        raise config.ConfigError("%s: %s: expected 1 to %d rows" % (path, prefix[:-1], _MOST))
    for name in data:
        if not config.is_good("text", name, 1, 48):
            raise config.ConfigError(
                "%s: %s: expected names of 1 to 48 characters" % (path, prefix[:-1])
            )
    return {
        name: config.check_keys(path, prefix + name + ".", data[name], keys) for name in data
    }
