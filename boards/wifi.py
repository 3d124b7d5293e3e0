# The link of every port that has network.WLAN: joining, and NTP over it.
#
# What the radios do, and what is done about it:
# - After a soft reset the link is still up, and a second connect() is an error: ask first,
#   disconnect, wait until the driver is idle.
# - A Pico W often fails at the first try, and a wrong-password status can be a passing one:
#   try again with a disconnect between; only the second such status is the last word.
# - An ESP32 tells why it failed only once it has given up (reconnects=0), and goes on
#   telling it during the next try: a status from before connect() says nothing.
# - Power management loses packets and links: off.
import time

import network
import ntptime
from boards import base
from micropython import const

_STEP_MS = const(100)
_TRIES = const(4)
_NO_ADDRESS = const(2)  # rp2's status for it, without a name there; here for both


# On both ports every failure is below STAT_IDLE, and nothing else is.
def _failed(status):
    return status < network.STAT_IDLE


# ESP32: handshake timeouts (15, 204) are what a wrong password mostly looks like.
def _refused(status):
    return status in (network.STAT_WRONG_PASSWORD, 15, 204)


# ESP32: also "none with fitting security" (210, 211) and "none loud enough" (212).
def _missing(status):
    return status in (network.STAT_NO_AP_FOUND, 210, 211, 212)


def _left(end):
    return time.ticks_diff(end, time.ticks_ms())


def _step(idle):
    time.sleep_ms(_STEP_MS)
    idle()


def rssi(wlan):
    """dBm of the access point; None unless joined."""
    try:
        return wlan.status("rssi") or None  # rp2: 0 when there is none
    except (OSError, ValueError):
        return None


def _leave(wlan, idle):
    try:
        wlan.disconnect()
    except OSError:
        pass  # nothing to leave
    _step(idle)  # an ESP32 says that it is idle a little before it is
    for _ in range(20):
        _step(idle)
        if wlan.status() != network.STAT_CONNECTING and not wlan.isconnected():
            break


# One try; the status that it ended with, STAT_GOT_IP if it worked.
def _try(wlan, ssid, password, end, idle):
    stale = wlan.status()
    try:
        wlan.connect(ssid, password or None)
    except (OSError, RuntimeError):  # "Wifi Internal Error" and its like
        return network.STAT_CONNECT_FAIL
    while not wlan.isconnected():
        status = wlan.status()
        if status != stale:
            stale = None
            if _failed(status):
                return status
        if _left(end) <= 0:
            return _NO_ADDRESS if rssi(wlan) else status
        _step(idle)
    return network.STAT_GOT_IP


def _advice(status, timeout):
    if _refused(status):
        return "wrong password, says the access point; check it, capitals count"
    if _missing(status):
        return "not found; check the name, the distance, and that it is 2.4 GHz with WPA2"
    if status == _NO_ADDRESS:
        return "joined, but no address came; check DHCP on the router"
    return "no answer in %d s; check the signal and the router" % timeout


def join(wlan, ssid, password, timeout, idle):
    """Connect within `timeout` seconds, or OSError that says what to do."""
    end = time.ticks_add(time.ticks_ms(), timeout * 1000)
    status = network.STAT_CONNECT_FAIL
    wrong = 0
    for _ in range(_TRIES):
        _leave(wlan, idle)
        # No try may use up the time of the next one.
        limit = time.ticks_add(time.ticks_ms(), min(timeout * 500, max(0, _left(end))))
        status = _try(wlan, ssid, password, limit, idle)
        wrong += _refused(status)
        if status == network.STAT_GOT_IP:
            return
        if wrong == 2 or _left(end) <= 0:
            break
    _leave(wlan, idle)
    raise OSError("wifi '%s': %s" % (ssid, _advice(status, timeout)))


# Only the ESP32 knows how often its driver reconnects.
def _set_reconnects(wlan, count):
    try:
        wlan.config(reconnects=count)
    except ValueError:
        pass


class Board(base.Board):
    # A call, not an attribute: the constructor leaves the radio as it is.
    def _wlan(self):
        return network.WLAN(network.STA_IF)

    def join(self, ssid, password, hostname=None, country=None, timeout=20):
        """Join a Wi-Fi network, or OSError that says what to do."""
        wlan = self._wlan()
        if wlan.isconnected():
            return
        # Both are read when the interface comes up.
        if country:
            network.country(country)
        if hostname:
            network.hostname(hostname)
        wlan.active(True)
        wlan.config(pm=network.WLAN.PM_NONE)
        _set_reconnects(wlan, 0)
        join(wlan, ssid, password, timeout, self.idle)
        _set_reconnects(wlan, -1)  # from now on it comes back by itself

    def online(self):
        """Whether there is a link with an address."""
        return self._wlan().isconnected()

    def rssi(self):
        """Signal strength in dBm, or None."""
        return rssi(self._wlan())

    # A Pico W has no MAC until its radio was on once.
    def mac(self):
        """AA:BB:CC:DD:EE:FF of the station, or None."""
        raw = self._wlan().config("mac")
        return ":".join(["%02X" % byte for byte in raw]) if any(raw) else None

    # NTP is UDP: a lost packet is normal. A name server that is gone blocks, so ask the
    # link first.
    def set_clock(self):
        """Ask NTP; whether the clock is plausible now."""
        for _ in range(_TRIES):
            if not self.online():
                break
            try:
                ntptime.settime()
                break
            except (OSError, ValueError):  # ValueError: a reply cut short
                for _ in range(1000 // _STEP_MS):
                    _step(self.idle)
        return super().set_clock()
