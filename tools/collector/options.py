"""The command line: its options and its help."""

import argparse
import os
import re
import urllib.parse
from pathlib import Path

from tools.collector.enrich.registry import IGLU_CENTRAL
from tools.collector.http import access, faults
from tools.collector.http.shared import RELEASES

_HOST = re.compile(r"[a-z0-9._:-]+")
_EPILOG = """\
Send it an event:
  curl 'http://127.0.0.1:9090/i?e=se&p=iot&tv=curl&aid=desk&se_ca=test&se_ac=hello'
and open http://127.0.0.1:9090/ to see it. For a board, set in its config.json
  "collector": "http://THIS-MACHINE'S-ADDRESS:9090"
and start the collector with --host 0.0.0.0, so that the board can reach it. Then everybody on the
network can send events; to see them, use the address with the token that is printed.

A schema is searched in firmware/schemas/ first, then in the directories of --schemas, as
VENDOR/NAME/jsonschema/VERSION, then in a cache beside the database, then at Iglu Central. An
event whose schema is not found is bad.

It has the REST API of Snowplow Micro: /micro/all, /micro/good, /micro/bad, /micro/reset,
/micro/iglu/VENDOR/NAME/jsonschema/VERSION, /micro/events, /micro/timeline, /micro/columns,
/micro/columnStats. Export all good events as jsonl, csv or Snowplow's enriched tsv, failed ones
with good=0, and readings as a table of time, board, sensor, quantity, value, unit:
  curl 'http://127.0.0.1:9090/micro/export?format=csv' > events.csv
  curl http://127.0.0.1:9090/micro/readings > readings.csv
Judge failed events again after a schema was mended:
  curl -X POST http://127.0.0.1:9090/micro/replay

Pass everything on to another collector, such as that of your pipeline: boards need no TLS, and
an outage of your line loses nothing. /micro/forward tells how far behind it is:
  --forward https://collector.example.com

Simulate an outage: answer 503 to half of the requests, and for 20 seconds of every minute close
the connection without an answer:
  --fault 503,50% --fault reset,20s/60s
"""


def parse(arguments=None):
    """Return the options of a command line; end the program with a message if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.collector",
        description="Receive, validate and store events as a pipeline does, and show them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=_port, default=9090, help="port to listen on; 0: a free one (%(default)s)")
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s: this machine)")
    add(
        "--db",
        type=Path,
        default=Path("build/collector.db"),
        metavar="FILE",
        help="SQLite file for the events; it may have events already (%(default)s)",
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
        default=IGLU_CENTRAL,
        metavar="URL",
        help="Iglu server for schemas that are in no directory; none: no server (%(default)s)",
    )
    add(
        "--firmware",
        type=Path,
        default=Path(RELEASES),
        metavar="DIR",
        help="folder of `make release`, for boards to update from at /firmware/ (%(default)s)",
    )
    add(
        "--forward",
        type=_target,
        metavar="URL",
        help="pass all requests on to the collector at this http(s) address: see below",
    )
    add(
        "--forward-mb",
        type=_positive,
        default=1000,
        metavar="MB",
        help="room for what waits for it; beyond, the oldest is dropped (%(default)s)",
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
        help="token that readers must show (random, if --host is not this machine only);"
        " none: everybody may read",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name under which readers without a token may reach it, such as"
        " micro.test.svc.cluster.local; may be given several times",
    )
    add("--quiet", action="store_true", help="do not print a line per event")
    return parser.parse_args(arguments)


def _port(text):
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")


def _directories(text):
    directories = [Path(part) for part in text.split(os.pathsep) if part.strip()]
    if directories:
        return directories
    raise argparse.ArgumentTypeError("it is empty: name a directory, or leave it out")


def _target(text):
    try:
        parts = urllib.parse.urlsplit(text)
        is_host = _HOST.fullmatch(parts.hostname or "")
        known = parts.scheme in ("http", "https") and is_host and parts.port != 0
    except ValueError:
        known = False
    if not (known and text.isascii() and text.isprintable() and " " not in text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not http(s)://HOST, :PORT or a path after it"
        )
    if "@" in parts.netloc:
        raise argparse.ArgumentTypeError("passwords in an address are shown in many places: none")
    if "?" in text or "#" in text:
        raise argparse.ArgumentTypeError(f"{text!r} has more than a host, a port and a path")
    return text.rstrip("/")


def _registry(text):
    if text == "none":
        return None
    if text.startswith(("http://", "https://")):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not http://…, https://… or none")


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
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def _token(text):
    if text == access.NO_TOKEN:
        return text
    if len(text) >= 8 and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    raise argparse.ArgumentTypeError(
        "a token has at least 8 characters, all of A-Z a-z 0-9 - _, or is none"
    )
