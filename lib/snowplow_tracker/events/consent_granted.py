# The arguments describe the document that the event carries as its entity; more of them go into
# `context`, made by entities/consent_document.py.
from ..arguments import fill
from ..clock.date_time import date_time
from ..entities.consent_document import FIELDS as DOCUMENT
from ..entities.consent_document import SCHEMA as DOCUMENT_SCHEMA
from .calls import bind_call, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/consent_granted/jsonschema/1-0-0"
_FIELDS = (("expiry", "expiry", date_time, False),)


def track(tracker, *args, **options) -> "str | None":
    """id_, version, name, description; expiry, in ms since 1970 or as a date-time."""
    given = bind_call(DOCUMENT + _FIELDS, args, options)
    return track_consent(tracker, SCHEMA, _FIELDS, given)


def track_consent(tracker, schema: str, table: tuple, given: dict) -> "str | None":
    """Track the event, with the document if one is given."""
    try:
        for name, _, _, _ in DOCUMENT:
            if given.get(name):
                document = fill({}, DOCUMENT, given.get)
                given["context"] = [(DOCUMENT_SCHEMA, document)] + list(given.get("context") or ())
                break
    except ValueError as e:
        raise tracker.refuse(e)
    return track_fields(tracker, schema, table, given)
