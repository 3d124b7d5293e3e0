"""The judge: which events of a request Enrich would pass on, and why not the others.

Pure functions; their only outside is the schemas. The rules are those of the tracker protocol, in
Enrich's order: first the request as a whole (:mod:`batch`), then event by event.
"""

from typing import NamedTuple

from tools.collector.enrich import records, strict_json, values
from tools.collector.enrich.batch import MAX_FAILURES, take_apart
from tools.collector.enrich.event_summary import Shown, digest
from tools.collector.enrich.iglu import SNOWPLOW, Rejected, self_describing, split
from tools.collector.enrich.parameters import EVENT_TYPES, convert, failure

# The wrappers' own schemas, so that nobody needs a copy of Iglu Central to send an event.
_WRAPPERS = {"unstruct_event": ("1-0-0",), "contexts": ("1-0-0", "1-0-1")}


class Row(NamedTuple):
    """One row of the table ``events``: what the judge found, ready to be stored.

    ``record`` is the JSON text that ``/micro/good`` or ``/micro/bad`` shows. ``received`` is in
    milliseconds since 1970; ``eid`` is what the tracker sent, in lower case, or None. ``shown``
    is no column: it is what the page needs of the event.
    """

    received: int
    good: int
    eid: str | None
    app_id: str | None
    event_type: str | None
    schema: str | None
    record: str
    shown: Shown


def judge(payload, schemas):
    """Return the :class:`Row` of every event in an :class:`events.Payload`, in its order.

    ``schemas`` is an :class:`iglu.Schemas`. A request that fails as a whole is one bad row.
    """
    try:
        network_id, parameters = take_apart(payload)
        return [_event(payload, network_id, one, schemas) for one in parameters]
    except Rejected as rejected:
        failures = rejected.args[0]
    except Exception as error:  # A fault here must not cost the event, nor stop the collector
        rule = "is a fault of this collector: please report it, with the event"
        failures = [failure("collector", repr(error), rule)]
    record = records.bad(payload, None, failures)
    shown = digest({}, False, record["errors"], payload.received)
    return [Row(payload.received, 0, None, None, None, None, strict_json.dump(record), shown)]


def _event(payload, network_id, parameters, schemas):
    columns, failures = convert(parameters)
    if "e" not in parameters:  # Of a GET, that is all that Enrich misses
        known = " ".join(EVENT_TYPES)
        failures.append(failure("e", None, f"is missing; known event types are {known}"))
    unstruct = contexts = None
    for key in ("ue_pr", "ue_px"):
        if key in parameters:
            unstruct, wrong = _unstruct(key, parameters[key], schemas)
            failures += wrong
    for key in ("co", "cx"):
        if key in parameters:
            contexts, wrong = _contexts(key, parameters[key], schemas)
            failures += wrong
    failures += records.add_request(columns, payload, network_id, parameters)
    schema = records.describe(columns, unstruct, contexts or [])
    if failures:
        record = records.bad(payload, parameters, failures[:MAX_FAILURES], columns)
    else:
        record = records.good(payload, parameters, columns, schema, contexts or [])
    return Row(
        payload.received,
        int(not failures),
        columns.get("event_id") if "eid" in parameters else None,
        columns.get("app_id"),
        columns.get("event"),
        schema,
        strict_json.dump(record),
        digest(columns, not failures, record.get("errors"), payload.received),
    )


def _unstruct(key, text, schemas):
    """Return (the self-describing event or None, failures) of ``ue_pr`` or ``ue_px``."""
    try:
        inner = _unwrap(key, text, "unstruct_event")
        uri, data = _inner(key, inner)
    except Rejected as rejected:
        return None, rejected.args[0]
    return inner, schemas.check(key, uri, data)


def _contexts(key, text, schemas):
    """Return (the entities or None, failures) of ``co`` or ``cx``."""
    try:
        entities = _unwrap(key, text, "contexts")
        pairs = [_inner(f"{key}[{i}]", entity) for i, entity in enumerate(entities)]
    except Rejected as rejected:
        return None, rejected.args[0]
    failures = []
    for index, (uri, data) in enumerate(pairs):
        failures += schemas.check(f"{key}[{index}]", uri, data)
        if len(failures) > MAX_FAILURES:
            break
    return entities, failures


def _unwrap(key, text, name):
    """Return what the wrapper in ``key`` holds, checked against the wrapper's own rules."""
    if key in ("ue_px", "cx"):
        text = values.base64_text(text)
    try:
        wrapper = strict_json.parse(text)
    except ValueError as error:
        raise Rejected([failure(key, text, str(error))])
    uri, data = self_describing(key, wrapper)
    vendor, found, _, version = split(uri)
    if (vendor, found) != (SNOWPLOW, name) or version not in _WRAPPERS[name]:
        rule = f"is not the wrapper iglu:{SNOWPLOW}/{name}/jsonschema/{_WRAPPERS[name][-1]}"
        raise Rejected([failure(key, uri, rule)])
    if name == "contexts" and not isinstance(data, list):
        raise Rejected([failure(key, strict_json.dump(data), "is not a list of entities")])
    if name == "contexts" and version == "1-0-0" and not data:
        raise Rejected([failure(key, "[]", "is empty, which contexts 1-0-0 forbids")])
    return data


def _inner(field, value):
    uri, data = self_describing(field, value)
    if len(value) > 2:
        extra = ", ".join(sorted(set(value) - {"schema", "data"}))
        raise Rejected([failure(field, extra, 'is beside "schema" and "data", which stand alone')])
    return uri, data
