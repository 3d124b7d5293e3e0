"""Show the sensors and networks that a board sees, and propose what to write into config.json."""

import argparse
import json
import sys

from tools.deploy import ROOT, Stop, presets
from tools.deploy.board import find_port, reset
from tools.deploy.user_config import read
from tools.scan import i2c_pins, proposal, scan


def pins_of(root, i2c):
    """[(SDA, SCL)] to search at: those given as "21,22", else those of the config's buses."""
    if i2c:
        try:
            pairs = [tuple(int(pin) for pin in text.split(",")) for text in i2c]
            if all(len(pair) == 2 for pair in pairs):
                return pairs
        except ValueError:
            pass
        raise Stop("I2C: expected the pins as SDA,SCL, such as I2C=21,22")
    path = root / "config.json"
    config = presets.apply(read(path))[0] if path.exists() else {}
    return i2c_pins(config)


def show(found, searched=True):
    """Print what was found, and the keys for config.json. searched: whether at any pins."""
    for name, signal, locked in found.networks:
        print(f"Wi-Fi    {name}, {signal} dBm, {'with' if locked else 'without'} a password")
    for chip in found.chips:
        known = " or ".join(kind.upper() for kind in chip.types) or "a chip that is not known"
        place = f"{chip.address:#04x} at SDA {chip.sda}, SCL {chip.scl}"
        print(f"I2C      {place}: {known}{'' if chip.sure else '?'}")
    for pin, rom in found.probes:
        kind = "DS18B20" if rom.startswith("28") else "a chip that is not known"
        print(f"1-Wire   {rom} at {pin}: {kind}")
    for text in found.failed:
        print(f"Failed   {text}")
    proposed = proposal(found)
    if proposed:
        text = json.dumps(proposed, indent=2)
        print(f"For config.json (add what the others are):\n{text}")
    elif searched and not found.chips and not found.probes:
        print("No sensor answers: check power and wires, and that SDA and SCL are not swapped")


def main(argv=None, root=ROOT):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="scan", description=__doc__)
    parser.add_argument("--port", help="serial port of the board; without it, the one on USB")
    parser.add_argument(
        "--i2c", action="append", default=[], metavar="SDA,SCL",
        help="pins of an I2C bus, instead of those of config.json",
    )  # fmt: skip
    parser.add_argument("--onewire", action="append", default=[], type=int, metavar="PIN")
    args = parser.parse_args(argv)
    try:
        pins = pins_of(root, args.i2c)
        searched = bool(pins or args.onewire)
        if not searched:
            print("No pins to search at: name them, such as I2C=21,22 or ONEWIRE=15")
        port = args.port or find_port()
        show(scan(port, pins, args.onewire), searched)
        reset(port)  # so that the firmware goes on
    except Stop as stop:
        print(f"scan: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
