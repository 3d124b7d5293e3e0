"""What each chip's pins can do, and whether a config asks for more.

From the data sheets and hardware design guidelines of Espressif (chapters "Pins" and "Strapping
Pins") and of Raspberry Pi. A board's MicroPython names its chip: "... with ESP32S3".
"""

from boards import sensors
from tools.deploy import Stop


def _span(*spans):
    return {pin for low, high in spans for pin in range(low, high + 1)}


# pins: those that there are. inputs: that cannot be outputs. flash: that the chip's flash has.
# adc: that can be read beside Wi-Fi. adc2: only without it. boot: why the level at reset matters.
CHIPS = {
    "ESP32": {
        "pins": _span((0, 19), (21, 23), (25, 27), (32, 39)),
        "inputs": _span((34, 39)),
        "flash": _span((6, 11)),
        "adc": _span((32, 39)),
        "adc2": {0, 2, 4, 12, 13, 14, 15, 25, 26, 27},
        "boot": {0, 2, 5, 12, 15},
        "console": {1, 3},
    },
    "ESP32S2": {
        "pins": _span((0, 21), (26, 46)),
        "inputs": {46},
        "flash": _span((26, 32)),
        "adc": _span((1, 10)),
        "adc2": _span((11, 20)),
        "boot": {0, 45, 46},
        "console": {19, 20},
    },
    "ESP32S3": {
        "pins": _span((0, 21), (26, 48)),
        "inputs": set(),
        "flash": _span((26, 32)),
        "adc": _span((1, 10)),
        "adc2": _span((11, 20)),
        "boot": {0, 3, 45, 46},
        "console": {19, 20},
    },
    "ESP32C3": {
        "pins": _span((0, 21)),
        "inputs": set(),
        "flash": _span((12, 17)),
        "adc": _span((0, 4)),
        "adc2": {5},
        "boot": {2, 8, 9},
        "console": {18, 19},
    },
    "ESP32C6": {
        "pins": _span((0, 30)),
        "inputs": set(),
        "flash": _span((24, 30)),
        "adc": _span((0, 6)),
        "adc2": set(),
        "boot": {4, 5, 8, 9, 15},
        "console": {12, 13},
    },
    "RP2040": {
        "pins": _span((0, 29)),
        "inputs": set(),
        "flash": set(),
        "adc": _span((26, 29)),
        "adc2": set(),
        "boot": set(),
        "console": set(),
    },
}
CHIPS["RP2350"] = CHIPS["RP2040"]
# Of a Pico W and a Pico 2 W: the radio has them.
RADIO = {23, 24, 25, 29}
# An ESP32's MAC has these for a PHY, whatever the config says.
RMII = {19: "TX0", 21: "TX_EN", 22: "TX1", 25: "RX0", 26: "RX1", 27: "CRS_DV"}
INPUTS = {"rx", "miso", "int", "echo", "data"}
PIN_KEYS = {
    "pin", "sda", "scl", "sck", "mosi", "miso", "cs", "int", "reset", "power", "key", "tx", "rx",
    "mdc", "mdio", "clock_pin",
}  # fmt: skip
SENSOR_KEYS = {"pin", "cs", "power_pin"}  # and the options of kind "pin" of its driver
DRIVEN = ("dht11", "dht22")  # the board pulls their line down to ask


def chip(machine):
    """The chip of "LOLIN_C3_MINI with ESP32-C3FH4" as CHIPS has it, or what the text says."""
    name = machine.rpartition(" with ")[2]
    for known in ("ESP32S2", "ESP32S3", "ESP32C3", "ESP32C6"):
        if name.replace("-", "").startswith(known):
            return known
    return name


def used_pins(settings):
    """[(key such as "buses.i2c.sda", pin number, "in", "out" or "adc")] of checked settings."""
    found = []
    for section in ("buses", "sensors"):
        for name, options in settings.get(section, {}).items():
            found += _pins_of(f"{section}.{name}", options)
    for kind, options in settings["links"]:
        found += _pins_of(kind, options)
        if options.get("type") not in (None, "w5500"):
            found += [(f"ethernet, as {use} of the PHY", pin, "out") for pin, use in RMII.items()]
    for i, trigger in enumerate(settings["triggers"]):
        found += _pins_of(f"triggers[{i}]", trigger)
    for key in ("led", "hold_pin"):
        if _number(settings[key]) is not None:
            found.append((key, _number(settings[key]), "out"))
    return found


def _pins_of(place, options):
    found = []
    keys = PIN_KEYS
    if place.startswith("sensors."):
        declared = sensors.load(options["type"]).OPTIONS
        keys = SENSOR_KEYS | {key for key in declared if declared[key][0] == "pin"}
    for key in sorted(keys & set(options)):
        if place == "cellular" and key == "pin":  # of the SIM
            continue
        number = _number(options[key])
        if number is not None:
            found.append((f"{place}.{key}", number, _use(place, key, options)))
    return found


