# What HttpTransport is told of its requests, checked once.
# Headers that are set here, or harmful: a Referer would become the page's URL.
_RESERVED = "host content-type content-length transfer-encoding connection referer cookie".split()


def check(url: str, path, get: bool, headers: dict, timeout, roots, verify: bool) -> tuple:
    """Host, port, path, Host header, lines of other headers, two limits in ms, a Tls or None."""
    scheme, host, port, target = split_url(url, path, get)
    lines = header_lines(headers)
    if len(host) + len(target) + len(lines) > 1000:
        raise ValueError("url, headers: more than 1000 bytes")
    tls = None
    if scheme == "https":
        from .tls import Tls

        tls = Tls(host, roots, verify)
    to_connect, to_answer = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    limits = int(to_connect * 1000), int(to_answer * 1000)
    return (host, port, target, host_header(scheme, host, port), lines) + limits + (tls,)


def split_url(url: str, own_path: "str | None" = None, get: bool = False):
    """Scheme, host, port and path; ValueError for what has no place in a request line."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    path = own_path or "/" + path.lstrip("/")  # two slashes are asked for by nobody
    if get and path == "/com.snowplowanalytics.snowplow/tp2":
        path = "/i"  # of GET requests
    port = ""
    if host[-1:] != "]":  # not an IPv6 address alone
        head, colon, tail = host.rpartition(":")
        if colon:
            host, port = head, tail
    host = host[1:-1] if host[:1] == "[" else host
    if scheme not in ("http", "https") or not host or "@" in host or not (port or "80").isdigit():
        raise ValueError("url: expected one such as https://collector.example.com/path")
    for c in host + path:
        if not "!" <= c <= "~" or c in "?#" or path[0] != "/":
            raise ValueError("url, path: %r is not allowed in %r" % (c, path))
    return scheme, host, int(port or (443 if scheme == "https" else 80)), path.encode()


def host_header(scheme: str, host: str, port: int) -> bytes:
    """The value of the Host header."""
    if ":" in host:
        host = "[%s]" % host
    if port != (443 if scheme == "https" else 80):
        host += ":%d" % port
    return host.encode()


# A value may be a secret, so none is ever quoted.
def header_lines(headers: dict) -> bytes:
    """The header lines of a dict; ValueError for what may not be set."""
    found = b""
    for name in headers:
        value = headers[name]
        for c in name + value:
            if not " " <= c <= "~":
                raise ValueError("headers: %r has characters that no header may have" % name)
        if not name or " " in name or ":" in name or name.lower() in _RESERVED:
            raise ValueError("headers: %r is not one that can be set" % name)
        found += b"\r\n%s: %s" % (name.encode(), value.encode())
    return found
