# Finds the collector's addresses and connects to one of them, for an HttpTransport.
import errno

from . import http  # its `socket`, since tests replace it there

_NAME_SERVER = (errno.ETIMEDOUT, errno.ENOENT)  # how dns.py fails
_CONNECTING = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)
_IS_CONNECTED = (106, 127, 56)  # EISCONN of Linux and lwIP, newlib, BSD


def resolve(transport):
    """A generator that returns the host's (family, address) pairs; OSError without any."""
    host = transport.host
    try:
        hosts = (host,)
        if transport.dns:
            from .dns import resolve

            hosts = yield from resolve(host, transport.dns, transport.connect_ms)
        found = []
        for name in hosts:
            found += http.socket.getaddrinfo(name, transport.port, 0, http.socket.SOCK_STREAM)
        return [(info[0], info[-1]) for info in found]
    except OSError as e:
        code = e.errno if e.errno in _NAME_SERVER else errno.EHOSTUNREACH
        raise OSError(code, "no address for %s: %s" % (host, http.message(e)))


def connect(transport, sock, address):
    """A generator that ends when the socket is connected, or OSError."""
    sock.setblocking(False)
    try:
        sock.setsockopt(6, 1, 1)  # TCP_NODELAY: the last piece is not to wait for an ACK
    except OSError:
        pass
    if not _is_connected((sock, address)):
        yield from transport.wait_for(_is_connected, (sock, address), "connection")


def _is_connected(pair):
    # True, or None while it is under way. To call connect() again is the one way to learn of
    # a success on every port. Of a failure it may say nothing: on a Pico W it says EBADF
    # after a refusal, and EALREADY for ever if the other side has closed the connection
    # already; on an ESP32 ENOTCONN. There recv() tells.
    sock, address = pair
    try:
        sock.connect(address)
        return True
    except OSError as e:
        code = e.errno
        if code in _IS_CONNECTED:
            return True
        if code not in _CONNECTING and code not in (errno.EBADF, errno.ENOTCONN):
            raise
    try:
        sock.recv(1)
    except OSError as e:
        if code in _CONNECTING and e.errno in (errno.EAGAIN, errno.ENOTCONN):
            return None
        raise
    raise OSError(errno.ECONNRESET, "closed as soon as it was open")
