# How long a page is looked at: a page_ping at each heartbeat in which the user did something, as
# in the tracker for browsers. For displays whose pages are tracked by track_page_view(). A plugin:
#
#   activity = ActivityTracking(tracker)
#   tracker.plugins.append(activity)
#   tracker.track_page_view("https://kiosk.example.com/menu", "Menu")
#   activity.update_page_activity()         # at each touch; with x, y where the page scrolls
#   activity.check()                        # in the main loop, each second or so
#
# The first ping comes `minimum_visit_length` seconds after the page view, the others every
# `heartbeat_delay` seconds. A check that comes late makes one ping, not several. From the first
# page view on all events carry the entity web_page, whose id joins a view and its pings. It is a
# new one when anonymous tracking is switched on or off.
from .. import clock
from ..record import uuid4
from ..validators import integer

WEB_PAGE = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"


class ActivityTracking:
    def __init__(
        self, tracker, minimum_visit_length: int = 10, heartbeat_delay: int = 10
    ) -> None:
        self.tracker = tracker
        self._first = integer("minimum_visit_length", minimum_visit_length, 0, 86400) * 1000
        self._delay = integer("heartbeat_delay", heartbeat_delay, 1, 86400) * 1000
        self._page: tuple | None = None  # address, title, referrer
        self._id: str | None = None
        self._anonymous = False  # whether the id is for anonymous events
        self._active = self._due = self._window = 0  # milliseconds
        self._position = (0, 0)
        self._range = [0, 0, 0, 0]

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        anonymous = bool(self.tracker.anonymous)
        if pairs["e"] == "pv" or self._id and anonymous != self._anonymous:
            self._id = str(uuid4(), "ascii")
            self._anonymous = anonymous
        if pairs["e"] == "pv":
            self._page = pairs.get("url"), pairs.get("page"), pairs.get("refr")
            self._active = clock.ms()
            self._window = self._first or self._delay
            self._due = self._active + self._window
            self._position = (0, 0)
            self._rest()
        if self._id:
            entities.append((WEB_PAGE, {"id": self._id}))

    def update_page_activity(self, x: "int | None" = None, y: "int | None" = None) -> None:
        """The user did something; the page is scrolled to x, y."""
        was_x, was_y = self._position
        x = was_x if x is None else integer("x", x)
        y = was_y if y is None else integer("y", y)
        low_x, high_x, low_y, high_y = self._range
        self._range = [min(low_x, x), max(high_x, x), min(low_y, y), max(high_y, y)]
        self._position = x, y
        self._active = clock.ms()

    def check(self) -> "str | None":
        """Track a page_ping if it is time for one and the user was active; -> its eid, or None."""
        late = clock.ms() - self._due
        if self._page is None or late < 0:
            return None
        active = self._active + self._window > self._due
        self._window = self._delay
        self._due += (late // self._delay + 1) * self._delay
        if not active:
            return None
        eid = self.tracker.track_page_ping(*self._page, *self._range)
        self._rest()
        return eid

    def _rest(self):
        x, y = self._position
        self._range = [x, x, y, y]
