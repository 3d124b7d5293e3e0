# How the last request ended, in a word, for a console, a display or an LED. The transports say it
# by the kind of result: an HTTP status, an OSError whose errno tells why there was no answer, or
# an OSError without an errno, for what came and was no answer.
from errno import EAGAIN, ECONNREFUSED, ECONNRESET, ENOENT, ETIMEDOUT


def outcome(result: "int | OSError | None") -> str:
    """none, success, http_error, timeout, no_connection or bad_response."""
    if result is None:
        return "none"
    if isinstance(result, int):
        return "success" if 200 <= result < 300 else "http_error"
    if _code(result) in (ETIMEDOUT, EAGAIN):  # sockets with a timeout raise the latter
        return "timeout"
    return "no_connection" if _code(result) else "bad_response"


def reached(result: "int | OSError | None") -> bool:
    """Whether something came from the network: an answer, a refusal, or a name's absence."""
    if isinstance(result, int):
        return True
    return _code(result) in (0, ECONNREFUSED, ECONNRESET, ENOENT)


def _code(error):
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) and code > 0 else 0
