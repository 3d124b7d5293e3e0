# With a ScreenTracking among the plugins it is summed up in the screen's summary, and not sent.
from ..arguments import fill
from ..entities.checks import within
from .calls import bind_call, track_fields
from .screen_view import find_screens

SCHEMA = "iglu:com.snowplowanalytics.mobile/list_item_view/jsonschema/1-0-0"
_INDEX = within(0, 65535)
_FIELDS = (
    ("index", "index", _INDEX, True),
    ("items_count", "items_count", _INDEX, False),
)


def track(tracker, *args, **options) -> "str | None":
    """index, from 0 on; items_count."""
    return track_seen(tracker, SCHEMA, _FIELDS, args, options)


def track_seen(tracker, schema: str, table: tuple, args: tuple, options: dict) -> "str | None":
    """Sum up what was seen of a screen, or track it where there is no ScreenTracking."""
    given = bind_call(table, args, options)
    screens = find_screens(tracker)
    if not screens:
        return track_fields(tracker, schema, table, given)
    try:
        screens.sum_up(fill({}, table, given.get))
    except ValueError as e:
        raise tracker.refuse(e)
    return None
