"""``python -m tools.collector``: run the development collector."""

import argparse
import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from tools.collector import server
from tools.collector.console import Console, write
from tools.collector.iglu import Schemas
from tools.collector.judge import judge
from tools.collector.state import Collector
from tools.collector.store import Store, StoreError

OWN_SCHEMAS = Path(__file__).parents[2] / "firmware" / "schemas"

_EPILOG = """\
Send it an event:
  curl 'http://127.0.0.1:9090/i?e=se&p=iot&tv=curl&aid=desk&se_ca=test&se_ac=hello'
and open http://127.0.0.1:9090/ to see it. For a board, set in its config.json
  "collector": "http://THIS-MACHINE'S-ADDRESS:9090"
and start the collector with --host 0.0.0.0, so that the board can reach it: whoever is on the
network can then read and write events too.

Schemas are looked for in firmware/schemas/ first, then in the directories of --schemas, which are
laid out as VENDOR/NAME/jsonschema/VERSION. An event whose schema is not found is bad.

The same questions can be asked of it as of Snowplow Micro: /micro/all, /micro/good, /micro/bad,
/micro/reset, /micro/iglu/VENDOR/NAME/jsonschema/VERSION.
"""


def main(arguments=None):
    """Run the collector until SIGINT or SIGTERM; return the exit status.

    0 after a signal, 2 where it cannot start (port, database or schemas).
    """
    options = _options(arguments)
    schemas = Schemas([OWN_SCHEMAS, *options.schemas])
    for directory in options.schemas:
        if not directory.is_dir():
            return _fail(f"--schemas: there is no directory {directory}")
    try:
        return asyncio.run(_serve(options, schemas))
    except StoreError as error:
        return _fail(str(error))


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.collector",
        description="Receive, judge and keep events as a Snowplow pipeline would, and show them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=_port, default=9090, help="port to listen on; 0: any free one (%(default)s)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (%(default)s: this machine only)"
    )
    parser.add_argument(
        "--db",
        type=Path,
        default=Path("build/collector.db"),
        metavar="FILE",
        help="SQLite file that keeps the events; goes on with what is in it (%(default)s)",
    )
    parser.add_argument(
        "--schemas",
        type=_directories,
        default=[],
        metavar=f"DIR[{os.pathsep}DIR]",
        help="more directories of Iglu schemas",
    )
    parser.add_argument("--quiet", action="store_true", help="do not print a line per event")
    return parser.parse_args(arguments)


def _port(text):
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def _directories(text):
    return [Path(part) for part in text.split(os.pathsep) if part]


def _fail(message):
    print(f"collector: {message}", file=sys.stderr)
    return 2


async def _serve(options, schemas):
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    console = Console(options.quiet)

    def on_commit(rows):
        console.rows(rows)
        loop.call_soon_threadsafe(collector.notify)

    store = Store(options.db, partial(judge, schemas=schemas), on_commit)
    collector = Collector(store, schemas)
    try:
        runner, port = await server.start(collector, options.host, options.port)
    except OSError as error:
        store.close()
        return _fail(
            f"cannot listen on {options.host}:{options.port}: {error.strerror or error}.\n"
            "Take another port with --port, or --port 0 for any free one."
        )
    host = f"[{options.host}]" if ":" in options.host else options.host
    write(f"collector: http://{host}:{port}/micro/ui  (events in {options.db})")
    await stop.wait()
    await runner.cleanup()
    # The loop must run on while the writer ends, since it still tells of what it wrote.
    await asyncio.to_thread(store.close)
    console.close(f"collector: stopped. {store.good} good, {store.bad} bad events in {options.db}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
