# What the kinds of link have in common: when to connect anew, how long to wait after a failure,
# and what a link needs that looks alive and is dead. Only a send shows that: see report().
#
# A kind (wifi.py, ethernet.py, cellular.py) has name, online(), dns(), rssi(), mac(), down() and
# connect(), which ends when there is an address, or raises OSError that says what to do. Whatever
# waits is a generator that yields every 100 ms: Board.join() drives it and feeds the watchdog, the
# firmware drives it from asyncio and goes on sampling.
import time
from os import urandom

from micropython import const

_MAX_WAIT = const(300)
# Each step follows after so many failures in a row, and again after as many more.
_REJOIN = const(3)
_CYCLE = const(6)
RESET = const(24)  # for links.py too


def mac(interface) -> str | None:
    """AA:BB:CC:DD:EE:FF of an interface of `network`, or None."""
    raw = interface.config("mac")
    return ":".join(["%02X" % byte for byte in raw]) if any(raw) else None


class Link:
    name = ""
    network: "str | None" = None  # what it joined: the network's name
    joins = join_ms = wait = 0

    def __init__(self, board):
        self.board = board
        self._rounds = 0  # of connect() without a link
        self._failures = 0  # rounds and sends, since the last send that worked
        self._next: str | None = None  # "rejoin" or "cycle": what up() has to do first

    def up(self):
        """Yields until there is a link, or raises OSError; `wait` then says for how long."""
        if self._next == "cycle":
            self.down()  # type: ignore[attr-defined]  # each kind has it, as the next two
            for _ in range(10):
                yield
        elif not self._next and self.online():  # type: ignore[attr-defined]
            return
        self._next = None
        start = time.ticks_ms()
        try:
            yield from self.connect()  # type: ignore[attr-defined]
        except (OSError, ValueError) as e:  # ValueError: the port's, as for a pin
            self._rounds += 1
            most = min(_MAX_WAIT, 2 << min(self._rounds, 8))
            self.wait = 1 + int.from_bytes(urandom(2), "little") % most
            if isinstance(e, ValueError):
                raise OSError("%s: %s; check its options" % (self.name, e))
            raise
        self.joins += 1
        self.join_ms = time.ticks_diff(time.ticks_ms(), start)
        self._rounds = self.wait = 0

    # Tell it only of failures that a dead link can explain, and of rounds of up() without a
    # link. A reset is left to the caller, which knows what would be lost.
    def report(self, delivered: bool) -> str | None:
        """Tell how a send ended; -> what a dead link now needs: rejoin, cycle, reset or None."""
        if delivered:
            self._failures = 0
            self._next = None
            return None
        self._failures += 1
        if self._failures % RESET == 0:
            return "reset"
        if self._failures % _CYCLE == 0:
            self._next = "cycle"
        elif self._failures % _REJOIN == 0:
            self._next = "rejoin"
        return self._next
