# Improv Wi-Fi over the console, as improv-wifi.com/serial specifies it (version 1), so that a web
# page can give a board its Wi-Fi over USB. What it brings goes to a Provisioning (provision.py).
#
#   IMPROV, version, type, length, data, checksum (the sum of all bytes before it)
#
# A packet to the board has the type 3, which is Ctrl-C: so while this listens, MicroPython's own
# Ctrl-C is off, and one outside of a packet is raised here, as mpremote and people need it.
#
# Improv knows no collector. If the config has none yet, the network is joined and the answer has
# the URL of the portal's form, with the token that opens it.
import select
import sys
import time

import micropython
from snowplow_tracker import __version__

_HEADER = b"IMPROV\x01"
_STATE, _ERROR, _COMMAND, _RESULT = 1, 2, 3, 4
_WIFI, _GET_STATE, _INFO, _SCAN = 1, 2, 3, 4
_STATES = {"ready": 2, "trying": 3, "joined": 4, "kept": 4}
_NONE, _INVALID, _UNKNOWN, _UNABLE, _OTHER = 0, 1, 2, 3, 255
_GAP_MS = 1000  # a packet whose bytes come slower is none


def packet(kind, data):
    """A packet of this type, as bytes."""
    made = _HEADER + bytes((kind, len(data))) + data
    return made + bytes((sum(made) & 255,))


def result(command, texts):
    """The data of an answer to a command."""
    data = b""
    for text in texts:
        text = text.encode()
        data += bytes((len(text),)) + text
    return bytes((command, len(data))) + data


def wifi(data):
    """(ssid, password) of the data of a command; ValueError if it is malformed."""
    texts = []
    for _ in range(2):
        if not data or data[0] >= len(data):
            raise ValueError("too short")
        texts.append(data[1 : 1 + data[0]].decode())
        data = data[1 + data[0] :]
    if data:
        raise ValueError("too long")
    return texts


class Improv:
    def __init__(self, provisioning):
        self._with = provisioning
        self._state = "ready"  # the last one that was told
        self._asked = False  # whether the network that is tried came from here
        self._heard = False
        self.told = False  # whether somebody was told that the config is kept
        self._packet = b""
        self._at = time.ticks_ms()  # when its last byte came
        self._in = sys.stdin.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        micropython.kbd_intr(-1)

    def close(self):
        """Give Ctrl-C back to MicroPython."""
        micropython.kbd_intr(3)

    def step(self):
        """Take in what has come, and tell what has changed; it does not wait."""
        while self._in and self._poll.poll(0):
            byte = self._in.read(1)
            if not byte:
                self._in = None  # the other end is closed
                return
            self._take(byte)
        state = self._with.state
        if self._heard and state != self._state:
            self._state = state
            if state == "ready":
                self._send(_ERROR, bytes((_UNABLE,)))
            self._tell_state()
            if self._asked and state != "trying":
                self._asked = False
                if state != "ready":
                    self._send(_RESULT, result(_WIFI, self._urls()))
                    self.told = state == "kept"

    def _take(self, byte):
        now = time.ticks_ms()
        if self._packet and time.ticks_diff(now, self._at) > _GAP_MS:
            self._packet = b""
        self._at = now
        place = len(self._packet)
        if place < len(_HEADER) and byte[0] != _HEADER[place]:
            self._packet = b""
            if byte == b"\x03":
                raise KeyboardInterrupt
            if byte[0] != _HEADER[0]:
                return
        self._packet += byte
        if len(self._packet) > 8 and len(self._packet) == 10 + self._packet[8]:
            whole = self._packet
            self._packet = b""
            self._heard = True
            if whole[-1] != sum(whole[:-1]) & 255:
                self._send(_ERROR, bytes((_INVALID,)))
            elif whole[7] == _COMMAND:
                self._do(whole[9:-1])

    def _do(self, data):
        if len(data) < 2 or data[1] != len(data) - 2:
            self._send(_ERROR, bytes((_INVALID,)))
            return
        command = data[0]
        if not 0 < command < 5:
            self._send(_ERROR, bytes((_UNKNOWN,)))
            return
        self._send(_ERROR, bytes((_NONE,)))
        if command == _GET_STATE:
            self._tell_state()
            if _STATES[self._with.state] == 4:
                self._send(_RESULT, result(command, self._urls()))
        elif command == _INFO:
            board = self._with.board
            name = self._with.shown.get("name") or self._with.point.name
            # An answer has 255 bytes, and a character four at most.
            texts = ("snowplow-micropython", __version__, board.model[:60], name[:32])
            self._send(_RESULT, result(command, texts))
        elif command == _SCAN:
            self._with.scan()
            for name, signal, locked in self._with.networks:
                texts = (name, str(signal), "YES" if locked else "NO")
                self._send(_RESULT, result(command, texts))
            self._send(_RESULT, result(command, ()))
        else:
            self._try(data[2:])

    def _try(self, data):
        try:
            ssid, password = wifi(data)
        except ValueError:  # also what is not UTF-8
            self._send(_ERROR, bytes((_INVALID,)))
            return
        if not self._with.submit({"ssid": ssid, "password": password}):
            self._send(_ERROR, bytes((_OTHER,)))
            return
        self._asked = True
        self._tell_state()

    def _urls(self):
        if self._with.state != "joined":
            return ()
        return ("http://%s/?%s" % (self._with.joined_address(), self._with.token),)

    def _tell_state(self):
        self._state = self._with.state
        self._send(_STATE, bytes((_STATES[self._state],)))

    def _send(self, kind, data):
        # A client reads line by line, so a packet begins a line and ends it.
        sys.stdout.buffer.write(packet(kind, data) + b"\n")
