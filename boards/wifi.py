# The link of every port that has network.WLAN: joining, keeping it, and NTP over it.
#
# What the radios do, and what is done about it (for joining, see join.py):
# - Power management loses packets and links: off, unless asked for.
# - A link can look alive and be dead. Only a send shows it: see Link.report().
# - An ESP32 that runs out of memory for its radio raises RuntimeError: here it is an OSError.
#
# Whatever waits is a generator that yields every 100 ms: join() drives it and feeds the
# watchdog, the firmware drives it from asyncio and goes on sampling.
import time

import network
from boards import chip
from micropython import const

_STEP_MS = const(100)
# Each step follows after so many failures in a row, and again after as many more.
_REJOIN = const(3)
_CYCLE = const(6)
_RESET = const(24)


# A call, not an attribute: the constructors leave the radio as it is.
def wlan() -> network.WLAN:
    """The station's interface; OSError if there is no memory for it."""
    try:
        return network.WLAN(network.STA_IF)
    except RuntimeError as e:
        raise OSError("%s; no memory is left for the radio" % e)


# join.py, which loads for the time of a join, uses board, networks, options, timeout, has_static.
class Link:
    ssid = None
    joins = join_ms = wait = 0
    # networks: dicts with ssid, password and, for a static one, address = [own address,
    # mask, gateway, name server]; tried in order, `timeout` seconds each.
    def __init__(
        self,
        board,
        networks: list | None,
        country: str | None = None,
        hostname: str | None = None,
        power_save: bool = False,
        timeout: int = 20,
    ):
        self.board = board
        self.networks = networks
        self.options = (country, hostname, power_save)
        self.timeout = timeout
        self.has_static = False  # whether the radio has a static address
        self._rounds = 0  # over all networks, without a link
        self._failures = 0  # rounds and sends, since the last send that worked
        self._next: str | None = None  # "rejoin" or "cycle": what up() has to do first

    def up(self):
        """Yields until there is a link, or raises OSError; `wait` then says for how long."""
        if self._next == "cycle":
            self.board.radio_off()
            for _ in range(10):
                yield
        elif not self._next and self.board.online():
            return
        self._next = None
        start = time.ticks_ms()
        try:
            from boards.join import join_any

            self.ssid = yield from join_any(self)
        except OSError:
            from boards.join import backoff

            self._rounds += 1
            self.wait = backoff(self._rounds)
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
            return None
        self._failures += 1
        if self._failures % _RESET == 0:
            return "reset"
        if self._failures % _CYCLE == 0:
            self._next = "cycle"
        elif self._failures % _REJOIN == 0:
            self._next = "rejoin"
        return self._next

    def down(self) -> None:
        """Switch the radio off, as before sleep."""
        self.board.radio_off()


class Board(chip.Board):
    def link(self, networks: list | None, **options):
        """The Link over these networks; options are those of wifi.Link."""
        return Link(self, networks, **options)

    def radio_off(self) -> None:
        """Switch the radio off, if it is on."""
        try:
            station = wlan()
        except OSError:
            return  # it never came up
        if station.active():
            try:
                station.disconnect()
            except OSError:
                pass
            station.active(False)
        if hasattr(station, "deinit"):
            station.deinit()  # rp2: takes the chip's power away, which active(False) does not

    def join(
        self,
        ssid: str,
        password: str,
        hostname: str | None = None,
        country: str | None = None,
        timeout: int = 20,
    ) -> None:
        """Join a Wi-Fi network, or OSError that says what to do."""
        if self.online():
            return
        from boards.join import join, radio_on

        radio_on(country, hostname)
        for _ in join(self, wlan(), ssid, password, timeout):
            time.sleep_ms(_STEP_MS)
            self.idle()

    def online(self) -> bool:
        """Whether there is a link with an address."""
        try:
            return wlan().isconnected()
        except OSError:
            return False

    # One that is not known is 0.0.0.0.
    def dns(self) -> tuple:
        """Addresses of the name servers."""
        return wlan().ifconfig()[3:]

    def rssi(self) -> int | None:
        """Signal strength in dBm; None unless joined."""
        try:
            return wlan().status("rssi") or None  # rp2: 0 when there is none
        except (OSError, ValueError):
            return None

    # A Pico W has no MAC until its radio was on once.
    def mac(self) -> str | None:
        """AA:BB:CC:DD:EE:FF of the station, or None."""
        raw = wlan().config("mac")
        return ":".join(["%02X" % byte for byte in raw]) if any(raw) else None

    def set_clock(self, find=None) -> bool:
        """Ask NTP; whether the clock is plausible now."""
        from boards.ntp import ask

        ask(self, find)
        return super().set_clock()
