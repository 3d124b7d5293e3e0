# A message was shown to the user: pushed to the device, or raised by it.
from ..arguments import fields
from ..clock.date_time import date_time
from ..entities.checks import flag, within
from ..record import text
from ..validators import one_of
from .calls import bind_call, track_fields

SCHEMA = "iglu:com.snowplowanalytics.mobile/message_notification/jsonschema/1-0-0"


def _texts(name, value):
    if not isinstance(value, (list, tuple)) or not value:
        raise ValueError("%s: expected a list of str, got %r" % (name, value))
    return [text(name, item, 1024) for item in value]


def _attachments(name, value):
    if not isinstance(value, (list, tuple)):
        raise ValueError("%s: expected a list of dicts, got %r" % (name, value))
    found = []
    for item in value:
        if not isinstance(item, dict) or set(item) != {"identifier", "url", "type"}:
            raise ValueError("%s: expected identifier, url and type, got %r" % (name, item))
        found.append(fields(_ATTACHMENT, (), item))
    return found


def _url(name, value):
    scheme, colon, rest = text(name, value, 1024).partition(":")
    good = colon and rest and scheme.replace("+", "").replace("-", "").replace(".", "").isalpha()
    for c in value:
        good = good and "!" <= c <= "~" and c not in '"<>\\^`{|}'
    if not good:
        raise ValueError("%s: expected an address such as https://a/b.png, got %r" % (name, value))
    return value


_ATTACHMENT = (
    ("identifier", "identifier", 1024, True),
    ("url", "url", _url, True),
    ("type", "type", 1024, True),
)
_FIELDS = (
    ("title", "title", 1024, True),
    ("body", "body", 4096, True),
    ("trigger", "trigger", one_of("push location calendar timeInterval other"), True),
    ("notification_timestamp", "notificationTimestamp", date_time, False),
    ("sound", "sound", 1024, False),
    ("action", "action", 1024, False),
    ("body_loc_key", "bodyLocKey", 1024, False),
    ("body_loc_args", "bodyLocArgs", _texts, False),
    ("title_loc_key", "titleLocKey", 1024, False),
    ("title_loc_args", "titleLocArgs", _texts, False),
    ("group", "group", 1024, False),
    ("category", "category", 1024, False),
    ("notification_count", "notificationCount", within(0, 10000), False),
    ("subtitle", "subtitle", 1024, False),
    ("content_available", "contentAvailable", flag, False),
    ("thread_identifier", "threadIdentifier", 1024, False),
    ("icon", "icon", 1024, False),
    ("tag", "tag", 1024, False),
    ("attachments", "attachments", _attachments, False),
)


def track(tracker, *args, **options) -> "str | None":
    """title, body, trigger (push, location, calendar, timeInterval or other), and more."""
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
