# How the last request ended, in a word, for a console, a display or an LED. A transport tells it
# by its result: an HTTP status, or an OSError whose errno says why there was no answer, as
# transport/__init__.py states it. The words of an OSError are for people.
from errno import EACCES, EAGAIN, ECONNREFUSED, ECONNRESET, ENOENT, ETIMEDOUT


def outcome(result: "int | Exception | None") -> str:
    """none, success, http_error, timeout, no_connection or bad_response."""
    if result is None:
        return "none"
    if isinstance(result, int):
        return "success" if 200 <= result < 300 else "http_error"
    code = _code(result)
    if code in (ETIMEDOUT, EAGAIN):  # sockets with a timeout raise the latter
        return "timeout"
    return "no_connection" if code not in (0, EACCES) else "bad_response"


# A web page is none of these, nor is a redirect: they come from a network that lets nothing
# through before a login, and it may be another network that helps.
def reached(result: "int | Exception | None") -> bool:
    """Whether the network let the request through: an answer, a refusal, or a name's absence."""
    if isinstance(result, int):
        return not 300 <= result < 400
    return _code(result) in (0, ECONNREFUSED, ECONNRESET, ENOENT)


def _code(error):
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) and code > 0 else 0
