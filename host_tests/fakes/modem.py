"""A modem on a UART, as SIM800, SIM7600 and their like (3GPP 27.007, V.250), and network.PPP.

`network.PPP` is that of ports/esp32/network_ppp.c since 1.26 (pull request 17138): status 0
inactive, 1 active, 3 connecting, 4 connected, and the negative PPPERR_... of lwip/ppp.h after an
error: 7 authentication failed, 8 protocol. Nothing tells PPP that the modem has lost the network
(LCP_ECHOINTERVAL is 0): isconnected() stays true.
"""
import errno

import simulation

# A Configure-Request of LCP (RFC 1661 6, framed by RFC 1662), which each side may send first.
LCP = bytes.fromhex(
    "7eff7d23c0217d217d217d207d347d227d267d207d207d207d207d257d26283ae5c17d277d227d287d22c3867e"
)


class Modem:
    """Facts that tests set:

    sim: "ready", "pin", "puk" or None; its pin. tries: of the PIN that are left.
    register_ms: from boot to the network; None for never. registered: 1 at home, 5 abroad, 3
        refused.
    apn, user, key: what the network takes; user None: anybody. level: of AT+CSQ.
    hangs: "" or what ends it: "reset", "power", or "for good" for nothing.
    lcp_at_once: whether PPP's first frame comes in one piece with CONNECT.
    baud: at which it listens. key, reset, power: the pins wired to it, or None.
    """

    def __init__(self, key=None, reset=None, power=None, on=True):
        self.sim, self.pin, self.tries = "ready", "1234", 3
        self.register_ms, self.registered, self.level = 3000, 1, 17
        self.apn, self.user, self.password = "internet", None, None
        self.hangs = ""
        self.lcp_at_once = False
        self.baud = 115200
        self.heard = []
        self._key_down = None
        world = simulation.world
        self.on_at = world.now_ms - 60_000 if on else None
        self._in, self._out = b"", []  # [(ms, bytes)]
        self.in_data = self.context = False
        self._last_byte = self._plus = 0
        if power is not None:
            world.watchers[power] = self._power
        if key is not None:
            world.watchers[key] = self._key
        if reset is not None:
            world.watchers[reset] = self._reset
        self._needs_key = key is not None
        self._reset_down = None

    # --- pins ---------------------------------------------------------------------------------
    def _boot(self):
        self.on_at = simulation.world.now_ms
        self.in_data = self.context = False
        self._in, self._out = b"", []
        if self.sim == "ready" and self.pin is None:
            self.sim = "pin"

    def _power(self, level):
        if not level:
            self.on_at = None
        elif self.on_at is None:
            self.hangs = self.hangs if self.hangs == "for good" else ""
            if not self._needs_key:
                self._boot()

    def _key(self, level):  # low for a second starts it
        now = simulation.world.now_ms
        if level == 0:
            self._key_down = now
        elif self._key_down is not None and now - self._key_down >= 1000 and self.on_at is None:
            self._boot()

    def _reset(self, level):
        now = simulation.world.now_ms
        if level == 0:
            self._reset_down = now
        elif self._reset_down is not None and now - self._reset_down >= 300:
            if self.hangs == "reset":
                self.hangs = ""
            if self.on_at is not None:
                self._boot()

    # --- the line -----------------------------------------------------------------------------
    def _is_up(self):
        return self.on_at is not None and simulation.world.now_ms - self.on_at >= 5000

    def waiting(self, now):
        return sum([len(data) for at, data in self._out if at <= now])

    def take(self, n, line):
        now = simulation.world.now_ms
        data = b"".join([data for at, data in self._out if at <= now])
        late = [entry for entry in self._out if entry[0] > now]
        self._out = [(now, data[n:])] * bool(data[n:]) + late
        return data[:n]

    def _say(self, text, after_ms=60):
        self._out.append((simulation.world.now_ms + after_ms, b"\r\n" + text + b"\r\n"))

    def hear(self, data, line, now):
        quiet = now - self._last_byte
        self._last_byte = now
        if not self._is_up() or self.hangs or line[0] != self.baud:
            return
        if self.in_data:
            if data == b"+++" and quiet >= 1000:
                self.in_data = False
                self._say(b"OK", 1000)
            return
        self._in += data
        while b"\r" in self._in:
            command, _, self._in = self._in.partition(b"\r")
            self.heard.append(command.decode())
            self._do(command.strip().decode())

    def _is_registered(self):
        if self.sim != "ready" or self.register_ms is None:
            return False
        return simulation.world.now_ms - self.on_at >= self.register_ms

    def _do(self, command):
        if command == "AT+CPIN?":
            if self.sim is None:
                return self._say(b"+CME ERROR: 10")
            state = {"ready": "READY", "pin": "SIM PIN", "puk": "SIM PUK"}[self.sim]
            self._say(b"+CPIN: " + state.encode())
        elif command[:8] == "AT+CPIN=":
            if command[8:] != '"%s"' % self.pin:
                self.tries -= 1
                if not self.tries:
                    self.sim = "puk"
                return self._say(b"+CME ERROR: 16")
            self.sim, self.tries = "ready", 3
        elif command == "AT+CEREG?":
            return self._say(b"ERROR")  # a 2G modem
        elif command in ("AT+CGREG?", "AT+CREG?"):
            status = self.registered if self._is_registered() else 2
            self._say(b"+" + command[3:-1].encode() + b": 0,%d" % status)
        elif command == "AT+CSQ":
            self._say(b"+CSQ: %d,0" % self.level)
        elif command[:11] == "AT+CGDCONT=":
            self.context = command == 'AT+CGDCONT=1,"IP","%s"' % self.apn
        elif command[:3] == "ATD":
            if not (self._is_registered() and self.context and command == "ATD*99#"):
                return self._say(b"NO CARRIER", 2000)
            self.in_data = True
            self._say(b"CONNECT 115200", 400)
            if self.lcp_at_once:
                self._out.append((simulation.world.now_ms + 400, LCP))
            return None
        elif command not in ("AT", "ATE0", "ATH"):
            return self._say(b"ERROR")
        self._say(b"OK", 61)


