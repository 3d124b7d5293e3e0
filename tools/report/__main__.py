"""Collect what an issue needs, with secrets masked, into build/report.md."""

import argparse
import sys
from pathlib import Path

from tools.deploy import ROOT, Stop
from tools.deploy.board import find_port
from tools.deploy.user_config import write_private
from tools.report import board, computer, text_of_report

SECONDS = 20  # of the console


def main(argv=None, root=ROOT):
    """The command line; returns the exit code: 0 also where the board says nothing."""
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("--port", help="serial port of the board; without it, the one on USB")
    parser.add_argument("--config", type=Path, help="the config, if not config.json")
    parser.add_argument("--seconds", type=float, default=SECONDS,
                        help="listen to the board so long at most (%(default)s)")  # fmt: skip
    args = parser.parse_args(argv)
    try:
        return _report(args, root)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"report: {error}", file=sys.stderr)
        return 1


def _report(args, root):
    path = args.config or root / "config.json"
    if args.config and not path.exists():
        print(f"report: there is no {path}", file=sys.stderr)
        return 1
    config = path.read_bytes() if path.exists() else None
    found, lines, why = None, None, ""
    try:
        port = args.port or find_port()
        print(f"Ask      the board at {port}: its firmware stops and starts again", flush=True)
        found = board.ask(port)
        print(f"Listen   to it for {args.seconds:g} seconds at most", flush=True)
        lines = board.console(port, args.seconds)
    except Stop as stop:
        why = f"The board was not asked: {stop}" if found is None else ""
        print(f"report: {stop}", file=sys.stderr)
    text = text_of_report(computer(root), config, found, lines, why)
    target = root / "build" / "report.md"
    write_private(target, text)
    print(text)
    print(f"Written  to {target}. Read it once, then paste it into the issue")
    return 0


if __name__ == "__main__":
    sys.exit(main())
