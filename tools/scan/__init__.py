"""What a board sees: the chips on its I2C buses, the probes on its 1-Wire pins, the networks.

The search runs on the board, whose firmware stops meanwhile. An address is no proof: several kinds
of chips share one. Where registers tell them apart (KNOWN, from the data sheets), the board reads
those, too; otherwise all are named that it may be.
"""

import re
from pathlib import Path
from typing import NamedTuple

from boards import sensors
from tools.deploy import Stop
from tools.deploy.board import call, explain

# What the registers of a type say: (register, bytes, mask, value); big-endian.
KNOWN = {
    "bme280": [(0xD0, 1, 0xFF, 0x60), (0xD0, 1, 0xFF, 0x58)],  # the second is a BMP280
    "bme680": [(0xD0, 1, 0xFF, 0x61)],
    "bmp390": [(0x00, 1, 0xFF, 0x60), (0x00, 1, 0xFF, 0x50)],
    "dps310": [(0x0D, 1, 0xFF, 0x10)],
    "ina226": [(0xFE, 2, 0xFFFF, 0x5449)],
    "bh1745": [(0x40, 1, 0x3F, 0x0B)],
    "mcp9808": [(0x06, 2, 0xFFFF, 0x0054)],
    "tmp117": [(0x0F, 2, 0x0FFF, 0x0117)],
    "opt3001": [(0x7E, 2, 0xFFFF, 0x5449)],
    "hdc1080": [(0xFF, 2, 0xFFFF, 0x1050)],
    "ltr559": [(0x86, 1, 0xF0, 0x90)],
    "ltr390": [(0x06, 1, 0xF0, 0xB0)],
    "tsl2591": [(0xB2, 1, 0xFF, 0x50)],
}
SCRIPT = """
import machine
def i2c(sda, scl):
    bus = machine.SoftI2C(scl=machine.Pin(scl), sda=machine.Pin(sda), freq=100000)
    for address in bus.scan():
        told = []
        for register, size in %r.get(address, ()):
            try:
                told.append(bus.readfrom_mem(address, register, size).hex())
            except OSError:
                told.append('-')
        print('@i2c', sda, scl, address, ','.join(told) or '-')
def onewire(pin):
    import onewire
    for rom in onewire.OneWire(machine.Pin(pin)).scan():
        print('@onewire', pin, rom.hex())
for f, pins in %r:
    try:
        if f == 'i2c':
            i2c(*pins)
        else:
            onewire(*pins)
    except (OSError, ValueError, ImportError) as e:
        print('@failed', f, *pins, str(e) or type(e).__name__)
if %r:
    try:
        import network
        wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        for ssid, bssid, channel, rssi, security, *_ in wlan.scan():
            print('@wifi', rssi, security, ssid.hex() or '-')
    except (ImportError, AttributeError):
        pass
    except OSError as e:
        print('@failed', 'wifi', e)
print('@done')
"""


class Chip(NamedTuple):
    """A chip on an I2C bus: its pins, its address, the types of sensors that it may be (the
    likeliest first; none is known: empty), and whether its registers have proved the first."""

    sda: int
    scl: int
    address: int
    types: list
    sure: bool


class Found(NamedTuple):
    """What scan() has found. chips: list of Chip. probes: [(pin, number in hex)]. networks:
    [(name, signal in dBm, whether it wants a password)], the strongest first. failed: texts."""

    chips: list
    probes: list
    networks: list
    failed: list


def by_address():
    """{address: [types of sensors in boards/sensors/ that can have it]}; their usual one first."""
    found = {}
    for path in sorted(Path(sensors.__file__).parent.glob("[!_]*.py")):
        module = sensors.load(path.stem)
        if module.BUS != "i2c":
            continue
        fixed = re.search(r"^_ADDRESS = (0x\w+)", path.read_text(encoding="utf-8"), re.M)
        if "address" in module.OPTIONS:
            low, high, usual = module.OPTIONS["address"]
        elif fixed:
            low = high = usual = int(fixed[1], 16)
        else:
            continue
        # So far apart are only the two addresses of one that has no others between.
        for address in range(low, high + 1) if high - low < 16 else (low, high):
            place = 0 if address == usual else len(found.get(address, []))
            found.setdefault(address, []).insert(place, path.stem)
    return found


def i2c_pins(config):
    """[(SDA, SCL)] of the I2C buses of a config, which may be any JSON."""
    buses = config.get("buses") if isinstance(config, dict) else None
    found = [bus for bus in (buses or {}).values() if isinstance(bus, dict) and "sda" in bus]
    return [(bus["sda"], bus["scl"]) for bus in found if "scl" in bus]


def scan(port, i2c=(), onewire=(), wifi=True):
    """Search with the board at `port`: i2c, pairs of pins (SDA, SCL), and onewire, pins.

    Returns Found. Stop where the board does not answer.
    """
    types = by_address()
    registers = {
        address: sorted({row[:2] for kind in kinds for row in KNOWN.get(kind, ())})
        for address, kinds in types.items()
    }
    todo = [("i2c", tuple(pins)) for pins in i2c] + [("onewire", (pin,)) for pin in onewire]
    found = Found([], [], [], [])
    for line in call(port, "exec", SCRIPT % (registers, todo, wifi)):
        tag, *told = line.split(" ")
        if tag == "@i2c":
            sda, scl, address = map(int, told[:3])
            values = dict(zip(registers.get(address, ()), told[3].split(","), strict=False))
            kinds, sure = _judge(types.get(address, []), values)
            found.chips.append(Chip(sda, scl, address, kinds, sure))
        elif tag == "@onewire":
            found.probes.append((int(told[0]), told[1]))
        elif tag == "@wifi":
            name = bytes.fromhex(told[2]).decode("utf-8", "replace") if told[2] != "-" else ""
            if name:
                found.networks.append((name, int(told[0]), told[1] != "0"))
        elif tag == "@failed":
            found.failed.append(" ".join(told))
        elif tag == "@done":
            found.networks.sort(key=lambda row: -row[1])
            return found
    raise Stop(explain(port, []))


def _judge(kinds, values):
    # (types, sure) of a chip, from what its registers tell.
    possible = []
    for kind in kinds:
        rows = KNOWN.get(kind)
        if not rows:
            possible.append(kind)
            continue
        for register, size, mask, wanted in rows:
            text = values.get((register, size), "-")
            if text != "-" and int(text, 16) & mask == wanted:
                return [kind], True
    return possible, False


def proposal(found):
    """Keys of config.json, "buses" and "sensors", for what can be of one type only."""
    buses, proposed = {}, {}
    for chip in found.chips:
        if len(chip.types) != 1:
            continue
        pins = {"sda": chip.sda, "scl": chip.scl}
        name = next((name for name in buses if buses[name] == pins), None)
        if not name:
            name = "i2c" if not buses else f"i2c{len(buses) + 1}"
            buses[name] = pins
        sensor = {"type": chip.types[0], "bus": name}
        options = sensors.load(chip.types[0]).OPTIONS
        if "address" in options and options["address"][2] != chip.address:
            sensor["address"] = chip.address
        proposed[_free(proposed, chip.types[0])] = sensor
    for pin in sorted({pin for pin, rom in found.probes if rom.startswith("28")}):
        proposed[_free(proposed, "probes")] = {"type": "ds18b20", "pin": pin}
    return {key: value for key, value in (("buses", buses), ("sensors", proposed)) if value}


def _free(taken, name):
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, 99) if f"{name}_{n}" not in taken)
