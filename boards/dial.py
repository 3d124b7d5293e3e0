# Dials a modem. cellular.py loads it for that, and the firmware frees it afterwards.
#
# - Each phase has its end: answer 10 s (20 after a reset), network `timeout`, dialling 60 s, PPP
#   30 s.
# - A wrong PIN is tried once: the third one in a row would lock the SIM. A file says so, since
#   it must not be tried again after a reset.
# - MicroPython 1.26 crashes when the other side hangs up PPP (micropython #17904).
import sys
from hashlib import sha256

import machine
import network
from boards.chip import time  # the same object, since tests replace it there
from micropython import const

_ANSWER_MS = const(10000)
_BOOT_MS = const(20000)
_DIAL_MS = const(60000)
_PPP_MS = const(30000)
_CLOSE_MS = const(6000)
_AUTH_FAILED = const(-7)  # PPPERR_AUTHFAIL
_LAST = (b"+CME", b"BUSY", b"CONN", b"NO C", b"NO D")  # how a result begins, beside OK and ERROR
_REFUSED = "sim_pin_refused"  # of the PIN that the SIM refused: four bytes of its digest


def _wait(ms):
    for _ in range(ms // 100):
        yield


def _after(ms):
    return time.ticks_add(time.ticks_ms(), ms)


def _is_over(end):
    return time.ticks_diff(end, time.ticks_ms()) <= 0


# -> the lines of the answer, the last of which is its result; [] if there is none in time. A line
# that comes unasked may be among them.
def _ask(uart, command, limit_ms):
    uart.read()  # what came unasked
    uart.write(command + b"\r")
    end = _after(limit_ms)
    text = b""
    while not _is_over(end):
        text = (text + (uart.read() or b""))[-512:]
        # The last line may still be on its way; behind CONNECT it is PPP's.
        lines = [line.strip() for line in text.split(b"\n")[:-1] if line.strip()]
        if lines:
            last = lines[-1]
            if last in (b"OK", b"ERROR") or last[:4] in _LAST:
                return lines
        yield
    return []


def _answers(uart, limit_ms):
    end = _after(limit_ms)
    while not _is_over(end):
        lines = yield from _ask(uart, b"AT", 900)
        if lines and lines[-1] == b"OK":
            return True
    return False


# --- a modem that does not answer ---------------------------------------------------------------
def _hang_up(link):
    # It may still be in a connection: the pauses make the three a command.
    yield from _wait(1200)
    link.uart.write(b"+++")
    yield from _wait(1200)
    yield from _ask(link.uart, b"ATH", 2000)


def _pulse(number, level, ms):
    pin = machine.Pin(number, machine.Pin.OUT, value=level)
    yield from _wait(ms)
    pin.value(not level)


def _reset(link):
    options = link.options
    if options["reset"] is not None:
        print("cellular: the modem does not answer: reset")
        yield from _pulse(options["reset"], options["reset_level"], 500)


def _cycle(link):
    options = link.options
    if options["power"] is not None:
        print("cellular: the modem does not answer: off and on")
        machine.Pin(options["power"], machine.Pin.OUT, value=0)
        yield from _wait(3000)
    yield from _start(link)


# With a key, as most modems have one, the supply alone does not start it.
def _start(link):
    options = link.options
    if options["power"] is not None:
        machine.Pin(options["power"], machine.Pin.OUT, value=1)
        yield from _wait(500)
    if options["key"] is not None:
        yield from _pulse(options["key"], options["key_level"], 1500)


def _wake(link):
    if (yield from _answers(link.uart, 3000)):
        return
    attempts = (_start, _hang_up, _reset, _cycle)
    for attempt in attempts[link.started :]:
        before = time.ticks_ms()
        yield from attempt(link)
        if time.ticks_diff(time.ticks_ms(), before):  # it has the pins for it
            limit = _ANSWER_MS if attempt is _hang_up else _BOOT_MS
            if (yield from _answers(link.uart, limit)):
                return
    raise OSError("cellular: the modem does not answer; check its supply, tx, rx and baud")


# --- from the SIM to PPP ------------------------------------------------------------------------
def _digest(pin):
    return sha256(pin.encode()).digest()[:4]


def _was_refused(pin):
    try:
        with open(_REFUSED, "rb") as file:
            return file.read() == _digest(pin)
    except OSError:
        return False


def _unlock(link):
    pin = link.options["pin"]
    end = _after(_BOOT_MS)
    while True:
        lines = yield from _ask(link.uart, b"AT+CPIN?", 2000)
        said = b" ".join(lines)
        if b"READY" in said:
            return
        if b"PUK" in said:
            raise OSError("cellular: the SIM is locked: unlock it in a phone, with its PUK")
        if b"SIM PIN" in said:
            break
        if _is_over(end):
            raise OSError("cellular: no SIM; is it in, the right way round?")
        yield from _wait(1000)
    if pin is None:
        raise OSError("cellular: the SIM wants its PIN: write it as `pin`")
    if _was_refused(pin):
        raise OSError("cellular: the SIM has refused this `pin`, which is not tried again")
    lines = yield from _ask(link.uart, b'AT+CPIN="' + pin.encode() + b'"', 10000)
    if not lines:
        raise OSError("cellular: the modem does not answer to the PIN; it is asked again")
    if lines[-1] != b"OK":
        with open(_REFUSED, "wb") as file:
            file.write(_digest(pin))
        raise OSError("cellular: the SIM refuses `pin`, which is not tried again: correct it")


# 2G and 3G, data, LTE: each modem knows some. 1 is at home, 5 abroad, 3 refused.
def _register(link):
    end = _after(link.options["timeout"] * 1000)
    refused = False
    while not _is_over(end):
        for name in (b"CEREG", b"CGREG", b"CREG"):
            lines = yield from _ask(link.uart, b"AT+" + name + b"?", 2000)
            for line in lines:
                if line[:6] in (b"+CEREG", b"+CGREG", b"+CREG:"):
                    status = line.split(b":")[1].split(b",")[1:2]
                    if status and status[0].strip() in (b"1", b"5"):
                        return
                    refused = refused or status == [b"3"]
        yield from _wait(1000)
    if refused:
        raise OSError("cellular: the network refuses this SIM; is its contract valid?")
    raise OSError(
        "cellular: no network in %d s; check antenna and coverage" % link.options["timeout"]
    )


def _note_signal(link):
    lines = yield from _ask(link.uart, b"AT+CSQ", 2000)
    link.signal = None
    for line in lines:
        if line[:5] == b"+CSQ:":
            level = line[5:].split(b",")[0].strip()
            if level.isdigit() and int(level) < 32:  # 99: not known
                link.signal = -113 + 2 * int(level)


def _dial(link):
    context = b'AT+CGDCONT=1,"IP","' + link.options["apn"].encode() + b'"'
    yield from _ask(link.uart, context, 5000)
    lines = yield from _ask(link.uart, b"ATD" + link.options["number"].encode(), _DIAL_MS)
    if not lines or lines[-1][:7] != b"CONNECT":
        raise OSError(
            "cellular: dialling ended with %s; check `apn`"
            % (str(lines[-1])[2:-1] if lines else "no answer")
        )


def _start_ppp(link):
    options = link.options
    ppp = link.ppp = network.PPP(link.uart)
    if options["user"] is None:
        ppp.connect()
    else:
        kind = ppp.SEC_PAP if options["security"] == "pap" else ppp.SEC_CHAP
        ppp.connect(security=kind, user=options["user"], key=options["password"])
    end = _after(_PPP_MS)
    while not ppp.isconnected():
        if ppp.status() == _AUTH_FAILED:
            raise OSError("cellular: the network refuses `user` or `password`")
        if ppp.status() < 0 or _is_over(end):
            raise OSError("cellular: no address came (PPP status %d); check `apn`" % ppp.status())
        yield


def _close(link):
    if link.ppp:
        link.ppp.disconnect()
        end = _after(_CLOSE_MS)
        while link.ppp.status() > 1 and not _is_over(end):
            yield
        link.ppp = None


def connect(link):
    """Dial; yields; OSError that says what to do."""
    if sys.implementation.name == "micropython" and sys.implementation.version[:2] < (1, 27):
        raise OSError("cellular: needs MicroPython 1.27 or newer: flash a newer one")
    if not hasattr(network, "PPP"):
        raise OSError("cellular: this MicroPython has no PPP: only an ESP32 has it")
    options = link.options
    yield from _close(link)
    if link.uart is None:
        tx, rx = machine.Pin(options["tx"]), machine.Pin(options["rx"])
        link.uart = machine.UART(options["uart"], options["baud"], tx=tx, rx=rx, rxbuf=2048)
    try:
        yield from _wake(link)
        link.started = True
        yield from _ask(link.uart, b"ATE0", 2000)  # no echo
        yield from _unlock(link)
        yield from _register(link)
        yield from _note_signal(link)
        yield from _dial(link)
        yield from _start_ppp(link)
    except (OSError, ValueError):
        yield from _close(link)
        raise
    link.network = options["apn"]


def switch_off(link):
    """Hang up, and switch the modem's supply off where a pin does it."""
    if link.ppp:
        link.ppp.disconnect()
    power = link.options["power"]
    if power is not None:
        try:
            machine.Pin(power, machine.Pin.OUT, value=0)
        except ValueError:
            return  # connect() says so
        link.ppp = None
        link.started = False
