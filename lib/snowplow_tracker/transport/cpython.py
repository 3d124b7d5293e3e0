# CPython's sockets in MicroPython's manner: None where they would block.
from ssl import SSLError, SSLSocket, SSLWantReadError, SSLWantWriteError


class Stream:
    def __init__(self, sock):
        self._sock = sock
        self._shaken = not isinstance(sock, SSLSocket)

    def readinto(self, buf):
        return self._try(self._sock.recv_into, buf)

    def write(self, buf):
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
