# How the last send ended, in a word; for a program that shows it on a display or an LED.
from errno import ETIMEDOUT

_NO_LINK = ("offline", "no address")


def outcome(last):
    """none, success, http_error, timeout, no_connection, bad_response or refused_argument."""
    if last is None:
        return "none"
    if isinstance(last, int):
        return "success" if 200 <= last < 300 else "http_error"
    if isinstance(last, OSError):
        code = last.args[0] if last.args else None
        # 11 is EAGAIN, which a socket with a timeout raises on some ports.
        if code in (ETIMEDOUT, 11) or type(last).__name__ in ("TimeoutError", "timeout"):
            return "timeout"
        # The transports' own words: "no answer in 10000 ms", "c:443: [Errno 111] ECONNREFUSED".
        text = str(last)
        if text.endswith(" ms"):
            return "timeout"
        if isinstance(code, int) or "Errno" in text or text.startswith(_NO_LINK):
            return "no_connection"
        return "bad_response"
    return "refused_argument"
