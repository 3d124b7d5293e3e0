"""Whether a config asks more of a chip's pins than they can do."""

from boards import sensors
from tools.deploy import Stop
from tools.deploy.chips import CHIPS

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
    """[(key such as "buses.i2c.sda", pin number, use)] of checked settings.

    A use is "in", "wake", "out" or "adc".
    """
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
        found += _pins_of(f"triggers[{i}].set", trigger.get("set") or {})
    for key, use in (("led", "out"), ("hold_pin", "out"), ("portal_pin", "in")):
        if _number(settings[key]) is not None:
            found.append((key, _number(settings[key]), use))
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
    if place.endswith(".set"):
        return "out"
    if place.startswith("triggers"):
        return "wake" if options["when"] == "wake" else "in"
    if key in INPUTS:
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
            wrong.append(f"{name}: {chip} has no such pin; it has {spans(facts['pins'])}")
        elif pin in facts["flash"]:
            wrong.append(f"{name}: the chip's flash is there; choose another pin")
        elif has_radio and chip[:2] == "RP" and pin in RADIO:
            wrong.append(f"{name}: the radio is there; choose another pin")
        elif use == "out" and pin in facts["inputs"]:
            wrong.append(f"{name} can only be read; choose one of {spans(_outputs(facts))}")
        elif use == "wake" and pin not in facts["wake"]:
            wrong.append(f"{name} cannot wake the chip; choose one of {spans(facts['wake'])}")
        elif use == "adc" and pin in facts["adc2"] and "wifi" in kinds:
            other = spans(facts["adc"])
            wrong.append(f"{name} cannot be measured while Wi-Fi is on; choose one of {other}")
        elif use == "adc" and pin not in facts["adc"] | facts["adc2"]:
            wrong.append(f"{name} cannot measure; choose one of {spans(facts['adc'])}")
        elif pin in facts["boot"] and not key.startswith("ethernet"):
            warnings.append(
                f"{name}: its level at reset decides how the chip starts; if it does not start "
                "with the wire on it, choose another pin"
            )
        elif pin in facts["console"]:
            warnings.append(f"{name}: the console is there, which make deploy needs")
    for name, options in settings["sensors"].items() if chip[:5] == "ESP32" else ():
        if settings["mode"] == "battery" and "debounce_ms" in options:
            wrong.append(
                f"sensors.{name}: an ESP32's deep sleep loses what it counts; "
                'write "mode": "always_on"'
            )
    for kind, options in settings["links"]:
        wrong += _link(kind, options, chip)
        for name, bus in settings["buses"].items():
            if kind == "cellular" and "tx" in bus and bus["id"] == options["uart"]:
                wrong.append(f"buses.{name}.id: the modem has UART {bus['id']}; take another one")
    if settings["portal_pin"] is not None and "wifi" not in kinds:
        warnings.append(
            "portal_pin: the portal asks for a Wi-Fi network, and this config has no wifi, so the "
            'button opens none; remove it, or add "wifi": {"networks": []}'
        )
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
        switch = [key.rpartition(".")[2], other[0].rpartition(".")[2]] == ["power_pin"] * 2
        switch = switch or key.endswith("set.pin") and other[0].endswith("set.pin")
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


def spans(pins):
    """"0 to 5, 12" for {0, 1, 2, 3, 4, 5, 12}."""
    spans = []
    for pin in sorted(pins):
        if spans and spans[-1][1] == pin - 1:
            spans[-1][1] = pin
        else:
            spans.append([pin, pin])
    return ", ".join(f"{low} to {high}" if high > low else str(low) for low, high in spans)
