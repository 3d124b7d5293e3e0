# CPython's sockets in MicroPython's manner: None where they would block.
from select import select
from ssl import SSLError, SSLSocket, SSLWantReadError, SSLWantWriteError

_WAITS = 3  # of half a millisecond for an answer, before the caller is left to sleep


class Stream:
    def __init__(self, sock):
        self._sock = sock
        self._shaken = not isinstance(sock, SSLSocket)
        self._waits = 0

    # The first call tells what is there now, as whether the other side has closed. Those that
    # follow it poll for an answer, which from nearby comes within a millisecond.
    def readinto(self, buf):
        n = self._try(self._sock.recv_into, buf)
        if n is None and self._waits:
            if self._waits < _WAITS + 1 and self._has_come():
                n = self._try(self._sock.recv_into, buf)
        self._waits = 0 if n is not None else self._waits + 1
        return n

    def _has_come(self):
        return select((self._sock,), (), (), 0.0005)[0]  # type: ignore[arg-type]

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
        except SSLError as e:
            raise OSError(str(e))
