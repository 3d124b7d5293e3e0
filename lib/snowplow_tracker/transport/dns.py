# Asks name servers for a host's IPv4 addresses, over UDP: getaddrinfo() blocks, without limit.
#
# Each second the next server is asked, until the limit is over. The first answer to the question
# counts; whatever else comes is ignored. The names in it are not looked at: an address that
# stands behind an alias is one of the host's.
import socket
from errno import ENOENT, ETIMEDOUT
from os import urandom

from .. import clock

_PORT = 53
_AGAIN_MS = 1000


# dns: the servers' addresses, or a function that gives them; "" and "0.0.0.0", as an interface
# without a name server has them, are ignored.
def resolve(host: str, dns, limit_ms: int):
    """A generator, as send(), of a list of addresses, or of `host` for getaddrinfo() to find."""
    servers = []
    if not (":" in host or host.replace(".", "").isdigit() or host[-6:] == ".local"):  # or mDNS
        for server in dns() if callable(dns) else dns:
            if server not in ("", "0.0.0.0"):
                servers.append(socket.getaddrinfo(server, _PORT)[0][-1])
    if not servers:
        return [host]
    query = urandom(2) + b"\1\0\0\1\0\0\0\0\0\0"
    for label in host.lower().rstrip(".").encode().split(b"."):
        if not 0 < len(label) < 64:
            raise OSError("not a name")
        query += bytes((len(label),)) + label
    query += b"\0\0\1\0\1"
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        start = clock.ms()
        asked = 0
        found = None
        while found is None:
            past = clock.ms() - start
            if past >= limit_ms:
                raise OSError(ETIMEDOUT, "no answer of a name server in %d ms" % limit_ms)
            try:
                if past >= asked * _AGAIN_MS:
                    asked += 1
                    sock.sendto(query, servers[(asked - 1) % len(servers)])
                reply, sender = sock.recvfrom(512)
                if sender in servers:
                    found = _answer(reply, query)
                    if not found and asked < len(servers):
                        found = None  # the others may know more
            except OSError:
                pass  # nothing has come yet, or there is no route to that server
            if found is None:
                yield 10
    finally:
        sock.close()
    if not found:
        raise OSError(ENOENT, "the name server knows no address")
    return found


def _answer(reply, query):
    # The addresses in a reply, up to where it is cut short; None if it is to another question.
    at = len(query)
    head = query[:2] + b"\0\1" + query[12:]
    if reply[:2] + reply[4:6] + reply[12:at].lower() != head or not reply[2] & 128:
        return None
    found = []
    try:
        for _ in range(0 if reply[3] & 15 else reply[6] << 8 | reply[7]):
            while 0 < reply[at] < 64:
                at += reply[at] + 1
            at += 2 if reply[at] else 1  # a pointer ends a name, too
            end = at + 10 + (reply[at + 8] << 8 | reply[at + 9])
            if reply[at : at + 4] == b"\0\1\0\1" and end == at + 14:
                found.append("%d.%d.%d.%d" % tuple(reply[end - 4 : end]))
            at = end
    except (IndexError, TypeError):  # its end
        pass
    return found
