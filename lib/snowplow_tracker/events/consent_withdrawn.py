# As consent_granted.py.
from ..entities.checks import flag
from .calls import bind_call
from .consent_granted import DOCUMENT, track_consent

SCHEMA = "iglu:com.snowplowanalytics.snowplow/consent_withdrawn/jsonschema/1-0-0"
_FIELDS = (("all", "all", flag, True),)


def track(tracker, *args, **options) -> "str | None":
    """all, whether it is about all consent; id_, version, name, description of the document."""
    return track_consent(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS + DOCUMENT, args, options))
