"""Decides which events of a request are good, and why the others are bad.

The rules are those of the tracker protocol, in Enrich's order: first the request as a whole
(:mod:`batch`), then each event.
"""

from functools import lru_cache
from typing import NamedTuple

from tools.collector.enrich import enrichments, strict_json, values
from tools.collector.enrich.batch import parse_request
from tools.collector.enrich.event_summary import EventSummary, summarize
from tools.collector.enrich.failures import MAX_FAILURES, Rejected, failure
from tools.collector.enrich.iglu import SNOWPLOW, parse_uri, self_describing
from tools.collector.enrich.parameters import EVENT_TYPES, convert
from tools.collector.enrich.records import bad_record, good_record
from tools.collector.enrich.suspicious import suspicions

# Versions of the wrappers. Their schemas are built in, so that no event needs Iglu Central.
_WRAPPERS = {"unstruct_event": ("1-0-0",), "contexts": ("1-0-0", "1-0-1")}
_MAX_REMEMBERED = 4000  # characters of entities


class Row(NamedTuple):
    """A judged event: the columns of one row of the table ``events``, and its summary.

    ``record`` is the JSON text that ``/micro/good`` or ``/micro/bad`` answers. ``received`` is in
    milliseconds since 1970; ``eid`` is the id that the tracker sent, in lower case, or None.
    ``summary`` is not stored in this table: the derived tables are made from it.
    """

    received: int
    good: int
    eid: str | None
    app_id: str | None
    event_type: str | None
    schema: str | None
    record: str
    summary: EventSummary


def judge(payload, schemas):
    """Return the :class:`Row` of every event in a :class:`payload.Payload`, in its order.

    ``schemas`` is an :class:`iglu.Schemas`. A request that fails as a whole is one bad row.
    """
    schemas.look_again()
    try:
        network_id, events = parse_request(payload)
        return [_judge_event(payload, network_id, event, schemas) for event in events]
    except Rejected as rejected:
        failures = rejected.failures
    except Exception as error:  # An error in this program must not lose the event
        rule = "is an error in this collector: please report it, with the event"
        failures = [failure("collector", repr(error), rule)]
    record = bad_record(payload, None, failures)
    summary = summarize({}, False, record["errors"], payload.received)
    return [Row(payload.received, 0, None, None, None, None, strict_json.dump(record), summary)]


def _judge_event(payload, network_id, parameters, schemas):
    columns, failures = convert(parameters)
    if "e" not in parameters:  # The one parameter that Enrich requires in a GET
        known = " ".join(EVENT_TYPES)
        failures.append(failure("e", None, f"is missing; known event types are {known}"))
    unstruct, entities = None, []
    for key in ("ue_pr", "ue_px"):
        if key in parameters:
            unstruct, wrong = _unstruct(key, parameters[key], schemas)
            failures += wrong
    for key in ("co", "cx"):
        if key in parameters:
            entities, wrong = _entities(key, parameters[key], schemas)
            failures += wrong
    failures += enrichments.add_request(columns, payload, network_id, parameters)
    schema = enrichments.add_schema(columns, unstruct, entities)
    suspicious = ()
    if failures:
        record = bad_record(payload, parameters, failures[:MAX_FAILURES], columns)
    else:
        suspicious = suspicions(columns, parameters, payload.received)
        record = good_record(payload, parameters, columns, schema, entities, suspicious)
    return Row(
        payload.received,
        int(not failures),
        columns.get("event_id") if "eid" in parameters else None,
        columns.get("app_id"),
        columns.get("event"),
        schema,
        strict_json.dump_quickly(record),
        summarize(columns, not failures, record.get("errors"), payload.received, suspicious),
    )


def _unstruct(key, text, schemas):
    """Return (the self-describing event or None, failures) of ``ue_pr`` or ``ue_px``."""
    try:
        inner = _unwrap(key, text, "unstruct_event")
        uri, data = _inner(key, inner)
    except Rejected as rejected:
        return None, rejected.failures
    return inner, schemas.check(key, uri, data)


def _entities(key, text, schemas):
    """Return (the list of entities, failures) of ``co`` or ``cx``."""
    read = _read_again if len(text) <= _MAX_REMEMBERED else _read_entities
    try:
        entities, pairs = read(key, text)
    except Rejected as rejected:
        return [], rejected.failures
    failures = []
    for index, (uri, data) in enumerate(pairs):
        failures += schemas.check(f"{key}[{index}]", uri, data)
        if len(failures) > MAX_FAILURES:
            break
    return entities, failures


def _read_entities(key, text):
    entities = _unwrap(key, text, "contexts")
    return entities, [_inner(f"{key}[{i}]", entity) for i, entity in enumerate(entities)]


_read_again = lru_cache(256)(_read_entities)  # A board sends the same ones with each event


def _unwrap(key, text, name):
    """Return the data inside of a wrapper, after checking the wrapper itself."""
    if key in ("ue_px", "cx"):
        text = values.base64_text(text)
    try:
        wrapper = strict_json.parse(text)
    except ValueError as error:
        raise Rejected([failure(key, text, str(error))])
    uri, data = self_describing(key, wrapper)
    vendor, found, _, version = parse_uri(uri)
    if (vendor, found) != (SNOWPLOW, name) or version not in _WRAPPERS[name]:
        rule = f"is not the wrapper iglu:{SNOWPLOW}/{name}/jsonschema/{_WRAPPERS[name][-1]}"
        raise Rejected([failure(key, uri, rule)])
    if name == "contexts" and not isinstance(data, list):
        raise Rejected([failure(key, strict_json.dump(data), "is not a list of entities")])
    if name == "contexts" and version == "1-0-0" and not data:
        raise Rejected([failure(key, "[]", "is empty, which contexts 1-0-0 forbids")])
    return data


def _inner(field, value):
    """Return ``(uri, data)`` of the event or entity inside of a wrapper."""
    uri, data = self_describing(field, value)
    if len(value) > 2:
        extra = ", ".join(sorted(set(value) - {"schema", "data"}))
        raise Rejected([failure(field, extra, 'is not allowed beside "schema" and "data"')])
    return uri, data
