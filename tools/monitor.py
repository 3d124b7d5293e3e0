"""Show what a board prints, for as long as it likes: over its resets, and cables that were pulled.

It types nothing, so the firmware goes on meanwhile.
"""

import argparse
import sys

from tools.deploy import Stop
from tools.deploy.board import find_port
from tools.deploy.console import text_of


def monitor(port, write, say):
    """Give what the board at `port` prints (bytes) to write(), and what becomes of the port to
    say(text), until KeyboardInterrupt. Stop if another program has the port open.
    """

    def changed(there):
        say(f"({port} is back)" if there else f"({port} went away; waiting for it)")

    say(f"({port}; Ctrl-C ends this, and the board goes on)")
    for text in text_of(port, on_change=changed):
        if text:
            write(text)


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="serial port of the board; without it, the one on USB")
    args = parser.parse_args(argv)

    def write(text):
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    def say(text):
        print(text, file=sys.stderr, flush=True)

    try:
        monitor(args.port or find_port(), write, say)
    except Stop as stop:
        print(f"monitor: {stop}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 0


if __name__ == "__main__":
    sys.exit(main())
