"""The JSON that is stored for an event: what Micro's ``/micro/good`` and ``/micro/bad`` answer."""

from tools.collector.enrich.hints import with_hint
from tools.collector.enrich.payload import Payload
from tools.collector.enrich.values import iso_timestamp

COLLECTOR_NAME = "snowplow-micropython-collector"
_MAX_BODY = 65536  # characters of a body that are kept with a bad request


def good_record(payload, parameters, columns, schema, entities, suspicious=()):
    """Return the record of a good event. Its ``event`` has only the columns that are set.

    Micro does not have ``suspicious``: it lists what is wrong with the event's time, if anything
    is, each as ``{"field", "value", "rule", "hint"}``.
    """
    return {
        "rawEvent": _raw_event(payload, parameters),
        "eventType": columns.get("event"),
        "schema": schema,
        "contexts": [entity["schema"] for entity in entities],
        "event": columns,
        "incomplete": False,
        **({"suspicious": [one._asdict() for one in suspicious]} if suspicious else {}),
    }


def bad_record(payload, parameters, failures, columns=None):
    """Return the record of a bad event, or of a bad request where ``parameters`` is None.

    ``errors`` are sentences. Micro has neither of these: ``failures`` has the same as field,
    value, rule and hint (what to change), ``event`` the ``columns`` that could be
    read. The body is kept for a bad request only: a batch may have thousands of bad events.
    """
    raw_event = parameters and _raw_event(payload, parameters)
    body = None
    if payload.body is not None and not raw_event:
        body = payload.text()[:_MAX_BODY]
    return {
        "collectorPayload": {
            **_request(payload),
            "querystring": [part for part in payload.query.split("&") if part],
            "body": body,
        },
        "rawEvent": raw_event,
        "errors": [str(failure) for failure in failures],
        "failures": [with_hint(failure)._asdict() for failure in failures],
        **({"event": columns} if columns else {}),
    }


def payload_of(record, received):
    """Return the :class:`payload.Payload` that judges the event of a bad record again.

    Returns None for the record of a bad request, of which no single event is known.
    """
    raw = record["rawEvent"]
    if raw is None:
        return None
    context = raw["context"]
    return Payload(
        received=received,
        query="&".join(record["collectorPayload"]["querystring"]),
        body=None if raw["api"]["version"] == "tp1" else b"",
        content_type=raw["contentType"],
        encoding=None,
        ip=context["ipAddress"],
        network_id=context["userId"],
        hostname=raw["source"]["hostname"],
        user_agent=context["useragent"],
        referer=context["refererUri"],
        headers=context["headers"],
        parameters=raw["parameters"],
    )


def _raw_event(payload, parameters):
    return {**_request(payload), "parameters": parameters}


def _request(payload):
    return {
        "api": payload.api,
        "contentType": payload.content_type,
        "source": {"name": COLLECTOR_NAME, "encoding": "UTF-8", "hostname": payload.hostname},
        "context": {
            "timestamp": iso_timestamp(payload.received),
            "ipAddress": payload.ip,
            "useragent": payload.user_agent,
            "refererUri": payload.referer,
            "headers": payload.headers,
            "userId": payload.network_id,
        },
    }
