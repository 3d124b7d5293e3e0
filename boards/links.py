# Several links in order, the best first: the first that works is used, and a better one as soon as
# it works again. Only one is in use: an ESP32 sends by Wi-Fi rather than Ethernet whenever both
# have an address (ESP-IDF: route_prio), so the others are switched off, but for an Ethernet that
# waits for its cable.
#
# A link that looks alive and is dead is left for the next one, and not used again for a while,
# which grows each time: else the board would go back to it at once.
#
# `_link`: update_trial.py asks the one in use which of its networks it joined.
import time

from boards import link as one
from micropython import const

_LEAVE_MS = const(60000)


class Links:
    joins = join_ms = wait = 0

    def __init__(self, links):
        self._links = links
        self.failures = 0  # rounds and sends, since the last send that worked
        self._again: dict = {}  # link -> (ticks, ms): not to be tried until then
        self._left: dict = {}  # link -> how often it was left since it last delivered
        self._link = links[0]

    @property
    def name(self):
        return self._link.name

    @property
    def network(self):
        return self._link.network

    def online(self) -> bool:
        """Whether there is a link with an address."""
        return self._link.online()

    def dns(self) -> tuple:
        """Addresses of the name servers."""
        return self._link.dns()

    def rssi(self) -> int | None:
        """Signal strength in dBm, or None."""
        return self._link.rssi()

    def mac(self) -> str | None:
        """AA:BB:CC:DD:EE:FF of the interface, or None."""
        return self._link.mac()

    def up(self):
        """Yields until the best link that works is in use, or raises OSError; see link.py."""
        errors = []
        # Those whose time has come; if it is none's, that which is next.
        ready = [link for link in self._links if link.online() or self._ms_left(link) <= 0]
        for link in ready or [min(self._links, key=self._ms_left)]:
            joins = link.joins
            try:
                yield from link.up()
            except OSError as e:
                errors.append(str(e))
                self._try_later(link, link.wait * 1000)
                continue
            self._again.pop(link, None)
            if link is not self._link or link.joins != joins:
                self._use(link)
            self.wait = 0
            return
        self.wait = 1 + max(0, min([self._ms_left(link) for link in self._links]) // 1000)
        raise OSError("; ".join(errors))

    def _use(self, link):
        self._link = link
        self.joins += 1
        self.join_ms = link.join_ms
        for worse in self._links[self._links.index(link) + 1 :]:
            worse.down()

    # For a board that sends once and then sleeps for long: report() would not leave a link there.
    def rotate(self) -> None:
        """Begin with the next link after each failure, and after the last with the first."""
        for link in self._links[: self.failures % len(self._links)]:
            self._try_later(link, _LEAVE_MS)

    def _try_later(self, link, ms):
        self._again[link] = (time.ticks_ms(), ms)

    def _ms_left(self, link):
        since, ms = self._again.get(link, (0, 0))
        return ms - time.ticks_diff(time.ticks_ms(), since) if ms else 0

    def report(self, delivered: bool) -> str | None:
        """As that of one link; -> also "leave" when the next one is to be tried."""
        if delivered:
            self.failures = 0
            self._left.pop(self._link, None)
            return self._link.report(True)
        self.failures += 1
        if self.failures % (one.RESET * len(self._links)) == 0:
            return "reset"
        if not self._link.online():  # none works: each counts
            for link in self._links:
                link.report(False)
            return None
        action = self._link.report(False)
        if action != "cycle":
            return None if action == "reset" else action
        times = self._left[self._link] = self._left.get(self._link, 0) + 1
        self._try_later(self._link, _LEAVE_MS << min(times, 6))
        self._link.down()
        return "leave"

    def down(self) -> None:
        """Switch all off, as before sleep."""
        for link in self._links:
            link.down()
