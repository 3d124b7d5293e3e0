"""The addresses under which this collector can be reached, by this machine and by boards."""

import socket

from tools.collector.http.access import is_loopback

_EVERYWHERE = ("0.0.0.0", "::", "")
# An address for documentation: nothing is sent, the system only says how it would get there.
_ELSEWHERE = ("192.0.2.1", 9)


def reachable(host, port):
    """Return ``{"listens", "board"}``: URLs for this machine, and for a board on the network.

    ``board`` is None where the machine has no network. Where the collector listens on loopback
    alone, it is the address that a board would use if it listened wider.
    """
    machine = own() if host in _EVERYWHERE or is_loopback(host) else host
    return {
        "listens": url("127.0.0.1" if host in _EVERYWHERE else host, port),
        "board": machine and url(machine, port),
        "loopback": is_loopback(host),
    }


def url(host, port):
    """Return the URL of a host, which may be an IPv6 address, and a port."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own():
    """Return this machine's address in its network, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            found = probe.getsockname()[0]
        except OSError:
            return None
    return None if is_loopback(found) else found