def _number(value):
    """25 for 25, "GP25" and "25"; None for a name such as "LED"."""
    digits = str(value).removeprefix("GPIO").removeprefix("GP")
    return int(digits) if digits.isdigit() else None


def _use(place, key, options):
    if place.startswith("sensors.") and key == "pin":
        bus = sensors.load(options["type"]).BUS
        if bus in ("adc", "battery"):
            return "adc"
        return "out" if bus == "onewire" or options["type"] in DRIVEN else "in"
    if place.startswith("triggers") or key in INPUTS:
        return "in"
    return "out"


def check(path, settings, chip, has_radio):
    """Check settings, as config.check() gives them, for a chip such as "ESP32S3".

    Returns what to warn of, a list of texts; Stop with all that cannot work. A chip that is not
    in CHIPS is not checked.
    """
    facts = CHIPS.get(chip)
    used = used_pins(settings)
    wrong = list(_used_twice(used))
    warnings = []
    kinds = [kind for kind, _ in settings["links"]] or ["wifi"]
    for key, pin, use in used if facts else []:
        name = f"{key}: GPIO {pin}"
        if pin not in facts["pins"]:
            wrong.append(f"{name}: {chip} has no such pin; it has {_spans(facts['pins'])}")
        elif pin in facts["flash"]:
            wrong.append(f"{name}: the chip's flash is there; choose another pin")
        elif has_radio and chip[:2] == "RP" and pin in RADIO:
            wrong.append(f"{name}: the radio is there; choose another pin")
        elif use == "out" and pin in facts["inputs"]:
            wrong.append(f"{name} can only be read; choose one of {_spans(_outputs(facts))}")
        elif use == "adc" and pin in facts["adc2"] and "wifi" in kinds:
            other = _spans(facts["adc"])
            wrong.append(f"{name} cannot be measured while Wi-Fi is on; choose one of {other}")
        elif use == "adc" and pin not in facts["adc"] | facts["adc2"]:
            wrong.append(f"{name} cannot measure; choose one of {_spans(facts['adc'])}")
        elif pin in facts["boot"] and not key.startswith("ethernet"):
            warnings.append(
                f"{name}: its level at reset decides how the chip starts; if it does not start "
                "with the wire on it, choose another pin"
            )
        elif pin in facts["console"]:
            warnings.append(f"{name}: the console is there, which make deploy needs")
    for kind, options in settings["links"]:
        wrong += _link(kind, options, chip)
        for name, bus in settings["buses"].items():
            if kind == "cellular" and "tx" in bus and bus["id"] == options["uart"]:
                wrong.append(f"buses.{name}.id: the modem has UART {bus['id']}; take another one")
    if wrong:
        raise Stop(f"{path}: " + "; ".join(wrong))
    return warnings


def _outputs(facts):
    return facts["pins"] - facts["inputs"] - facts["flash"]


# Two quantities may be measured at one pin, and one pin may switch the power of several sensors.
def _used_twice(used):
    first = {}
    for key, pin, use in used:
        other = first.setdefault(pin, (key, use))
        switch = key.endswith("power_pin") and other[0].endswith("power_pin")
        if other[0] != key and not switch and not use == other[1] == "adc":
            yield f"{key}: GPIO {pin} is also {other[0]}; each needs a pin of its own"


def _link(kind, options, chip):
    """What a chip lacks for a link."""
    rp2 = chip[:2] == "RP"
    for key in sorted(PIN_KEYS & set(options) - ({"pin"} if kind == "cellular" else set())):
        name = options[key]
        if isinstance(name, str) and not (rp2 and _number(name) is not None):
            yield f"{kind}.{key}: expected the number of a pin, got {name!r}, which not all know"
    if kind == "cellular" and rp2:
        yield "cellular: only an ESP32 has PPP; use wifi or ethernet"
    if kind != "ethernet":
        return
    if options["type"] != "w5500":
        if chip in CHIPS and chip != "ESP32":
            yield f"ethernet.type: {chip} has no Ethernet built in; use a w5500 by SPI"
        elif chip == "ESP32" and options["clock_pin"] not in (None, 0, 16, 17):
            yield "ethernet.clock_pin: expected 0, 16 or 17, where an ESP32's clock can be"
        elif options["clock_pin"] in (16, 17) and options["clock_mode"] == "in":
            yield "ethernet.clock_mode: expected out: a clock can come in at GPIO 0 only"
    elif rp2 and options["reset"] is None:
        yield "ethernet.reset is missing: the pin at the W5500's RST"
    elif not rp2 and options["int"] is None:
        yield "ethernet.int is missing: the pin at the W5500's INT"


def _spans(pins):
    """"0 to 5, 12" for {0, 1, 2, 3, 4, 5, 12}."""
    spans = []
    for pin in sorted(pins):
        if spans and spans[-1][1] == pin - 1:
            spans[-1][1] = pin
        else:
            spans.append([pin, pin])
    return ", ".join(f"{low} to {high}" if high > low else str(low) for low, high in spans)
