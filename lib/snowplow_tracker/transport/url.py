# What HttpTransport is told of its requests, checked once.
# Set here, or harmful: a Referer would become the page's URL.
_OWN = "host content-type content-length transfer-encoding connection referer cookie".split()


def split(url, own_path=None):
    """Scheme, host, port and path; ValueError for what has no place in a request line."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    path = own_path or slash + path
    port = ""
    if host[-1:] != "]":  # not an IPv6 address alone
        head, colon, tail = host.rpartition(":")
        if colon:
            host, port = head, tail
    host = host[1:-1] if host[:1] == "[" else host
    if scheme not in ("http", "https") or not host or "@" in host or not (port or "80").isdigit():
        raise ValueError("url: expected one such as https://collector.example.com/path")
    for c in host + path:
        if not "!" <= c <= "~" or c in "?#" or path[:1] not in ("", "/"):
            raise ValueError("url, path: %r is not allowed in %r" % (c, path))
    return scheme, host, int(port or (443 if scheme == "https" else 80)), path.encode()


# A value may be a secret, so none is ever quoted.
def lines(headers):
    """Header lines of a dict; ValueError for what may not be set."""
    found = b""
    for name in headers:
        value = headers[name]
        for c in name + value:
            if not " " <= c <= "~":
                raise ValueError("headers: %r has characters that no header may have" % name)
        if not name or " " in name or ":" in name or name.lower() in _OWN:
            raise ValueError("headers: %r is not one that can be set" % name)
        found += b"\r\n%s: %s" % (name.encode(), value.encode())
    return found
