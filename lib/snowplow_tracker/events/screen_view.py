# Two schemas, as in the official tracker: the direct call sends Snowplow's first screen_view,
# the class that of the mobile trackers. A ScreenTracking among the plugins is told of the latter.
from ..arguments import fill
from ..record import MAX_JSON
from ..self_describing import unstruct
from ..validators import uuid
from .calls import bind_call, track_fields
from .event import Event

SCHEMA = "iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0"
_CALL_SCHEMA = "iglu:com.snowplowanalytics.snowplow/screen_view/jsonschema/1-0-0"


class ScreenView(Event):
    schema = SCHEMA
    FIELDS = (
        ("id_", "id", uuid, True),
        ("name", "name", MAX_JSON, True),
        ("type", "type", MAX_JSON, False),
        ("previous_name", "previousName", MAX_JSON, False),
        ("previous_id", "previousId", uuid, False),
        ("previous_type", "previousType", MAX_JSON, False),
        ("transition_type", "transitionType", MAX_JSON, False),
    )
    id_: str
    name: str
    type: "str | None"
    previous_name: "str | None"
    previous_id: "str | None"
    previous_type: "str | None"
    transition_type: "str | None"

    def pairs(self, tracker) -> dict:
        data = fill({}, self.FIELDS, lambda name: getattr(self, name))
        screens = find_screens(tracker)
        if screens:
            screens.enter(self, data)
        return unstruct(tracker, (SCHEMA, data))[0]


def find_screens(tracker):
    """The tracker's ScreenTracking, or None."""
    for plugin in tracker.plugins:
        if hasattr(plugin, "sum_up"):
            return plugin
    return None


_CALL_FIELDS = (("name", "name", MAX_JSON, False), ("id_", "id", MAX_JSON, False))


def track(tracker, *args, **options) -> "str | None":
    """A name, an id, or both."""
    given = bind_call(_CALL_FIELDS, args, options)
    if not (given.get("name") or given.get("id_")):
        raise tracker.refuse(ValueError("name, id_: one of them is needed"))
    return track_fields(tracker, _CALL_SCHEMA, _CALL_FIELDS, given)
