# Media tracking, as the trackers for browsers and phones have it: for boards that play audio.
#
#   radio = start_media_tracking(tracker, "show 12", {"label": "News", "media_type": "audio"})
#   radio.track_media_play(player={"current_time": 0.5})
#   radio.update_media_tracking({"current_time": 12.5})     # whenever it is known
#   radio.check()                                           # in the main loop, each second or so
#   radio.end_media_tracking()
#
# - track_media_NAME() is there for each event of tables.py. It takes the event's own fields, and
#   what is known of the player, the ad and the ad break, as dicts of the fields listed there;
#   what was told once is remembered. All take context, tstamp and event_subject.
# - Each event carries the player, the session (unless session=False), `context`, and the ad.
# - check() tracks a ping every `ping_interval` seconds, but while the player is paused only
#   `max_paused_pings`; pings=False: none.
# - `boundaries` are percents of the duration, at which percent_progress is tracked once.
# - Of seeks and changes of the volume that follow each other, the first start, the last end and
#   the last volume are tracked: before the next event, or by check() after five seconds. Their
#   calls return None; the others return the eid of their event, else of a percent_progress.
# - The id joins all events of the tracking, anonymous or not: begin another one where it must not.
# - `capture_events` lists the events that are tracked; the others only change what is known.
from .. import clock
from ..entities.checks import checked, entity_list
from ..events.self_describing import SelfDescribing
from ..record import text, utf8
from ..self_describing import pair_json
from ..validators import integer, timestamp
from .tables import (
    AD,
    AD_BREAK,
    CHANGES,
    EVENTS,
    PLAYER,
    PLAYER_SCHEMA,
    QUARTILES,
    STATES,
    event_schema,
    schema,
)

_REPEATED = ("seek_start", "seek_end", "volume_change")
_REPEAT_MS = 5000


def start_media_tracking(
    tracker,
    id: str,
    player: "dict | None" = None,
    session: bool = True,
    pings: bool = True,
    ping_interval: "int | None" = None,
    max_paused_pings: int = 1,
    boundaries=(),
    capture_events=None,
    filter_out_repeated_events: bool = True,
    context=(),
):
    """Begin to track what a player plays; `id` is that of the media session."""
    if not utf8(text("id", id, 256)):
        raise ValueError("id: may not be empty")
    if ping_interval is not None:
        integer("ping_interval", ping_interval, 1, 65535)
    integer("max_paused_pings", max_paused_pings, 0)
    for boundary in boundaries:
        integer("boundaries", boundary, 0, 100)
    for kind in capture_events or ():
        if kind not in EVENTS and kind not in ("ping", "percent_progress"):
            raise ValueError("capture_events: %r is no event of media tracking" % kind)
    its = None
    if session:
        from .session import MediaSession

        its = MediaSession(id, ping_interval)
    media = MediaTracking(tracker, id, its)
    media.player.update(checked("player", PLAYER, player or {}))
    media.context = entity_list(tracker, context)
    media.boundaries = list(boundaries)
    media.capture_events = capture_events
    media.filter_out_repeated_events = filter_out_repeated_events
    media.interval = (ping_interval or 30) * 1000 if pings else 0
    media.max_paused_pings = max_paused_pings
    return media


