"""``--fault``: answers that rehearse an outage."""

import random
import re
import time
from typing import NamedTuple

_WHAT = re.compile(r"(?P<status>[345]\d\d)|delay=(?P<delay>\d+(\.\d+)?)s|reset|lost")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
_PERIOD = re.compile(r"(\d+(?:\.\d+)?)s/(\d+(?:\.\d+)?)s")
HELP = """\
answer requests that bring events as in an outage; may be given several times. WHAT is
a status from 300 to 599 (nothing is stored), delay=2s (answer later), reset (cut the
connection, nothing is stored) or lost (store, then cut the connection: a board must send again).
,30%% is for that share of requests, ,10s/60s for the first 10 of every 60 seconds:
--fault 503,30%% --fault delay=5s,20s/60s"""


class Fault(NamedTuple):
    """One rehearsal: what is done, to which share of requests, for ``on`` of every ``of`` seconds.

    ``what`` is a status (int), "reset", "lost" or "delay", then with ``seconds``.
    """

    text: str
    what: object
    seconds: float = 0
    share: float = 1
    on: float = 1
    of: float = 1

    def strikes(self):
        """Whether the request that is here now is struck."""
        return (time.monotonic() % self.of) < self.on and random.random() < self.share


def parse(text):
    """Return the :class:`Fault` that a ``--fault`` describes, else raise ``ValueError``."""
    what, *limits = text.split(",")
    found = _WHAT.fullmatch(what)
    if not found:
        raise ValueError(f"{what!r} is no status from 300 to 599, delay=SECONDSs, reset or lost")
    if found["delay"]:
        fault = Fault(text, "delay", float(found["delay"]))
    else:
        fault = Fault(text, int(what) if found["status"] else what)
    for limit in limits:
        share, period = _SHARE.fullmatch(limit), _PERIOD.fullmatch(limit)
        if share and float(share[1]) <= 100:
            fault = fault._replace(share=float(share[1]) / 100)
        elif period and 0 < float(period[1]) <= float(period[2]):
            fault = fault._replace(on=float(period[1]), of=float(period[2]))
        else:
            raise ValueError(f"{limit!r} is no share such as 30% nor a period such as 10s/60s")
    return fault
