# Self-describing JSON: an event or an entity is a pair (schema, data), which is also what a
# SelfDescribingJson unpacks to. json.dumps never raises on a board and writes invalid JSON for
# what it does not know, so everything is checked before.
#
# In a record the JSON of event and entities lies in strings, so it is escaped there. An entity
# that is checked and escaped already, by sealed(), is bytes: it costs an event only its copy.
from .record import dumps, seal, utf8

_EVENT = (
    '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",'
    '"data":{"schema":"'
)
_CO = (
    b',"co":"{\\"schema\\":\\"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1\\",'
    b'\\"data\\":['
)
_ATOMS = (str, int, bool, type(None))
_BOXES = (dict, list, tuple)

_good: dict = {}  # the schemas that were checked last


def unstruct(tracker, pair) -> "tuple[dict, str, str | None]":
    """The event's pairs (a dict), its schema, and its `ue_pr`."""
    json = pair_json("event_json", pair, tracker.json_encoder, _EVENT, "}}")
    schema, _ = pair
    if tracker.encode_base64:
        return {"e": "ue", "ue_px": base64(utf8(json)).decode()}, schema, None
    return {"e": "ue", "ue_pr": json}, schema, json


# The caller's entities are checked before a plugin sees the event, and so before a session
# counts it. `ue_pr` is that of unstruct(), or None. It is escaped() if it is still there: what a
# plugin put in its place may be no JSON.
def attach(
    tracker, eid: bytes, pairs: dict, schema: "str | None", context, flags: int, ue_pr
) -> "tuple[int, bytes | None]":
    """Add the caller's and the plugins' entities; -> the event's flags, and its sealed JSON."""
    entities = []
    if context:
        try:
            context = list(context)
        except TypeError:
            raise ValueError("context: expected a list of entities")
        entities = [sealed("context", pair, tracker.json_encoder) for pair in context]
    anonymous = bool(tracker.anonymous)
    if tracker.plugins:
        before = dict(pairs)
        name = eid.decode()
        for plugin in tracker.plugins:
            # A session is either anonymous or not, so that no event joins others to a user.
            if getattr(plugin, "anonymous", anonymous) != anonymous:
                plugin.set_anonymous(anonymous)
            if plugin(name, pairs, schema, entities) is False:
                return flags, None
        if before != pairs:
            from .pairs import check_changes

            check_changes(before, pairs)
    if anonymous:
        flags |= tracker.anonymous(pairs, entities)
    start = made = b""
    if ue_pr and pairs.get("ue_pr") is ue_pr:
        start = b'","ue_pr":"'
        made = escaped(ue_pr)  # type: ignore[arg-type]
        del pairs["ue_pr"]
    contexts = co = end = b""
    if entities:
        for i, entity in enumerate(entities):
            if not isinstance(entity, bytes):
                entities[i] = sealed("entity", entity)
        co = b",".join(entities)
        if tracker.encode_base64:
            pairs["cx"] = base64(unescaped(_CO[7:] + co + b"]}")).decode()
            co = b""
        else:
            pairs.pop("co", None)
            contexts = _CO
            end = b']}"'
    rest = seal(pairs)
    return flags, b"".join((tracker._head, eid, start, made, b'",', rest, contexts, co, end))


def sealed(name: str, pair, encoder=None) -> bytes:
    """An event or entity as it lies in a record; ValueError if it is none."""
    return escaped(pair_json(name, pair, encoder))


# For JSON, which has no control characters.
def escaped(json: str) -> bytes:
    """JSON as it is in a string of JSON."""
    return utf8(json.replace("\\", "\\\\").replace('"', '\\"'))


def unescaped(json: bytes) -> bytes:
    """What escaped() was given, in UTF-8."""
    return json.replace(b'\\"', b'"').replace(b"\\\\", b"\\")


def base64(data: bytes) -> bytes:
    """URL-safe and without padding, which every decoder of the pipeline takes."""
    from binascii import b2a_base64

    return b2a_base64(data).rstrip(b"=\n").replace(b"+", b"-").replace(b"/", b"_")


def pair_json(
    name: str, pair, encoder=None, before: str = '{"schema":"', after: str = "}"
) -> str:
    """The JSON of an event or entity; ValueError if it is none."""
    try:
        schema, data = pair
    except (TypeError, ValueError):
        raise ValueError("%s: expected SelfDescribingJson or (schema, data)" % name)
    if type(schema) is not str or schema not in _good:
        from .validators import check_schema

        schema = check_schema(name, schema)
        if len(_good) > 15:
            _good.clear()
        _good[schema] = None
    if encoder:
        from .official.json_encoder import plain

        data = plain(data, encoder)
    if check_json(name, data):
        from .official.json_encoder import plain

        data = plain(data, None)
    try:
        json = dumps(data)
    except RuntimeError:  # the JSON encoder recurses, and the caller is deep already
        raise ValueError("%s: nested deeper than this board's stack allows" % name)
    return "".join((before, schema, '","data":', json, after))


# A board's json.dumps writes no JSON for a namedtuple, or for what has a __repr__ of its own. That
# of a float is taken (entities/ecommerce.py).
def check_json(name: str, data) -> bool:
    """Refuse what has no JSON form; -> whether there are instances of subclasses in it."""
    # Without recursion: a board's stack is short.
    box: dict | list | tuple = (data,)
    depth = 1
    subclassed = False
    todo: list = []
    while True:
        keyed = isinstance(box, dict)
        for value in box:
            if keyed:
                if type(value) is not str:
                    subclassed = True
                    if not isinstance(value, str):
                        raise ValueError("%s: the key %r is not a str" % (name, value))
                value = box[value]  # type: ignore[call-overload]
            kind = type(value)
            if kind in _ATOMS:
                continue
            if isinstance(value, float):
                if value * 0 != 0:  # nan and the infinities
                    raise ValueError("%s: %s has no JSON form" % (name, value))
                continue
            if kind not in _BOXES:
                subclassed = True
            if isinstance(value, _BOXES):
                if value:
                    todo.append(value)
                    todo.append(depth + 1)
            elif not isinstance(value, _ATOMS):
                raise ValueError("%s: %s has no JSON form" % (name, kind.__name__))
        if not todo:
            return subclassed
        depth = todo.pop()
        box = todo.pop()
        # Enrich reads at most 40 levels; the wrappers are three of them at the deepest.
        if depth > 37:
            raise ValueError("%s: nested deeper than 37 levels" % name)
