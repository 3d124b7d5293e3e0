"""The NTP server of the simulated world, and `socket` as who asks it sees it.

`World.ntp` says what each query gets, in order; the last entry repeats. "true" is the true time, a
number the first moment of that year, an exception no answer at all, and a name of WRONG an answer
that RFC 4330, section 5, refuses. The answer takes 40 ms each way."""
import socket as _socket
import struct

import simulation

NTP_EPOCH = 2208988800  # seconds from 1900 to 1970
# What is written where over a right answer.
WRONG = {
    # As ntpd sends it: with its client's own time, which is random here, in all places.
    "kod": ((0, b"\xe4\0"), (12, b"RATE"), (32, None), (40, None)),
    # The time of 0 that ntptime takes for 2036 (micropython-lib #604).
    "kod_without_time": ((1, b"\0"), (12, b"DENY"), (32, bytes(16))),
    "kod_with_time": ((1, b"\0"), (12, b"RSTR")),
    "not_synchronised": ((0, b"\xe4"),),
    "stratum_16": ((1, b"\x10"),),
    "stratum_255": ((1, b"\xff"),),
    "client": ((0, b"\x23"),),
    "broadcast": ((0, b"\x25"),),
    "version_1": ((0, b"\x0c"),),
    "version_5": ((0, b"\x2c"),),
    "root_delay": ((4, b"\0\1\0\0"),),
    "negative_root_delay": ((4, b"\xff\xff\xff\xff"),),
    "root_dispersion": ((8, b"\0\1\0\0"),),
    "no_time": ((40, bytes(8)),),
    "of_another_question": ((24, b"12345678"),),
    "without_origin": ((24, bytes(8)),),
    "short": (),
    "empty": (),
}


def stamp(unix_ms):
    """A time as NTP writes it; its seconds begin anew in 2036."""
    return struct.pack(
        ">II", (unix_ms // 1000 + NTP_EPOCH) & 0xFFFFFFFF, (unix_ms % 1000 << 32) // 1000
    )


def reply(query, unix_ms, how="true"):
    """The answer of a server whose clock shows unix_ms, or of one that does as WRONG says."""
    if not isinstance(how, str):
        days = (how - 1970) * 365 + (how - 1969) // 4 - (how - 1901) // 100 + (how - 1601) // 400
        unix_ms = days * 86400000
    # A primary server: root delay 2 ms, root dispersion 20 ms; times of setting, origin, receipt
    # and sending.
    version = query[0] >> 3 & 7
    head = struct.pack(">BBbbII4s", version << 3 | 4, 1, 6, -20, 131, 1311, b"GPS\0")
    time = stamp(unix_ms)
    found = bytearray(head + stamp(unix_ms - 16000) + query[40:48] + time + time)
    for at, wrong in WRONG.get(how, ()):
        wrong = query[40:48] if wrong is None else wrong
        found[at : at + len(wrong)] = wrong
    return bytes(found[: {"short": 47, "empty": 0}.get(how, 48)])


class Datagrams:
    """A UDP socket: at port 123 answers the world's NTP server, and elsewhere who is there."""

    def __init__(self):
        self._replies = []
        self._real = None

    def setblocking(self, on):
        assert not on

    def sendto(self, data, address):
        if not isinstance(address, tuple) or address[1] != 123:
            if self._real is None:
                self._real = _Real(_socket.AF_INET, _socket.SOCK_DGRAM)
                self._real.setblocking(False)
            return self._real.sendto(data, address)
        world = simulation.world
        world.log.append(("ntp", address[0]))
        assert len(data) == 48 and data[0] == 0x23 and any(data[40:])
        how = simulation.next_of(world.ntp)
        if not isinstance(how, Exception):
            answer = reply(data, world.true_ms + 40, how)
            self._replies.append((world.now_ms + 80, answer, address))
        return len(data)

    def recvfrom(self, size):
        if self._real is not None:
            return self._real.recvfrom(size)
        if self._replies and self._replies[0][0] <= simulation.world.now_ms:
            return self._replies.pop(0)[1:]
        raise OSError(11)  # EAGAIN

    def close(self):
        if self._real is not None:
            self._real.close()


_Real = _socket.socket


def getaddrinfo(host, port, *rest):
    """NTP's server has any name."""
    if port == 123:
        return [(2, 2, 0, "", (host, port))]
    return _real_getaddrinfo(host, port, *rest)


_real_getaddrinfo = _socket.getaddrinfo


class Module:
    """The module `socket`, where no module can be changed: on the VM."""

    getaddrinfo = staticmethod(getaddrinfo)

    def __getattr__(self, name):
        return getattr(_socket, name)

    def socket(self, family=_socket.AF_INET, kind=_socket.SOCK_STREAM, *rest):
        return Datagrams() if kind == _socket.SOCK_DGRAM else _Real(family, kind, *rest)
