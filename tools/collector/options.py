"""The command line: its options, and a help that teaches."""

import argparse
import os
from pathlib import Path

from tools.collector.enrich.registry import CENTRAL
from tools.collector.http import faults

_EPILOG = """\
Send it an event:
  curl 'http://127.0.0.1:9090/i?e=se&p=iot&tv=curl&aid=desk&se_ca=test&se_ac=hello'
and open http://127.0.0.1:9090/ to see it. For a board, set in its config.json
  "collector": "http://THIS-MACHINE'S-ADDRESS:9090"
and start the collector with --host 0.0.0.0, so that the board can reach it. Whoever is on the
network can then send events; to see them takes the token in the address that is printed.

Schemas are looked for in firmware/schemas/ first, then in the directories of --schemas, which are
laid out as VENDOR/NAME/jsonschema/VERSION, then in a cache beside the database, then at Iglu
Central. An event whose schema is not found is bad.

The same questions can be asked of it as of Snowplow Micro: /micro/all, /micro/good, /micro/bad,
/micro/reset, /micro/iglu/VENDOR/NAME/jsonschema/VERSION, /micro/events, /micro/timeline,
/micro/columns. Take everything with you, as jsonl, csv or Snowplow's enriched tsv:
  curl 'http://127.0.0.1:9090/micro/export?format=csv' > events.csv

Rehearse an outage: half of the requests refused, and 20 seconds without an answer a minute:
  --fault 503,50% --fault reset,20s/60s
"""


def parse(arguments=None):
    """Return the options of a command line, or end the program with what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.collector",
        description="Receive, judge and keep events as a Snowplow pipeline would, and show them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=_port, default=9090, help="to listen on; 0: any free one (%(default)s)")
    add("--host", default="127.0.0.1", help="to listen on (%(default)s: this machine only)")
    add(
        "--db",
        type=Path,
        default=Path("build/collector.db"),
        metavar="FILE",
        help="SQLite file that keeps the events; goes on with what is in it (%(default)s)",
    )
    add(
        "--schemas",
        type=_directories,
        default=[],
        metavar=f"DIR[{os.pathsep}DIR]",
        help="more directories of Iglu schemas",
    )
    add(
        "--iglu",
        type=_registry,
        default=CENTRAL,
        metavar="URL",
        help="Iglu server for schemas that are in no directory; none: ask nobody (%(default)s)",
    )
    add("--fault", type=_fault, action="append", default=[], metavar="WHAT", help=faults.HELP)
    add(
        "--keep-days",
        type=_positive,
        default=30,
        metavar="DAYS",
        help="remove events that are older (%(default)s)",
    )
    add(
        "--keep-mb",
        type=_positive,
        default=4000,
        metavar="MB",
        help="remove the oldest events beyond this size of the file (%(default)s)",
    )
    add(
        "--token",
        type=_token,
        metavar="TEXT",
        help="what readers must show; made up where --host is wider than this machine",
    )
    add("--quiet", action="store_true", help="do not print a line per event")
    return parser.parse_args(arguments)


def _port(text):
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")


def _directories(text):
    return [Path(part) for part in text.split(os.pathsep) if part]


def _registry(text):
    if text == "none":
        return None
    if text.startswith(("http://", "https://")):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no http:// or https:// address, nor none")


def _fault(text):
    try:
        return faults.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error))


def _positive(text):
    try:
        number = float(text)
    except ValueError:
        number = 0
    if 0 < number < 1e9:
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")


def _token(text):
    if len(text) >= 8 and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    raise argparse.ArgumentTypeError("at least 8 characters of A-Z a-z 0-9 - _ are needed")
