"""Put MicroPython on a board.

An ESP32 is found by its serial port, and a Pico by the drive that it is in its boot mode: hold its
BOOTSEL button while you plug it in; one that has MicroPython goes there by itself. What is on the
board is found out first. The image is that of --image, or the current one of micropython.org.
"""

import argparse
import sys
from pathlib import Path

from tools.deploy import Stop
from tools.flash.flashing import flash


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="flash", description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="serial port of the board; without it, the one on USB")
    parser.add_argument("--drive", type=Path, help="the drive of a Pico, where it is not found")
    parser.add_argument("--image", type=Path, help="the file, instead of the current release")
    parser.add_argument("--board", help="micropython.org's name of the board: W5500_EVB_PICO")
    parser.add_argument("--erase", action="store_true", help="of an ESP32: its files, too")
    args = parser.parse_args(argv)
    try:
        flash(args.port, args.drive, args.image, args.board, args.erase)
    except Stop as stop:
        print(f"flash: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("flash: interrupted; run it again to complete it", file=sys.stderr)
        return 130
    print("Done. The board has MicroPython; next: make provision, make deploy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
