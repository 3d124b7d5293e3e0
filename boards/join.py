# Joins a Wi-Fi network. wifi.py loads it for a join, and the firmware frees it afterwards.
#
# What the radios do, and what is done about it:
# - After a soft reset the link is still up, and a second connect() is an error: ask first,
#   disconnect, wait until the driver is idle.
# - A Pico W often fails at the first try, and a wrong-password status can be a passing one:
#   try again with a disconnect between; only the second such status is final.
# - An ESP32 tells why it failed only once it has given up (reconnects=0), and still tells it
#   during the next try: a status from before connect() says nothing.
import network
from boards import wifi
from boards.chip import time  # the same object, since tests replace it there
from micropython import const

_TRIES = const(4)
_NO_ADDRESS = const(2)  # rp2's status for it, without a name there; here for both


def radio_on(country=None, hostname=None, power_save=False):
    """Switch the radio on; OSError if there is no memory for it."""
    # Country and name are read when the interface comes up.
    if country:
        network.country(country)
    if hostname:
        network.hostname(hostname)
    wlan = wifi.wlan()
    try:
        wlan.active(True)
    except RuntimeError as e:
        raise OSError("%s; no memory is left for the radio" % e)
    wlan.config(pm=network.WLAN.PM_POWERSAVE if power_save else network.WLAN.PM_NONE)


# On both ports every failure is below STAT_IDLE, and nothing else is.
def _failed(status):
    return status < network.STAT_IDLE


# ESP32: handshake timeouts (15, 204) are what a wrong password mostly looks like.
def _refused(status):
    return status in (network.STAT_WRONG_PASSWORD, 15, 204)


# ESP32: also "none with fitting security" (210, 211) and "none loud enough" (212).
def _missing(status):
    return status in (network.STAT_NO_AP_FOUND, 210, 211, 212)


def _remaining(end):
    return time.ticks_diff(end, time.ticks_ms())


def _deadline(ms):
    return time.ticks_add(time.ticks_ms(), ms)


def _leave(wlan):
    try:
        wlan.disconnect()
    except OSError:
        pass  # nothing to leave
    yield  # an ESP32's status is idle a little before the driver is
    for _ in range(20):
        yield
        if wlan.status() != network.STAT_CONNECTING and not wlan.isconnected():
            break


# One try; -> the status that it ended with, STAT_GOT_IP if it worked. Finding the network and
# getting an address may take `limit_ms` each.
def _try(link, wlan, ssid, password, limit_ms, end):
    stale = wlan.status()
    try:
        wlan.connect(ssid, password or None)
    except (OSError, RuntimeError):  # "Wifi Internal Error" and its like
        return network.STAT_CONNECT_FAIL
    limit = _deadline(min(limit_ms, max(0, _remaining(end))))
    associated = False
    while not wlan.isconnected():
        status = wlan.status()
        if status != stale:
            stale = None
            if _failed(status):
                return status
        if not associated and link.rssi():
            associated = True
            limit = _deadline(min(limit_ms, max(0, _remaining(end))))
        if _remaining(limit) <= 0:
            return _NO_ADDRESS if associated else status
        yield
    return network.STAT_GOT_IP


def _advice(status, timeout):
    if _refused(status):
        return "wrong password; check it, capital letters count"
    if _missing(status):
        return "not found; check the name, the distance, and that it is 2.4 GHz with WPA2"
    if status == _NO_ADDRESS:
        return "joined, but no address came; check DHCP on the router"
    return "no answer in %d s; check the signal and the router" % timeout


def join(link, wlan: network.WLAN, ssid: str, password: str, timeout: int):
    """Connect within `timeout` seconds; yields while it waits; OSError that says what to do."""
    _set_reconnects(wlan, 0)
    end = _deadline(timeout * 1000)
    status = network.STAT_CONNECT_FAIL
    wrong = 0
    for _ in range(_TRIES):
        yield from _leave(wlan)
        # No try may use up the time of the next one.
        status = yield from _try(link, wlan, ssid, password, timeout * 500, end)
        wrong += _refused(status)
        if status == network.STAT_GOT_IP:
            _set_reconnects(wlan, -1)  # from now on it comes back by itself
            link.problem = None
            return
        if wrong == 2 or _remaining(end) <= 0:
            break
    yield from _leave(wlan)
    link.problem = "wrong_password" if _refused(status) else None
    if _missing(status):
        link.problem = "not_found"
    raise OSError("wifi '%s': %s" % (ssid, _advice(status, timeout)))


# Only the ESP32 has this setting: how often its driver reconnects by itself.
def _set_reconnects(wlan, count):
    try:
        wlan.config(reconnects=count)
    except ValueError:
        pass


# `link.problem`: not_found or wrong_password if that is so of the last network, for an LED.
def join_any(link):
    """Join the first network of a wifi.Link that lets it; yields, returns its ssid, or OSError."""
    radio_on(*link.options)
    errors = []
    for place in link.networks or ():
        try:
            _set_address(link, place.get("address"))
            yield from join(link, wifi.wlan(), place["ssid"], place["password"], link.timeout)
            if "before" in place:  # a network of an earlier config; see update_trial.py
                link.fell_back = True
            return place["ssid"]
        except OSError as e:
            errors.append(str(e))
    raise OSError("; ".join(errors) or "no network is named")


# ifconfig sets all four at once and stops the DHCP client, which then stays stopped.
def _set_address(link, static):
    if static:
        wifi.wlan().ifconfig(tuple(static))
        link.has_static = True
    elif link.has_static:
        wifi.wlan().ipconfig(dhcp4=True)
        link.has_static = False
