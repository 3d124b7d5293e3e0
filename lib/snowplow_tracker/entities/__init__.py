# One file an entity: a module with its SCHEMA and a function of the module's name, which
# returns (SCHEMA, data) and raises ValueError for what the schema would reject. The table in
# it lists its arguments (arguments.py); what is None is left out.
#
#   from snowplow_tracker.entities.gdpr import gdpr
#   tracker.track_struct_event("door", "open", context=[gdpr("contract")])
from ..arguments import fill, names
from ..record import dumps, utf8
from ..self_describing import pair_json
from ..tracker import number


def finite(name: str, value) -> float:
    """`value`, if it is a number that JSON has."""
    number(name, value)
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
        utf8(pair_json("context", pair, tracker.json_encoder))
    return pairs
