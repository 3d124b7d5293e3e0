"""Bring the firmware and its config to a board, and restart it.

The firmware goes as one image, which is switched to when all of it is there: see image.py. A
board keeps running what it had if the deploy is cut short. With --files, and where nothing can
be compiled for the board, it goes as files: see plain.py.

A deploy writes /boot.py, /main.py, /config.json, /releases, the roots and the modules that the
config names, or, with --files, the folders /lib/snowplow_tracker, /boards and /firmware. It
removes all that is in the folders of the other way, and in its own all other files, such as a .py
beside the .mpy, which a board would prefer; what of these is the user's own is copied to /kept
before (see keep.py). From the root folder it removes only modules that the first edition had
there: a file that has such a name and the words that all of ours have (FORMER in tools/deploy).
All else on the flash stays as it is, so a /config.py of the user's own is never touched.
"""

import argparse
import sys
from pathlib import Path

import tools.deploy.board as behind
from tools.deploy import ROOT, Stop, console, several
from tools.deploy.board import chosen_ports
from tools.deploy.one_board import Options, deploy
from tools.deploy.user_config import check_config


def main(argv=None, root=ROOT):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--port",
        help="serial port of the board, several with commas, or all; without it, the one on USB",
    )
    parser.add_argument("--config", type=Path, help="instead of config.json at the project's root")
    parser.add_argument(
        "--timeout", type=float, default=behind.SILENCE, metavar="SECONDS",
        help="give up after so many seconds without a word from the board (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--files", action="store_true", help="copy files instead of one image")
    parser.add_argument("--all", action="store_true", help="also what this config does not use")
    parser.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS",
        help="wait so long for the board, as for one that sleeps",
    )  # fmt: skip
    parser.add_argument(
        "--follow", type=float, metavar="SECONDS",
        help="show the console so long, until an event is accepted; 0: not (default: "
        f"{console.FOLLOW}, and longer if send_seconds is)",
    )  # fmt: skip
    args = parser.parse_args(argv)
    behind.SILENCE = args.timeout
    options = Options(args.files, args.all, args.wait, args.follow)
    try:
        many = args.port == "all" or "," in (args.port or "")
        if many or not args.config and several.has_only_folder(root):
            ports = chosen_ports(args.port, args.wait)
            return several.deploy_all(ports, root, args.config, options)
        config = check_config(args.config, root)
        (port,) = chosen_ports(args.port, args.wait)
        deploy(port, root / "build", config, root, options)
    except Stop as stop:
        print(f"deploy: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; run it again to complete it", file=sys.stderr)
        return 130
    print(f"Done. To watch the firmware: make monitor PORT={port}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
