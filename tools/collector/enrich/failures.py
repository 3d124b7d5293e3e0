"""Why an event or a whole request is bad: the field, its value, and the rule that it breaks."""

from typing import Any, NamedTuple

MAX_FAILURES = 20  # that are listed for one event or one request
MAX_SHOWN = 200  # characters of a value from outside in a message


class Failure(NamedTuple):
    """One reason why an event or a whole request is bad.

    ``field`` is the protocol's name, with a path where that helps ("data[3].se_va", "co[0]/id").
    ``value`` is the text that breaks the rule, already cut short, or None where there is none.
    ``hint`` says what to change, or is None.
    """

    field: str
    value: Any
    rule: str
    hint: str | None = None

    def __str__(self):
        shown = "" if self.value is None else f'"{self.value}" '
        return f"{self.field}: {shown}{self.rule}"


class Rejected(Exception):
    """A request, or a part of an event, is bad; ``failures`` is a list of :class:`Failure`."""

    def __init__(self, failures):
        super().__init__(failures)
        self.failures = failures


def failure(field, value, rule, hint=None):
    """Return a :class:`Failure` of bounded length; ``value`` may be any JSON text or None."""
    if value is not None and len(value) > MAX_SHOWN:
        value = value[:MAX_SHOWN] + "…"
    return Failure(field[:MAX_SHOWN], value, rule, hint)
