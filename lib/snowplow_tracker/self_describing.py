# Self-describing JSON: an event or an entity is a pair (schema, data), which is also all that
# SelfDescribingJson is. json.dumps never raises on a board and writes invalid JSON for what
# it does not know, so everything is checked before.
from collections import namedtuple

from .record import dumps

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
# Enrich reads at most 40 levels; the wrappers are three of them at the deepest.
_MAX_DEPTH = 37

SelfDescribingJson = namedtuple("SelfDescribingJson", ("schema", "data"))


def unstruct_event(pair):
    return (
        '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",'
        '"data":' + _dumps("event_json", pair) + "}"
    )


def contexts(pairs):
    return (
        '{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1",'
        '"data":[' + ",".join([_dumps("context", pair) for pair in pairs]) + "]}"
    )


def _dumps(name, pair):
    try:
        schema, data = pair
    except (TypeError, ValueError):
        raise ValueError("%s: expected SelfDescribingJson or (schema, data)" % name)
    check_schema(name, schema)
    check_json(name, data)
    return '{"schema":"%s","data":%s}' % (schema, dumps(data))


def check_schema(name, schema):
    """Refuse what is not an Iglu URI."""
    try:
        scheme, rest = schema.split(":")
        vendor, event, jsonschema, version = rest.split("/")
        model, revision, addition = version.split("-")
    except (AttributeError, TypeError, ValueError):
        scheme = vendor = event = jsonschema = model = revision = addition = ""
    good = scheme == "iglu" and _consists(vendor, _NAME + ".")
    good = good and _consists(event, _NAME) and _consists(jsonschema, _NAME)
    for part in (model, revision, addition):
        good = good and _consists(part, "0123456789")
    if not good:
        raise ValueError(
            "%s: expected a schema such as iglu:com.acme/reading/jsonschema/1-0-0, got %r"
            % (name, schema)
        )


def check_json(name, data):
    """Refuse what has no JSON form, without recursion: a board's stack is short."""
    todo = [(data, 1)]
    while todo:
        value, depth = todo.pop()
        if depth > _MAX_DEPTH:
            raise ValueError("%s: nested deeper than %d levels" % (name, _MAX_DEPTH))
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise ValueError("%s: the key %r is not a str" % (name, key))
                todo.append((value[key], depth + 1))
        elif isinstance(value, (list, tuple)):
            for item in value:
                todo.append((item, depth + 1))
        elif isinstance(value, float):
            if value - value != 0:  # nan and the infinities
                raise ValueError("%s: %s has no JSON form" % (name, value))
        elif value is not None and not isinstance(value, (str, int, bool)):
            raise ValueError("%s: %s has no JSON form" % (name, type(value).__name__))


def _consists(value, alphabet):
    for c in value:
        if c not in alphabet:
            return False
    return bool(value)
