# The entity `session` of media tracking: how long was played, paused, buffered, as the tracker for
# browsers counts it, but by the monotonic clock.
from .. import clock
from ..plugins.session import iso
from .tables import schema

SCHEMA = schema("session")
_BUFFERED = ("buffer_end", "play")
_AD_STARTS = ("ad_start", "ad_resume")
_AD_GOES_ON = ("ad_click", "ad_first_quartile", "ad_midpoint", "ad_third_quartile")
_AD_ENDS = ("ad_complete", "ad_skip", "ad_pause")
_COUNTED = {
    "ad_break_start": "adBreaks",
    "ad_start": "ads",
    "ad_skip": "adsSkipped",
    "ad_click": "adsClicked",
}
_MAX_STEP = 3600  # seconds: further on was no playing
_MAX_PARTS = 32  # a listener who skips for hours is not to fill the memory


class MediaSession:
    def __init__(self, id: str, ping_interval: "int | None") -> None:
        self._head = {"mediaSessionId": id}
        if ping_interval:
            self._head["pingInterval"] = ping_interval  # type: ignore[assignment]
        self._start = clock.ms()
        self._counts: dict = {}
        self._ms: dict = {}
        self._rates = self._rated = 0  # sum of rate times milliseconds, and of those
        self._last: tuple | None = None  # time in ms, and what the player was then
        self._ad: int | None = None  # since when an ad plays
        self._buffering: tuple | None = None  # since when, and at which current_time
        self._parts: list = []  # [first second, second behind the last] of what was played
        self._played = 0  # seconds of parts that were forgotten

    def update(self, kind: "str | None", player: dict, ad_break: "dict | None") -> None:
        """Count the time since the last update; `kind` is the event, if it is one."""
        now = clock.ms()
        linear = (ad_break or {}).get("breakType", "linear") == "linear"
        if self._ad is None or not linear:
            self._count(now, player)
        if kind:
            self._count_ads(now, kind)
        self._count_buffering(now, kind, player)
        keys = ("paused", "currentTime", "playbackRate", "muted")
        self._last = (now,) + tuple([player.get(key) for key in keys])

    def data(self) -> dict:
        """The entity's."""
        if "startedAt" not in self._head and clock.known():
            self._head["startedAt"] = iso(clock.unix_ms() - (clock.ms() - self._start))
        data = dict(self._head)
        data.update(self._counts)
        for key in self._ms:
            if self._ms[key]:
                data[key] = self._ms[key] / 1000  # type: ignore[assignment]
        if self._rated:
            rate = int(self._rates / self._rated * 1000 + 0.5) / 1000
            data["avgPlaybackRate"] = rate  # type: ignore[assignment]
        watched = self._played + sum([end - start for start, end in self._parts])
        if watched:
            data["contentWatched"] = watched  # type: ignore[assignment]
        return data

    def _add(self, key, ms):
        self._ms[key] = self._ms.get(key, 0) + ms

    def _count(self, now, player):
        time = player["currentTime"]
        start = int(time)
        if self._last:
            then, paused, before, rate, muted = self._last
            passed = now - then
            if paused:
                self._add("timePaused", passed)
            else:
                self._add("timePlayed", passed)
                if rate is not None:
                    self._rates += rate * passed
                    self._rated += passed
                if muted:
                    self._add("timePlayedMuted", passed)
                if 0 <= time - before <= _MAX_STEP:
                    start = int(before)
        if not player["paused"]:
            self._play(start, int(time) + 1)

    # Joins the part with those that it meets.
    def _play(self, start, end):
        apart = []
        for part in self._parts:
            if part[1] < start or part[0] > end:
                apart.append(part)
            else:
                start, end = min(start, part[0]), max(end, part[1])
        apart.append((start, end))
        if len(apart) > _MAX_PARTS:
            first, last = apart.pop(0)
            self._played += last - first
        self._parts = apart

    def _count_ads(self, now, kind):
        if kind in _COUNTED:
            key = _COUNTED[kind]
            self._counts[key] = self._counts.get(key, 0) + 1
        if self._ad is None:
            if kind in _AD_STARTS:
                self._ad = now
        elif kind in _AD_GOES_ON or kind in _AD_ENDS:
            self._add("timeSpentAds", now - self._ad)
            self._ad = now if kind in _AD_GOES_ON else None

    def _count_buffering(self, now, kind, player):
        if kind == "buffer_start":
            self._buffering = now, player["currentTime"]
        elif self._buffering:
            since, time = self._buffering
            self._add("timeBuffering", now - since)
            moved = player["currentTime"] != time and not player["paused"]
            self._buffering = None if moved or kind in _BUFFERED else (now, time)
