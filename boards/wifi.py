# The link of every port that has network.WLAN: joining, keeping it, and NTP over it.
#
# What the radios do, and what is done about it (of joining, see join.py):
# - Power management loses packets and links: off, unless asked for.
# - A link can look alive and be dead. Only a send shows it: see Link.report().
#
# Whatever waits is a generator that yields every 100 ms: join() drives it and feeds the
# watchdog, the firmware drives it from asyncio and goes on sampling.
import os
import time

import network
import ntptime
from boards import chip
from micropython import const

_STEP_MS = const(100)
# After so many failures in a row, and again after as many more.
_REJOIN = const(3)
_CYCLE = const(6)
_RESET = const(24)
_MAX_WAIT = const(300)
_NTP = ntptime.host


# How many seconds to wait after so many rounds in vain.
def _backoff(rounds):
    cap = min(_MAX_WAIT, 2 << min(rounds, 8))
    return 1 + int.from_bytes(os.urandom(2), "little") % cap


class Link:
    ssid = None
    joins = join_ms = wait = 0
    # networks: dicts with ssid, password and, for a static one, address = [own address,
    # mask, gateway, name server]; tried in order, `timeout` seconds each.
    def __init__(
        self, board, networks, country=None, hostname=None, power_save=False, timeout=20
    ):
        self._board = board
        self._networks = networks
        self._options = (country, hostname, power_save)
        self._timeout = timeout
        self._rounds = 0  # over all networks, in vain
        self._failures = 0  # rounds and sends, since the last send that worked
        self._again = None  # "rejoin" or "cycle": what up() has to do first

    def up(self):
        """Yields until there is a link, or raises OSError; `wait` then says for how long."""
        wlan = self._board._wlan()
        if self._again == "cycle":
            self._board.radio_off()
            for _ in range(10):
                yield
        elif not self._again and wlan.isconnected():
            return
        self._again = None
        self._board._radio_on(*self._options)
        start = time.ticks_ms()
        trouble = []
        for place in self._networks or ():
            try:
                self._board._address(place.get("address"))
                yield from self._board._joining(place["ssid"], place["password"], self._timeout)
            except OSError as e:
                trouble.append(str(e))
                continue
            self.ssid = place["ssid"]
            self.joins += 1
            self.join_ms = time.ticks_diff(time.ticks_ms(), start)
            self._rounds = self.wait = 0
            return
        self._rounds += 1
        self.wait = _backoff(self._rounds)
        raise OSError("; ".join(trouble) or "no network is named")

    # Tell it only of failures that a dead link can explain, and of rounds of up() in vain.
    # A reset is for the caller to do, since it knows what would be lost.
    def report(self, delivered):
        """Tell how a send ended; -> what a dead link now asks for: rejoin, cycle, reset."""
        if delivered:
            self._failures = 0
            return None
        self._failures += 1
        if self._failures % _RESET == 0:
            return "reset"
        if self._failures % _CYCLE == 0:
            self._again = "cycle"
        elif self._failures % _REJOIN == 0:
            self._again = "rejoin"
        return self._again

    def down(self):
        """Switch the radio off, as before sleep."""
        self._board.radio_off()


class Board(chip.Board):
    _static = False

    # A call, not an attribute: the constructor leaves the radio as it is.
    def _wlan(self):
        return network.WLAN(network.STA_IF)

    def _step(self):
        time.sleep_ms(_STEP_MS)
        self.idle()

    def link(self, networks, **options):
        """The Link over these networks; options are those of wifi.Link."""
        return Link(self, networks, **options)

    def _radio_on(self, country=None, hostname=None, power_save=False):
        # Country and name are read when the interface comes up.
        if country:
            network.country(country)
        if hostname:
            network.hostname(hostname)
        wlan = self._wlan()
        wlan.active(True)
        wlan.config(pm=network.WLAN.PM_POWERSAVE if power_save else network.WLAN.PM_NONE)

    def radio_off(self):
        """Switch the radio off, if it is on."""
        wlan = self._wlan()
        if wlan.active():
            try:
                wlan.disconnect()
            except OSError:
                pass
            wlan.active(False)
        if hasattr(wlan, "deinit"):
            wlan.deinit()  # rp2: takes the chip's power away, which active(False) does not

    # ifconfig sets all four at once and stops the DHCP client, which then stays stopped.
    def _address(self, static):
        wlan = self._wlan()
        if static:
            wlan.ifconfig(tuple(static))
            self._static = True
        elif self._static:
            wlan.ipconfig(dhcp4=True)
            self._static = False

    def _joining(self, ssid, password, timeout):
        from boards.join import join

        yield from join(self, ssid, password, timeout)

    def join(self, ssid, password, hostname=None, country=None, timeout=20):
        """Join a Wi-Fi network, or OSError that says what to do."""
        if self._wlan().isconnected():
            return
        self._radio_on(country, hostname)
        for _ in self._joining(ssid, password, timeout):
            self._step()

    def online(self):
        """Whether there is a link with an address."""
        return self._wlan().isconnected()

    # One that is not known is 0.0.0.0.
    def dns(self):
        """Addresses of the name servers."""
        return self._wlan().ifconfig()[3:]

    def rssi(self):
        """Signal strength in dBm; None unless joined."""
        try:
            return self._wlan().status("rssi") or None  # rp2: 0 when there is none
        except (OSError, ValueError):
            return None

    # A Pico W has no MAC until its radio was on once.
    def mac(self):
        """AA:BB:CC:DD:EE:FF of the station, or None."""
        raw = self._wlan().config("mac")
        return ":".join(["%02X" % byte for byte in raw]) if any(raw) else None

    # NTP is UDP: a lost packet is normal. Without `find` a name server that is gone blocks, so
    # ask the link first. Who gives one asks again, and is not to wait for long.
    def set_clock(self, find=None):
        """Ask NTP; whether the clock is plausible now."""
        for _ in range(1 if find else 4):
            if not self.online():
                break
            try:
                if find:
                    ntptime.host = find(_NTP)
                ntptime.settime()
                break
            except (OSError, ValueError):  # ValueError: a reply cut short
                for _ in range(1000 // _STEP_MS):
                    self._step()
        return super().set_clock()
