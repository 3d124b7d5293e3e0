"""The records that are stored: a request, and Micro's shapes of a good and a bad event."""

import urllib.parse
import uuid
from typing import NamedTuple

from tools.collector.enrich import values
from tools.collector.enrich.parameters import convert

COLLECTOR = "snowplow-micropython-collector"
_CONTEXTS = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"
_UNSTRUCT = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
_MAX_BODY = 65536  # characters of a body that are kept with a bad request
# The schema that Enrich names for an event that carries none.
_SCHEMAS = {
    "page_view": "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0",
    "page_ping": "iglu:com.snowplowanalytics.snowplow/page_ping/jsonschema/1-0-0",
    "transaction": "iglu:com.snowplowanalytics.snowplow/transaction/jsonschema/1-0-0",
    "transaction_item": "iglu:com.snowplowanalytics.snowplow/transaction_item/jsonschema/1-0-0",
    "struct": "iglu:com.google.analytics/event/jsonschema/1-0-0",
}


class Payload(NamedTuple):
    """One request, as the collector passes it on. All text is free of surrogates.

    ``received`` is in milliseconds since 1970. ``body`` is bytes, or None for a GET. ``query`` is
    the raw query string. ``content_type`` is in lower case with one space after ";", ``encoding``
    the Content-Encoding. ``network_id`` is the ``nuid`` or the cookie that was sent or assigned.
    ``headers`` are "Name: value".
    """

    received: int
    query: str
    body: bytes | None
    content_type: str | None
    encoding: str | None
    ip: str
    network_id: str
    hostname: str | None
    user_agent: str | None
    referer: str | None
    headers: list

    @property
    def api(self):
        """Return ``{"vendor", "version"}`` of the protocol: tp1 for a GET, tp2 for a POST."""
        version = "tp1" if self.body is None else "tp2"
        return {"vendor": "com.snowplowanalytics.snowplow", "version": version}

    def text(self):
        """Return the body as text. Broken UTF-8 becomes U+FFFD, as in the real collector."""
        return self.body.decode("utf-8-sig", "replace")

    def shared(self):
        """Return the part of a record that all events of the request have in common."""
        return {
            "api": self.api,
            "contentType": self.content_type,
            "source": {"name": COLLECTOR, "encoding": "UTF-8", "hostname": self.hostname},
            "context": {
                "timestamp": iso(self.received),
                "ipAddress": self.ip,
                "useragent": self.user_agent,
                "refererUri": self.referer,
                "headers": self.headers,
                "userId": self.network_id,
            },
        }


def add_request(columns, payload, network_id, parameters):
    """Add to ``columns`` what the request itself tells; return the failures of that.

    What the tracker sent of the same kind stays.
    """
    sent = {"ua": payload.user_agent, "url": payload.referer}
    # The headers have the limits of the parameters that they stand in for.
    sent = {key: text for key, text in sent.items() if text and key not in parameters}
    found, failures = convert(sent)
    now = iso(payload.received)
    for column, value in {
        **found,
        "event_id": str(uuid.uuid4()),
        "user_ipaddress": payload.ip,
        "network_userid": network_id,
        "collector_tstamp": now,
        "etl_tstamp": now,
        "v_collector": COLLECTOR,
        "v_etl": COLLECTOR,
    }.items():
        columns.setdefault(column, value)
    columns["derived_tstamp"] = _derived(columns, parameters, payload.received)
    for prefix, column in (("page", "page_url"), ("refr", "page_referrer")):
        columns.update(_url_parts(prefix, columns.get(column)))
    return failures


def _url_parts(prefix, url):
    """Return the columns that Enrich takes from a URL; none where it is no absolute one."""
    try:
        parts = urllib.parse.urlsplit(url or "")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return {}
    if not parts.scheme or not parts.hostname:
        return {}
    found = {
        "urlscheme": parts.scheme,
        "urlhost": parts.hostname,
        "urlport": port,
        "urlpath": parts.path,
        "urlquery": parts.query,
        "urlfragment": parts.fragment,
    }
    return {f"{prefix}_{name}": value for name, value in found.items() if value}


def describe(columns, unstruct, contexts):
    """Add schema, self-describing event and entities to ``columns``; return the schema or None.

    ``unstruct`` is ``{"schema", "data"}`` or None, ``contexts`` a list of such.
    """
    kind = columns.get("event")
    schema = unstruct["schema"] if unstruct and kind == "unstruct" else _SCHEMAS.get(kind)
    if schema:
        names = ("event_vendor", "event_name", "event_format", "event_version")
        columns.update(zip(names, schema.removeprefix("iglu:").split("/"), strict=True))
    if unstruct:
        columns["unstruct_event"] = {"schema": _UNSTRUCT, "data": unstruct}
    if contexts:
        columns["contexts"] = {"schema": _CONTEXTS, "data": contexts}
    return schema


def good(payload, parameters, columns, schema, contexts):
    """Return a good event in Micro's shape. ``event`` holds the columns that are set."""
    return {
        "rawEvent": _raw(payload, parameters),
        "eventType": columns.get("event"),
        "schema": schema,
        "contexts": [entity["schema"] for entity in contexts],
        "event": columns,
        "incomplete": False,
    }


def bad(payload, parameters, failures, columns=None):
    """Return a bad event in Micro's shape, or a bad request, where ``parameters`` is None.

    ``errors`` are sentences. Not in Micro: ``failures`` holds the same as field, value and rule,
    ``event`` the ``columns`` that could be read. The body is kept with a bad request only: a
    batch may have thousands of bad events.
    """
    raw = parameters and _raw(payload, parameters)
    body = payload.text()[:_MAX_BODY] if payload.body is not None and not raw else None
    return {
        "collectorPayload": {
            **payload.shared(),
            "querystring": [part for part in payload.query.split("&") if part],
            "body": body,
        },
        "rawEvent": raw,
        "errors": [str(failure) for failure in failures],
        "failures": [failure._asdict() for failure in failures],
        **({"event": columns} if columns else {}),
    }


def _raw(payload, parameters):
    return {**payload.shared(), "parameters": parameters}


def iso(ms):
    """Return milliseconds since 1970 as "2023-11-14T22:13:20.123Z"."""
    return values.timestamp(ms).replace(" ", "T") + "Z"


def _derived(columns, parameters, received):
    if "true_tstamp" in columns:
        return columns["true_tstamp"]
    if "dvce_created_tstamp" in columns and "dvce_sent_tstamp" in columns:
        created = values.milliseconds(parameters["dtm"])
        sent = values.milliseconds(parameters["stm"])
        if created < sent:
            # A far stm can put the event before the year 0, for which there is no text
            return iso(max(values.EARLIEST, received - (sent - created)))
    return iso(received)
