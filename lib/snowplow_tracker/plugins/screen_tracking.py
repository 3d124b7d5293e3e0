# Screens of a display, as the trackers for browsers and phones track them. A plugin:
#
#   screens = ScreenTracking(tracker)
#   tracker.plugins.append(screens)
#   screens.track_screen_view("menu")       # or: tracker.track(ScreenView(id, "menu"))
#   tracker.track_list_item_view(3, 12)
#
# - A view ends that of the screen before: screen_end is tracked first, with the entity
#   screen_summary. What the view does not say of its previous screen is filled in.
# - All events carry the entity `screen`.
# - track_list_item_view() and track_scroll_changed() send nothing: the summary tells how far the
#   user came.
# - The seconds in foreground and background, between which the events of Lifecycle switch, are
#   those of the monotonic clock. A screen does not outlive a reset: call track_screen_end()
#   before a deep sleep.
# - When anonymous tracking is switched on or off, the screen gets a new id, so that no id joins
#   the events before and after it.
from .. import clock
from ..entities.checks import entity_list
from ..events.event import catch
from ..events.screen_view import SCHEMA as VIEW
from ..events.screen_view import ScreenView
from ..events.self_describing import SelfDescribing
from ..record import dumps, utf8, uuid4
from ..validators import timestamp

SCREEN = "iglu:com.snowplowanalytics.mobile/screen/jsonschema/1-0-0"
SUMMARY = "iglu:com.snowplowanalytics.mobile/screen_summary/jsonschema/1-0-0"
END = "iglu:com.snowplowanalytics.mobile/screen_end/jsonschema/1-0-0"
_FOREGROUND = "iglu:com.snowplowanalytics.snowplow/application_foreground/jsonschema/1-0-0"
_BACKGROUND = "iglu:com.snowplowanalytics.snowplow/application_background/jsonschema/1-0-0"

_MOST = 2147483647
# Key of the summary; the field that it comes from, and one that is added to it; which it keeps.
_SUMS = (
    ("last_item_index", "index", "", max),
    ("items_count", "items_count", "", max),
    ("min_x_offset", "x_offset", "", min),
    ("max_x_offset", "x_offset", "view_width", max),
    ("min_y_offset", "y_offset", "", min),
    ("max_y_offset", "y_offset", "view_height", max),
    ("content_width", "content_width", "", max),
    ("content_height", "content_height", "", max),
)


class ScreenTracking:
    def __init__(self, tracker) -> None:
        self.tracker = tracker
        self.screen: dict | None = None  # data of the entity
        self._next: dict | None = None  # of the view that is about to be stored
        self._end: tuple | None = None  # screen_end, which is stored if no plugin stops the view
        self._last = self._accept  # the plugin that a view comes to last
        self._ended = False
        self._anonymous = bool(tracker.anonymous)
        self._visible = True
        self._since = self._shown = self._hidden = 0  # milliseconds
        self._seen: dict = {}

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        self._renew()
        if schema == VIEW and self._next:
            entities.append((SCREEN, self._next))
            return
        if schema in (END, _FOREGROUND, _BACKGROUND):
            self._count()
            if schema == END:
                self._ended = True
            else:
                self._visible = schema == _FOREGROUND
            if self.screen:
                entities.append((SUMMARY, self._summary()))
        if self.screen:
            entities.append((SCREEN, self.screen))

    def track_screen_view(
        self,
        name: str,
        id_: "str | None" = None,
        type: "str | None" = None,
        previous_name: "str | None" = None,
        previous_id: "str | None" = None,
        previous_type: "str | None" = None,
        transition_type: "str | None" = None,
        context=None,
        tstamp: "int | None" = None,
        event_subject=None,
    ) -> "str | None":
        """Track a ScreenView, with a new id if none is given; -> its eid, or None."""
        names = (id_ or str(uuid4(), "ascii"), name, type)
        before = (previous_name, previous_id, previous_type, transition_type)
        try:
            view = ScreenView(*names, *before, event_subject, context, tstamp)
        except ValueError as e:
            raise self.tracker.refuse(e)
        return self.tracker.track(view)

    def track_screen_end(self) -> "str | None":
        """End the screen, if one is shown, before the next one is; -> the eid, or None."""
        if not self.screen or self._ended:
            return None
        return self.tracker.track(SelfDescribing((END, {})))

    # ScreenView calls it with its data before it is stored. All is checked first, so that a view
    # that is refused ends nothing, nor does one that a plugin stops: the screen changes when all
    # plugins were called for the view. If memory runs out after that, screen_end is not tracked
    # again.
    def enter(self, view: ScreenView, data: dict) -> None:
        """The screen is about to be shown: fill in what was before, and end that."""
        tracker = self.tracker
        if tracker.paused:
            return
        utf8(dumps(data))
        if view.true_timestamp is not None:
            timestamp("tstamp", view.true_timestamp)
        view.context = entity_list(tracker, view.context)
        screen = {key: data[key] for key in ("name", "id", "type") if key in data}
        if tracker.plugins[-1] is not self._last:
            if self._last in tracker.plugins:
                tracker.plugins.remove(self._last)
            tracker.plugins.append(self._last)
        self._renew()
        self._next = self._end = None
        before = self.screen
        if before and before["id"] != data["id"]:
            if "previousId" not in data and "previousName" not in data:
                data["previousId"] = before["id"]
                data["previousName"] = before["name"]
                if "type" in before:
                    data["previousType"] = before["type"]
            if not self._ended:
                end = SelfDescribing((END, {}))
                end.context = view.context
                end.event_subject = view.event_subject
                end.true_timestamp = view.true_timestamp
                end.device_timestamp = view.device_timestamp
                end.ms = view.ms
                try:
                    self._end = catch(tracker, end)
                finally:
                    self._ended = False
        self._next = screen

    def _accept(self, eid, pairs, schema, entities):
        if schema != VIEW or not self._next:
            return
        self._ended = True
        if self._end:
            for emitter in self.tracker.emitters:
                emitter.put(*self._end)
        self.screen, self._next = self._next, None
        self._end = None
        self._ended = False
        self._since = clock.ms()
        self._shown = self._hidden = 0
        self._seen = {}

    def sum_up(self, data: dict) -> None:
        """Add a list item or a scrolling to the summary of the screen that is shown."""
        if not self.screen:
            return
        seen = self._seen
        for key, name, more, pick in _SUMS:
            if name in data:
                value = min(data[name] + data.get(more, 0), _MOST)
                seen[key] = pick(value, seen.get(key, value))

    def _renew(self):
        anonymous = bool(self.tracker.anonymous)
        if anonymous != self._anonymous:
            if self.screen:
                self.screen = dict(self.screen, id=str(uuid4(), "ascii"))
            self._anonymous = anonymous

    def _count(self):
        now = clock.ms()
        if self._visible:
            self._shown += now - self._since
        else:
            self._hidden += now - self._since
        self._since = now

    def _summary(self):
        data = dict(self._seen)
        data["foreground_sec"] = min(self._shown / 1000, _MOST)
        if self._hidden:
            data["background_sec"] = min(self._hidden / 1000, _MOST)
        return data
