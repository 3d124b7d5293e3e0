# Self-describing JSON: an event or an entity is a pair (schema, data), which is also what a
# SelfDescribingJson unpacks to. json.dumps never raises on a board and writes invalid JSON for
# what it does not know, so everything is checked before.
from .record import dumps, utf8

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def unstruct(tracker, pair) -> "tuple[dict, str]":
    """The event's pairs (a dict), and its schema."""
    pairs = {"e": "ue"}
    wrapped = (
        '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",'
        '"data":' + pair_json("event_json", pair, tracker.json_encoder) + "}"
    )
    _put(tracker, pairs, "ue_pr", "ue_px", wrapped)
    schema, _ = pair
    return pairs, schema


# The caller's entities are checked before a plugin sees the event, and so before a session
# counts it.
def attach(
    tracker, eid: bytes, pairs: dict, schema: "str | None", context, flags: int
) -> "int | None":
    """Put the caller's and the plugins' entities into `pairs`; -> the event's flags, or None."""
    try:
        context = list(context or ())
    except TypeError:
        raise ValueError("context: expected a list of entities")
    entities = [pair_json("context", pair, tracker.json_encoder) for pair in context]
    eid = str(eid, "ascii")
    before = dict(pairs) if tracker.plugins else pairs
    anonymous = bool(tracker.anonymous)
    for plugin in tracker.plugins:
        # A session is either anonymous or not, so that no event joins others to a user.
        if getattr(plugin, "anonymous", anonymous) != anonymous:
            plugin.set_anonymous(anonymous)
        if plugin(eid, pairs, schema, entities) is False:
            return None
    if before != pairs:
        from .pairs import check_changes

        check_changes(before, pairs)
    if anonymous:
        flags |= tracker.anonymous(pairs, entities)
    if entities:
        for i, entity in enumerate(entities):
            if not isinstance(entity, str):
                entities[i] = pair_json("entity", entity)
        wrapped = (
            '{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1",'
            '"data":[' + ",".join(entities) + "]}"
        )
        _put(tracker, pairs, "co", "cx", wrapped)
    return flags


def _put(tracker, pairs, plain, encoded, json):
    if tracker.encode_base64:
        pairs[encoded] = base64(utf8(json)).decode()
    else:
        pairs[plain] = json


def base64(data: bytes) -> bytes:
    """URL-safe and without padding, which every decoder of the pipeline takes."""
    from binascii import b2a_base64

    return b2a_base64(data).rstrip(b"=\n").replace(b"+", b"-").replace(b"/", b"_")


def pair_json(name: str, pair, encoder=None) -> str:
    """The JSON of an event or entity; ValueError if it is none."""
    try:
        schema, data = pair
    except (TypeError, ValueError):
        raise ValueError("%s: expected SelfDescribingJson or (schema, data)" % name)
    check_schema(name, schema)
    if encoder:
        from .official.json_encoder import plain

        data = plain(data, encoder)
    check_json(name, data)
    try:
        return '{"schema":"%s","data":%s}' % (schema, dumps(data))
    except RuntimeError:  # the JSON encoder recurses, and the caller is deep already
        raise ValueError("%s: nested deeper than this board's stack allows" % name)


def check_schema(name: str, schema) -> None:
    """Refuse what is not an Iglu URI."""
    try:
        scheme, rest = schema.split(":")
        vendor, event, jsonschema, version = rest.split("/")
        model, revision, addition = version.split("-")
    except (AttributeError, TypeError, ValueError):
        scheme = vendor = event = jsonschema = model = revision = addition = ""
    good = scheme == "iglu" and consists(vendor, _NAME + ".")
    good = good and consists(event, _NAME) and consists(jsonschema, _NAME)
    for part in (model, revision, addition):
        good = good and consists(part, "0123456789") and (part[0] != "0" or part == "0")
    if not good or model == "0":
        raise ValueError(
            "%s: expected a schema such as iglu:com.acme/reading/jsonschema/1-0-0, got %r"
            % (name, schema)
        )


def check_json(name: str, data) -> None:
    """Refuse what has no JSON form, without recursion: a board's stack is short."""
    todo = [(data, 1)]
    while todo:
        value, depth = todo.pop()
        # Enrich reads at most 40 levels; the wrappers are three of them at the deepest.
        if depth > 37:
            raise ValueError("%s: nested deeper than 37 levels" % name)
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise ValueError("%s: the key %r is not a str" % (name, key))
                todo.append((value[key], depth + 1))
        elif isinstance(value, (list, tuple)):
            for item in value:
                todo.append((item, depth + 1))
        elif isinstance(value, float):
            if value * 0 != 0:  # nan and the infinities
                raise ValueError("%s: %s has no JSON form" % (name, value))
        elif value is not None and not isinstance(value, (str, int, bool)):
            raise ValueError("%s: %s has no JSON form" % (name, type(value).__name__))


def consists(value: str, alphabet: str) -> bool:
    for c in value:
        if c not in alphabet:
            return False
    return bool(value)