class MediaTracking:
    # start_media_tracking() sets the attributes without an underscore.
    def __init__(self, tracker, id: str, session) -> None:
        self.tracker = tracker
        self.id = id
        self.session = session
        self.player: dict = {"currentTime": 0, "paused": True, "ended": False}
        self.context: list = []
        self.boundaries: list = []
        self.capture_events = None
        self.filter_out_repeated_events = True
        self.interval = self.max_paused_pings = 0
        self._ad: dict | None = None
        self._break: dict | None = None
        self._pod = 0  # how many ads of the break began
        self._start = clock.ms()
        self._pings = self._paused_pings = 0
        self._sent: list = []  # boundaries that were reached
        self._waiting: dict = {}  # repeated events: {kind: Event}
        self._since = 0  # when the first of them came
        self._over = False

    def __getattr__(self, name: str):
        kind = name[12:]
        if not name.startswith("track_media_") or kind not in EVENTS:
            raise AttributeError(name)
        return lambda **options: self._track(kind, None, **options)

    def track_media_self_describing_event(
        self, event, player: "dict | None" = None, context=None, tstamp=None, event_subject=None
    ) -> "str | None":
        """Track an event of one's own with the entities of the player."""
        return self._track(None, event, player, None, None, context, tstamp, event_subject)

    def update_media_tracking(
        self, player: "dict | None" = None, context=None, tstamp=None, event_subject=None
    ) -> "str | None":
        """Tell what is known of the player, without an event of its own."""
        return self._track(None, None, player, None, None, context, tstamp, event_subject)

    def end_media_tracking(self) -> None:
        """Track what waits, and nothing more."""
        self._flush()
        self._over = True

    def check(self) -> "str | None":
        """Track a ping if it is time for one, and what waits; -> the eid of the ping, or None."""
        now = clock.ms()
        if self._over:
            return None
        if self._waiting and now - self._since >= _REPEAT_MS:
            self._flush()
        due = (now - self._start) // self.interval if self.interval else 0
        if due <= self._pings:
            return None
        self._pings = due
        if self.player["paused"]:
            if self._paused_pings >= self.max_paused_pings:
                return None
            self._paused_pings += 1
        return self._track("ping", None)

    # All is checked before anything changes. What changes is known also if memory runs out before
    # the event is stored.
    def _track(
        self, kind, event, player=None, ad=None, ad_break=None, context=None, tstamp=None,
        event_subject=None, **fields
    ):  # fmt: skip
        tracker = self.tracker
        try:
            if self._over:
                raise ValueError("media: %r has ended; start another tracking" % self.id)
            new = dict(self.player)
            new.update(checked("player", PLAYER, player or {}))
            new.update(STATES.get(kind, {}))
            body = checked(kind, EVENTS.get(kind, ()), fields) if kind else {}
            if kind in QUARTILES:
                body["percentProgress"] = QUARTILES[kind]
            if kind in CHANGES:
                key, now, before = CHANGES[kind]
                if before and before not in body and self.player.get(key) is not None:
                    body[before] = self.player[key]
                if now in body:
                    new[key] = body[now]
            ads = self._ads(kind, new, ad, ad_break)
            own = entity_list(tracker, context)
            if tstamp is not None:
                timestamp("tstamp", tstamp)
            if event_subject is not None and not hasattr(event_subject, "standard_nv_pairs"):
                raise ValueError("event_subject: expected a Subject")
            if event is not None:
                pair_json("event", event, tracker.json_encoder)
        except ValueError as e:
            raise tracker.refuse(e)
        self.player = new
        self._ad, self._break, self._pod = ads
        if self.session:
            self.session.update(kind, new, self._break)
        if not new["paused"]:
            self._paused_pings = 0
            for plugin in tracker.plugins:
                if hasattr(plugin, "update_page_activity"):
                    plugin.update_page_activity()
        entities = self._entities() + own
        self._after(kind)
        events = []
        if kind and (self.capture_events is None or kind in self.capture_events):
            events.append((kind, (event_schema(kind), body)))
        if event is not None:
            events.append(("", event))
        percent = self._boundary()
        if percent is not None:
            data = {"percentProgress": percent}
            events.append(("percent_progress", (event_schema("percent_progress"), data)))
        eids = []
        for name, pair in events:
            event = SelfDescribing(pair, event_subject, entities, tstamp)
            if self.filter_out_repeated_events and name in _REPEATED:
                self._wait(name, event)
                eids.append(None)
            else:
                self._flush()
                eids.append(tracker.track(event))
        return eids[0] if eids else None

    def _ads(self, kind, player, ad, ad_break):
        its, whole, pod = self._ad, self._break, self._pod
        if kind == "ad_start":
            its = None
            pod += 1
        elif kind == "ad_break_start":
            whole = None
            pod = 0
        if ad is not None:
            its = dict(its or {})
            its.pop("podPosition", None)
            if pod:
                its["podPosition"] = min(pod, 65535)
            its.update(checked("ad", AD, ad))
            if "adId" not in its:
                raise ValueError("ad: ad_id: may not be empty")
        if ad_break is not None:
            whole = dict(whole or {"startTime": player["currentTime"]})
            whole.update(checked("ad_break", AD_BREAK, ad_break))
            if "breakId" not in whole:
                raise ValueError("ad_break: break_id: may not be empty")
        return its, whole, pod

    def _after(self, kind):
        if kind == "ad_break_end":
            self._break = None
            self._pod = 0
        elif kind in ("ad_complete", "ad_skip"):
            self._ad = None

    def _entities(self):
        found = [(PLAYER_SCHEMA, self.player)]
        if self.session:
            found.append((schema("session"), self.session.data()))
        found += self.context
        if self._ad:
            found.append((schema("ad"), self._ad))
        if self._break:
            found.append((schema("ad_break"), self._break))
        return found

    # The percent, if a boundary was reached that was not reached before.
    def _boundary(self):
        duration = self.player.get("duration")
        if not duration or self.player["paused"]:
            return None
        percent = min(int(self.player["currentTime"] / duration * 100), 100)
        reached = [boundary for boundary in self.boundaries if boundary <= percent]
        if not reached or max(reached) in self._sent:
            return None
        self._sent.append(max(reached))
        return percent

    def _wait(self, name, event):
        event.ms = clock.ms()
        if not self._waiting:
            self._since = event.ms
        if name != "seek_start" or name not in self._waiting:
            self._waiting[name] = event

    def _flush(self):
        for name in _REPEATED:
            event = self._waiting.pop(name, None)
            if event:
                self.tracker.track(event)
