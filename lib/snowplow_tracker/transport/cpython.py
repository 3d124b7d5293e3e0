# CPython's sockets in MicroPython's manner: None where they would block.
from ssl import SSLError, SSLSocket, SSLWantReadError, SSLWantWriteError

_ANSWER = 1400  # bytes that are read at a time, as by a board: response.py counts what is read
_WAITS = 3  # of half a millisecond for an answer, before the caller is left to sleep


class Stream:
    def __init__(self, sock):
        self._sock = sock
        self._shaken = not isinstance(sock, SSLSocket)
        self._waits = 0

    # The first call tells what is there now, as whether the other side has closed. Those that
    # follow it poll for an answer, which from nearby comes within a millisecond.
    def readinto(self, buf):
        waits = 0 < self._waits <= _WAITS
        if waits:
            self._sock.settimeout(0.0005)
        try:
            n = self._try(self._sock.recv_into, memoryview(buf)[:_ANSWER])
        finally:
            if waits:
                self._sock.settimeout(0)
        self._waits = 0 if n is not None else self._waits + 1
        return n

    def write(self, buf):
        self._waits = 0
        return self._try(self._sock.send, buf)

    def close(self):
        self._sock.close()

    def _try(self, call, buf):
        try:
            if not self._shaken:
                self._sock.do_handshake()
                self._shaken = True
            return call(buf)
        except (BlockingIOError, SSLWantReadError, SSLWantWriteError):
            return None
        except TimeoutError as e:
            if e.errno:  # the network's, and not that of readinto()
                raise
            return None
        except SSLError as e:
            raise OSError(str(e))
