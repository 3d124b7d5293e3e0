"""A request as a whole: the events in it, or why Enrich rejects all of them together.

One malformed event rejects the whole POST.
"""

from tools.collector.enrich import strict_json, values
from tools.collector.enrich.failures import MAX_FAILURES, Rejected, failure
from tools.collector.enrich.iglu import SNOWPLOW, parse_uri, self_describing
from tools.collector.enrich.parameters import KEYS_ADDED_LATER, POST_KEYS, REQUIRED

MAX_PAYLOAD = 1 << 20  # bytes; the real collector cannot pass on a larger request
_CONTENT_TYPES = ("application/json", "application/json; charset=utf-8")


def parse_request(payload):
    """Return ``(network id, events)`` of a :class:`payload.Payload`; an event is text to text.

    Raises :class:`failures.Rejected` where the request is bad as a whole.
    """
    try:
        query = dict(values.query(payload.query))
    except ValueError as error:
        raise Rejected([failure("querystring", payload.query, str(error))])
    query = {key: value for key, value in query.items() if value is not None}
    network_id = payload.network_id
    try:
        network_id = network_id and values.network_id(network_id)
    except ValueError as error:
        raise Rejected([failure("network_userid", network_id, str(error))])
    if payload.parameters is not None:
        return network_id, [payload.parameters]
    if payload.body is None:
        if not query:
            raise Rejected([failure("querystring", None, "is empty: no event in this request")])
        return network_id, [query]
    # The parameters in the query of a POST are added to each of its events.
    events = _body(payload)
    return network_id, [{**event, **query} for event in events] if query else events


def _body(payload):
    """Return the events of a POST, each a dict of text to text, or raise Rejected."""
    if len(payload.body) > MAX_PAYLOAD:
        rule = f"is {len(payload.body)} bytes, over {MAX_PAYLOAD}: a size violation"
        raise Rejected([failure("body", None, rule)])
    if payload.content_type not in _CONTENT_TYPES:
        rule = f"is not one of: {', '.join(_CONTENT_TYPES)}"
        raise Rejected([failure("contentType", payload.content_type, rule)])
    text = payload.text()
    try:
        body = strict_json.parse(text)
    except ValueError as error:
        if (payload.encoding or "identity") != "identity":
            rule = "is a Content-Encoding that collectors do not decode: answered 200, then lost"
            raise Rejected([failure("body", payload.encoding, rule)])
        raise Rejected([failure("body", text, str(error))])
    return _batch(body)


def _batch(body):
    uri, data = self_describing("body", body)
    vendor, name, _, version = parse_uri(uri)
    if (vendor, name) != (SNOWPLOW, "payload_data") or version not in KEYS_ADDED_LATER:
        rule = f"is not iglu:{SNOWPLOW}/payload_data/jsonschema/1-0-0 to 1-0-4"
        raise Rejected([failure("body", uri, rule)])
    if not isinstance(data, list) or not data:
        shown = strict_json.dump(data)
        raise Rejected([failure("data", shown, "is not a list with at least one event")])
    failures, keys = [], POST_KEYS - KEYS_ADDED_LATER[version]
    for index, event in enumerate(data):
        failures += _malformed(f"data[{index}]", event, keys)
        if len(failures) > MAX_FAILURES:
            break
    if failures:
        raise Rejected(failures[:MAX_FAILURES])
    return data


def _malformed(field, event, keys):
    if not isinstance(event, dict):
        return [failure(field, strict_json.dump(event), "is not an object")]
    failures = [
        failure(f"{field}.{key}", None, "is missing; every event in a POST must have it")
        for key in REQUIRED
        if key not in event
    ]
    for key, value in event.items():
        if key not in keys:
            rule = "is not a key of payload_data, and one such key rejects the whole POST"
            failures.append(failure(f"{field}.{key}", None, rule))
        elif not isinstance(value, str):
            rule = "is not a string, as all values must be"
            failures.append(failure(f"{field}.{key}", strict_json.dump(value), rule))
    return failures
