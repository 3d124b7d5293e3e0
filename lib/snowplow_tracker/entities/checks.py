# Checks for events and entities of many fields.
from ..arguments import fill, names
from ..record import dumps, utf8
from ..self_describing import sealed
from ..validators import integer


def within(low: int, high: int):
    """A check for an int within the limits."""
    return lambda name, value: integer(name, value, low, high)


def flag(name: str, value) -> bool:
    """`value` if it is True or False."""
    if not isinstance(value, bool):
        raise ValueError("%s: expected True or False, got %r" % (name, value))
    return value


def checked(kind: str, table: tuple, fields: dict) -> dict:
    """The data that a dict of arguments makes; ValueError names `kind` and what is wrong in it."""
    if not isinstance(fields, dict):
        raise ValueError("%s: expected a dict of its fields, got %r" % (kind, fields))
    known = names(table)
    for name in fields:
        if name not in known:
            raise ValueError("%s: %r is none of its fields %s" % (kind, name, " ".join(known)))
    try:
        data = fill({}, table, fields.get)
        utf8(dumps(data))
        return data
    except ValueError as e:
        raise ValueError("%s: %s" % (kind, e))


# For what is kept, or has to be right before something else is done: a tracker checks it too.
def entity_list(tracker, context) -> list:
    """The entities of a call as a list; ValueError if they are none."""
    try:
        pairs = list(context or ())
    except TypeError:
        raise ValueError("context: expected a list of entities")
    for pair in pairs:
        sealed("context", pair, tracker.json_encoder)
    return pairs
