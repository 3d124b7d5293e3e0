# Types and documentation of __init__.py, with the calls that its table makes. No board gets this
# file.
from collections.abc import Iterable
from typing import Any

from ..self_describing_json import SelfDescribingJson
from ..subject import Subject
from ..tracker import Tracker
from .session import MediaSession

_SelfDescribing = SelfDescribingJson | tuple[str, Any]
_Entities = Iterable[_SelfDescribing] | None
_Fields = dict[str, Any] | None

def start_media_tracking(
    tracker: Tracker,
    id: str,
    player: _Fields = None,
    session: bool = True,
    pings: bool = True,
    ping_interval: int | None = None,
    max_paused_pings: int = 1,
    boundaries: Iterable[int] = (),
    capture_events: list[str] | tuple[str, ...] | None = None,
    filter_out_repeated_events: bool = True,
    context: _Entities = (),
) -> MediaTracking:
    """Begin to track what a player plays.

    Args:
        tracker: Which tracks the events.
        id: That of the media session, 256 characters at most.
        player: What is known of the player, a dict of the fields of media/tables.py.
        session: Whether the events carry the entity `session`.
        pings: Whether check() tracks pings.
        ping_interval: Seconds between pings (30).
        max_paused_pings: How many pings are tracked while it pauses.
        boundaries: Percents of the duration at which `percent_progress` is tracked once.
        capture_events: Names of the events that are tracked; None: all.
        filter_out_repeated_events: Whether seeks and changes of the volume that follow each other
            count once.
        context: Entities of all these events.

    Raises:
        ValueError: An argument is bad; the text names it.
    """

class MediaTracking:
    """What a player plays. start_media_tracking() makes it.

    Each call takes the fields of its event, and `player`, `ad` and `ad_break`: dicts of what is
    known of them, which is remembered. Positions and durations are in seconds. They return the
    eid of their event, else of a `percent_progress`, or None.
    """

    tracker: Tracker
    id: str
    session: MediaSession | None
    player: dict[str, Any]
    context: list[_SelfDescribing]
    boundaries: list[int]
    capture_events: list[str] | tuple[str, ...] | None
    filter_out_repeated_events: bool
    interval: int
    max_paused_pings: int
    def __init__(self, tracker: Tracker, id: str, session: MediaSession | None) -> None:
        """start_media_tracking() makes it."""
    def update_media_tracking(
        self,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Note what the player does, without an event; -> the eid of a progress, or None."""
    def end_media_tracking(self) -> None:
        """End the tracking: nothing is tracked by it any more."""
    def check(self) -> str | None:
        """Track a ping, or what waits, if it is time; -> its eid, or None. Call it each second."""
    def track_media_self_describing_event(
        self,
        event: _SelfDescribing,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track an event of your own with the entities of the player."""
    def track_media_ready(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The player is ready."""
    def track_media_play(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """It plays."""
    def track_media_pause(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """It pauses."""
    def track_media_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """It came to the end."""
    def track_media_seek_start(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The user begins to seek; of several in a row the first counts."""
    def track_media_seek_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The user found the place; of several in a row the last counts."""
    def track_media_playback_rate_change(
        self,
        *,
        previous_rate: float | None = None,
        new_rate: float,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The speed was changed: 1 is as recorded."""
    def track_media_volume_change(
        self,
        *,
        previous_volume: int | None = None,
        new_volume: int,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The volume was changed, in percent; of several in a row the last counts."""
    def track_media_fullscreen_change(
        self,
        *,
        fullscreen: bool,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Full screen was switched on or off."""
    def track_media_picture_in_picture_change(
        self,
        *,
        picture_in_picture: bool,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Picture in picture was switched on or off."""
    def track_media_ad_break_start(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """A break with advertisements begins."""
    def track_media_ad_break_end(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The break is over."""
    def track_media_ad_start(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """An advertisement begins."""
    def track_media_ad_first_quartile(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """A quarter of the advertisement was played."""
    def track_media_ad_midpoint(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Half of the advertisement was played."""
    def track_media_ad_third_quartile(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Three quarters of the advertisement were played."""
    def track_media_ad_complete(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The advertisement came to its end."""
    def track_media_ad_skip(
        self,
        *,
        percent_progress: float | None = None,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The user skipped the advertisement, at a percentage of it."""
    def track_media_ad_click(
        self,
        *,
        percent_progress: float | None = None,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The user followed the advertisement, at a percentage of it."""
    def track_media_ad_pause(
        self,
        *,
        percent_progress: float | None = None,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The advertisement pauses, at a percentage of it."""
    def track_media_ad_resume(
        self,
        *,
        percent_progress: float | None = None,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The advertisement goes on, at a percentage of it."""
    def track_media_buffer_start(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The player waits for data."""
    def track_media_buffer_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The player has data again."""
    def track_media_quality_change(
        self,
        *,
        previous_quality: str | None = None,
        new_quality: str | None = None,
        bitrate: int | None = None,
        frames_per_second: int | None = None,
        automatic: bool | None = None,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The quality was changed: bitrate in bits a second."""
    def track_media_error(
        self,
        *,
        error_code: str | None = None,
        error_name: str | None = None,
        error_description: str | None = None,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The player failed."""
