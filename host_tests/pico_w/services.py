"""Name service and NTP on loopback, for a guest whose network ends at this machine."""

import socket
import struct
import threading
import time

GATEWAY = (10, 0, 0, 1)  # the emulator's side of the guest's network; its NAT leads here
NTP_EPOCH = 2208988800  # seconds from 1900 to 1970


def dns_answer(query, address=GATEWAY):
    """Answer a query for an A record with `address`, whatever the name; None if it is none."""
    if len(query) < 17 or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None
    end = query.index(b"\0", 12) + 5  # name, its end, type, class
    if query[end - 4 : end] != b"\0\1\0\1":
        return query[:2] + b"\x81\x80" + query[4:6] + bytes(6) + query[12:end]
    head = query[:2] + b"\x81\x80" + b"\0\1\0\1" + bytes(4)
    record = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 60, 4) + bytes(address)
    return head + query[12:end] + record


def ntp_answer(query, now=None):
    """A primary server's answer with the time in whole seconds."""
    if len(query) != 48:
        return None
    seconds = int((time.time() if now is None else now) + NTP_EPOCH)
    stamp = struct.pack(">II", seconds & 0xFFFFFFFF, 0)
    return b"\x24\x01" + bytes(22) + query[40:48] + stamp * 2


class Service:
    """A UDP server on 127.0.0.1 in a thread; `port` is where, `asked` how often."""

    def __init__(self, answer):
        self.asked = 0
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._closing:
            try:
                query, sender = self._socket.recvfrom(512)
            except TimeoutError:
                continue
            answer = self._answer(query)
            if answer:
                self.asked += 1
                self._socket.sendto(answer, sender)

    def close(self):
        """End it."""
        self._closing = True
        self._thread.join()
        self._socket.close()
