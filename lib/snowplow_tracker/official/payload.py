# The official tracker's Payload: the pairs of an event.
import json

from .. import clock


class Payload:
    """The protocol's pairs of an event: `nv_pairs`, a dict."""

    # `dict_`: the pairs that it begins with.
    def __init__(self, dict_: "dict | None" = None) -> None:
        self.nv_pairs: dict = dict(dict_ or {})

    def add(self, name: str, value: object) -> None:
        """Add a pair, unless its value is None or empty."""
        if value is not None and value != "":
            self.nv_pairs[name] = value

    def add_dict(self, dict_: dict, base64: bool = False) -> None:
        """Add each pair of the dict."""
        for name in dict_:
            self.add(name, dict_[name])

    def add_json(
        self,
        dict_: "dict | None",
        encode_base64: bool,
        type_when_encoded: str,
        type_when_not_encoded: str,
        json_encoder: object = None,
    ) -> None:
        """Add the dict as JSON, in base64 if that is asked for."""
        from ..record import dumps, utf8
        from ..self_describing import base64, check_json
        from .json_encoder import plain

        if not dict_:
            return
        if json_encoder:
            dict_ = plain(dict_, json_encoder)
        if check_json("dict_", dict_):
            dict_ = plain(dict_, None)
        text = dumps(dict_)
        if encode_base64:
            self.add(type_when_encoded, str(base64(utf8(text)), "ascii"))
        else:
            self.add(type_when_not_encoded, text)

    def get(self) -> dict:
        """The pairs."""
        return self.nv_pairs


def payload(sealed: bytes) -> Payload:
    """The Payload of a sealed event (record.py), whose device timestamp is now."""
    found = Payload(json.loads(sealed + b"}"))
    if "dtm" not in found.nv_pairs:
        found.add("dtm", str(clock.unix_ms()))
    return found


def add(found: Payload, pairs: dict) -> None:
    """Add the pairs of a Payload to those of an event, but for those that a tracker sets."""
    from ..pairs import OF_THE_TRACKER, check

    for name in found.nv_pairs:
        if name not in OF_THE_TRACKER:
            pairs[name] = str(found.nv_pairs[name])
            check(name, pairs[name])


class _NoTracker:
    plugins = ()
    anonymous = None
    _head = b'{"eid":"'

    def __init__(self, encode_base64, json_encoder):
        self.encode_base64 = encode_base64
        self.json_encoder = json_encoder


def build(event, encode_base64: bool, json_encoder, subject) -> Payload:
    """What Event.build_payload() is."""
    from ..events.event import all_pairs
    from ..self_describing import attach
    from ..validators import timestamp

    tracker = _NoTracker(encode_base64, json_encoder)
    pairs = all_pairs(event, tracker)
    for its in (subject, event.event_subject):
        if its is not None:
            pairs.update(its.standard_nv_pairs)
    if event.true_timestamp is not None:
        pairs["ttm"] = timestamp("true_timestamp", event.true_timestamp)
    if event.context:
        _, sealed = attach(tracker, b"", pairs, event.schema, event.context, 0, None)
        pairs = json.loads(sealed + b"}")  # type: ignore[operator]
        del pairs["eid"]
    return Payload(pairs)
