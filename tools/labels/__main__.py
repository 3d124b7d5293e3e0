"""Write a page to print, with a label for each board: name, id and the Wi-Fi of its portal."""

import argparse
import sys
from contextlib import suppress

from tools.deploy import ROOT, Stop
from tools.deploy.board import chosen_ports, reset
from tools.deploy.several import at_once
from tools.deploy.user_config import write_private
from tools.labels import ask, page


def main(argv=None, root=ROOT):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="labels", description=__doc__)
    parser.add_argument(
        "--port",
        help="serial port of the board, several with commas, or all; without it, the one on USB",
    )
    args = parser.parse_args(argv)
    try:
        return _write(chosen_ports(args.port), root / "build" / "labels.html")
    except Stop as stop:
        print(f"labels: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _write(ports, path):
    told = at_once(ports, _label)
    labels = []
    for port in ports:
        if isinstance(told[port], Stop):
            print(f"labels: {port}: {told[port]}", file=sys.stderr)
            continue
        labels.append(told[port])
        what = "" if told[port].wifi else ", without a Wi-Fi: its firmware opens no portal"
        print(f"Label    {port}: {told[port].name or told[port].id}{what}")
    if labels:
        write_private(path, page(labels))
        print(f"Written  to {path}. Print it, and delete it then: it has passwords")
    return 0 if len(labels) == len(ports) else 1


def _label(port):
    found = ask(port)
    with suppress(Stop):  # the label is good, whatever becomes of the board
        reset(port)
    return found


if __name__ == "__main__":
    sys.exit(main())
