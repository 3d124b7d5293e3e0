# With a ScreenTracking among the plugins it is summed up in the screen's summary, and not sent.
from ..entities.checks import within
from ..validators import count
from .list_item_view import track_seen

SCHEMA = "iglu:com.snowplowanalytics.mobile/scroll_changed/jsonschema/1-0-0"
_OFFSET = within(-2147483647, 2147483647)
_FIELDS = (
    ("x_offset", "x_offset", _OFFSET, False),
    ("y_offset", "y_offset", _OFFSET, False),
    ("view_width", "view_width", count, False),
    ("view_height", "view_height", count, False),
    ("content_width", "content_width", count, False),
    ("content_height", "content_height", count, False),
)


def track(tracker, *args, **options) -> "str | None":
    """x_offset, y_offset, view_width, view_height, content_width, content_height in pixels."""
    return track_seen(tracker, SCHEMA, _FIELDS, args, options)