class Ppp:
    SEC_NONE, SEC_PAP, SEC_CHAP = 0, 1, 2

    def __init__(self, stream):
        stream.irq  # noqa: B018
        stream.IRQ_RXIDLE  # noqa: B018
        self._stream = stream
        self._state = 0
        self._end = None  # (ms, state that follows)
        self._user = None

    def connect(self, *, security=0, user=None, key=None):
        if self.status() in (3, 4):
            raise OSError(errno.EALREADY)
        if security not in (0, 1, 2):
            raise ValueError("invalid auth")
        if security and not (isinstance(user, str) and isinstance(key, str)):
            raise TypeError("can't convert to str")
        modem = self._stream._device()
        self._state = 3
        now = simulation.world.now_ms
        simulation.world.log.append(("ppp", security, user))
        if not modem or not modem.in_data:
            self._end = (now + 30_000, -8)
        elif modem.user not in (None, user) or modem.password not in (None, key):
            self._end = (now + 2000, -7)
        else:
            self._end = (now + 1500, 4)

    def status(self):
        if self._end and simulation.world.now_ms >= self._end[0]:
            self._state = self._end[1]
            self._end = None
        return self._state

    def isconnected(self):
        return self.status() == 4

    # The other side confirms it; until then the state is what it was.
    def disconnect(self):
        if self.status() in (3, 4):
            self._end = (simulation.world.now_ms + 300, 0)
            modem = self._stream._device()
            if modem and modem.in_data:
                modem.in_data = False
                modem._say(b"NO CARRIER", 250)

    def ifconfig(self, *static):
        assert not static
        if self.status() < 1:
            return (None, None, None, None)
        name_server = simulation.world.name_server
        return ("10.64.1.2", "255.255.255.255", "10.64.64.64", name_server)
