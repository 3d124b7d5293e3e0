"""The columns that are not parameters: from the request, the schema, URLs and timestamps."""

import urllib.parse
import uuid

from tools.collector.enrich import values
from tools.collector.enrich.failures import failure
from tools.collector.enrich.parameters import convert
from tools.collector.enrich.records import COLLECTOR_NAME

_CONTEXTS = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"
_UNSTRUCT = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
# The schema that Enrich names for an event that has none of its own.
_SCHEMAS = {
    "page_view": "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0",
    "page_ping": "iglu:com.snowplowanalytics.snowplow/page_ping/jsonschema/1-0-0",
    "transaction": "iglu:com.snowplowanalytics.snowplow/transaction/jsonschema/1-0-0",
    "transaction_item": "iglu:com.snowplowanalytics.snowplow/transaction_item/jsonschema/1-0-0",
    "struct": "iglu:com.google.analytics/event/jsonschema/1-0-0",
}


def add_request(columns, payload, network_id, parameters):
    """Add the columns that the request gives; return the :class:`failures.Failure` s of that.

    A column that the tracker has set stays as it is.
    """
    headers = {"ua": payload.user_agent, "url": payload.referer}
    # A header has the limits of the parameter that it replaces.
    headers = {key: text for key, text in headers.items() if text and key not in parameters}
    converted, failures = convert(headers) if headers else ({}, [])
    if "event_id" not in columns:
        columns["event_id"] = str(uuid.uuid4())
    now = values.iso_timestamp(payload.received)
    for column, value in {
        **converted,
        "user_ipaddress": payload.ip,
        "network_userid": network_id,
        "collector_tstamp": now,
        "etl_tstamp": now,
        "v_collector": COLLECTOR_NAME,
        "v_etl": COLLECTOR_NAME,
    }.items():
        columns.setdefault(column, value)
    columns["derived_tstamp"] = _derived_timestamp(columns, parameters, payload.received)
    for prefix, column in (("page", "page_url"), ("refr", "page_referrer")):
        if column in columns:
            columns.update(_url_columns(prefix, columns[column]))
    try:
        if "page_urlquery" in columns:
            columns.update(_cross_domain_columns(columns["page_urlquery"]))
    except ValueError as error:
        failures.append(failure("url", columns["page_url"], f"has a _sp that {error}"))
    return failures


def _cross_domain_columns(query):
    """Return the columns of ``_sp=DOMAIN_USERID.TIMESTAMP``, which links to other sites carry."""
    value = "_sp=" in query and dict(urllib.parse.parse_qsl(query)).get("_sp")
    if not value or value.count(".") > 6:  # Up to five more fields may follow
        return {}
    user, _, rest = value.partition(".")
    sent = rest.partition(".")[0]
    user = values.cleaned(user)
    if user and values.utf16_length(user) > 128:
        raise ValueError("is longer than 128 characters")
    sent = values.iso_timestamp(values.milliseconds(sent)) if sent else None
    found = {"refr_domain_userid": user, "refr_device_tstamp": sent}
    return {name: value for name, value in found.items() if value}


def add_schema(columns, unstruct, entities):
    """Add the schema, the self-describing event and the entities; return the schema or None.

    ``unstruct`` is ``{"schema", "data"}`` or None, ``entities`` a list of such objects.
    """
    event_type = columns.get("event")
    has_own = unstruct and event_type == "unstruct"
    schema = unstruct["schema"] if has_own else _SCHEMAS.get(event_type)
    if schema:
        names = ("event_vendor", "event_name", "event_format", "event_version")
        columns.update(zip(names, schema.removeprefix("iglu:").split("/"), strict=True))
    if unstruct:
        columns["unstruct_event"] = {"schema": _UNSTRUCT, "data": unstruct}
    if entities:
        columns["contexts"] = {"schema": _CONTEXTS, "data": entities}
    return schema


def _url_columns(prefix, url):
    """Return the columns that Enrich takes from a URL; none where it is not an absolute one."""
    if not url:
        return {}
    try:
        parts = urllib.parse.urlsplit(url)
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


def _derived_timestamp(columns, parameters, received):
    if "true_tstamp" in columns:
        return columns["true_tstamp"]
    if "dvce_created_tstamp" in columns and "dvce_sent_tstamp" in columns:
        created = values.milliseconds(parameters["dtm"])
        sent = values.milliseconds(parameters["stm"])
        if created < sent:
            # A stm in the far future can put the event before the year 0, which has no text.
            return values.iso_timestamp(max(values.EARLIEST, received - (sent - created)))
    return values.iso_timestamp(received)
