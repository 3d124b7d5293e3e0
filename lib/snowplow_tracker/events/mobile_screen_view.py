from .calls import bind_call, deprecated
from .screen_view import ScreenView

_NAMES = "name id_ type previous_name previous_id previous_type transition_type".split()


def track(tracker, *args, **options) -> "str | None":
    """As a ScreenView, but the name comes first, and the id is a new one if it is None."""
    deprecated(tracker, "track_mobile_screen_view", "track(ScreenView(...))")
    table = tuple([(name,) for name in _NAMES])
    given = bind_call(table, args, options)
    given["true_timestamp"] = given.pop("tstamp", None)
    if given.get("id_") is None:
        given["id_"] = tracker.get_uuid()
    try:
        event = ScreenView(**given)
    except ValueError as e:
        raise tracker.refuse(e)
    return tracker.track(event)
