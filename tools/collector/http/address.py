"""The addresses under which this collector can be reached, by this machine and by boards."""

import socket

from tools.collector.http.access import is_loopback

ALL_ADDRESSES = ("0.0.0.0", "::", "")
# An address for documentation. Nothing is sent: the system only tells which of its own addresses
# it would use.
_FOREIGN_ADDRESS = ("192.0.2.1", 9)


def reachable(host, port):
    """Return ``{"listens", "board", "loopback"}``.

    ``listens`` is the URL for this machine, ``board`` the one for a board on the network, or None
    where this machine has no network. ``loopback`` is whether the collector listens on loopback
    only: then ``board`` is the URL after a start with ``--host 0.0.0.0``.
    """
    machine = own_address() if host in ALL_ADDRESSES or is_loopback(host) else host
    return {
        "listens": url("127.0.0.1" if host in ALL_ADDRESSES else host, port),
        "board": machine and url(machine, port),
        "loopback": is_loopback(host),
    }


def url(host, port):
    """Return the URL of a host, which may be an IPv6 address, and a port."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_address():
    """Return this machine's address in its network, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FOREIGN_ADDRESS)
            found = probe.getsockname()[0]
        except OSError:
            return None
    return None if is_loopback(found) else found
