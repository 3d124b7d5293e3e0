"""``--fault``: answers as a collector gives them in an outage, to test trackers with."""

import random
import re
import time
from typing import NamedTuple

_ANSWER = re.compile(r"(?P<status>[345]\d\d)|delay=(?P<delay>\d+(\.\d+)?)s|reset|lost")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
_PERIOD = re.compile(r"(\d+(?:\.\d+)?)s/(\d+(?:\.\d+)?)s")
HELP = """\
simulate an outage for requests that bring events; may be given several times. WHAT is
a status from 300 to 599 (nothing is stored), delay=2s (answer after 2 seconds), reset (close the
connection, nothing is stored) or lost (store, then close the connection: the board sends again).
Add ,30%% for that share of the requests, ,10s/60s for the first 10 of every 60 seconds:
--fault 503,30%% --fault delay=5s,20s/60s"""


class Fault(NamedTuple):
    """A simulated fault.

    ``text`` is the option as it was given. ``answer`` is a status (int), "reset", "lost" or
    "delay", which waits for ``delay`` seconds. It applies to a ``share`` of the requests, from 0
    to 1, in the first ``duration`` of every ``period`` seconds.
    """

    text: str
    answer: object
    delay: float = 0
    share: float = 1
    duration: float = 1
    period: float = 1

    def applies_now(self):
        """Whether the fault applies to the present request."""
        return (time.monotonic() % self.period) < self.duration and random.random() < self.share


def parse(text):
    """Return the :class:`Fault` that a ``--fault`` describes, else raise ``ValueError``."""
    answer, *limits = text.split(",")
    match = _ANSWER.fullmatch(answer)
    if not match:
        raise ValueError(
            f"{answer!r} is not a status from 300 to 599, delay=SECONDSs, reset or lost"
        )
    if match["delay"]:
        fault = Fault(text, "delay", float(match["delay"]))
    else:
        fault = Fault(text, int(answer) if match["status"] else answer)
    for limit in limits:
        share, period = _SHARE.fullmatch(limit), _PERIOD.fullmatch(limit)
        if share and float(share[1]) <= 100:
            fault = fault._replace(share=float(share[1]) / 100)
        elif period and 0 < float(period[1]) <= float(period[2]):
            fault = fault._replace(duration=float(period[1]), period=float(period[2]))
        else:
            raise ValueError(f"{limit!r} is not a share such as 30%, nor a period such as 10s/60s")
    return fault
