"""The JSON that is stored for an event: what Micro's ``/micro/good`` and ``/micro/bad`` answer."""

from tools.collector.enrich.values import iso_timestamp

COLLECTOR_NAME = "snowplow-micropython-collector"
_MAX_BODY = 65536  # characters of a body that are kept with a bad request


def good_record(payload, parameters, columns, schema, entities):
    """Return the record of a good event. Its ``event`` has only the columns that are set."""
    return {
        "rawEvent": _raw_event(payload, parameters),
        "eventType": columns.get("event"),
        "schema": schema,
        "contexts": [entity["schema"] for entity in entities],
        "event": columns,
        "incomplete": False,
    }


def bad_record(payload, parameters, failures, columns=None):
    """Return the record of a bad event, or of a bad request where ``parameters`` is None.

    ``errors`` are sentences. Micro has neither of these: ``failures`` has the same as field,
    value and rule, ``event`` the ``columns`` that could be read. The body is kept for a bad
    request only, because a batch may have thousands of bad events.
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
        "failures": [failure._asdict() for failure in failures],
        **({"event": columns} if columns else {}),
    }


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
