# The query of a GET request: percent-encoded UTF-8, sorted by key, the entities last, so that
# what cuts a long address cuts them first.
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
_HEX = b"0123456789ABCDEF"


def encode(pairs: dict) -> str:
    """A dict of str to str as key=value&key=value, the value percent-encoded."""
    keys = sorted([key for key in pairs if key not in ("co", "cx")])
    keys += [key for key in ("co", "cx") if key in pairs]
    return "&".join([key + "=" + quote(pairs[key]) for key in keys])


def quote(text: str) -> str:
    """Percent-encode all but letters, digits and -_.~"""
    out = bytearray()
    for byte in text.encode():
        if byte in _PLAIN:
            out.append(byte)
        else:
            out.append(37)  # %
            out.append(_HEX[byte >> 4])
            out.append(_HEX[byte & 15])
    return str(out, "ascii")
