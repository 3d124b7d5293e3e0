# The types of __init__.py, with the calls that its table makes. Type checkers read this file; no
# board gets it.
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
) -> MediaTracking: ...

class MediaTracking:
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
    def __init__(self, tracker: Tracker, id: str, session: MediaSession | None) -> None: ...
    def update_media_tracking(
        self,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def end_media_tracking(self) -> None: ...
    def check(self) -> str | None: ...
    def track_media_self_describing_event(
        self,
        event: _SelfDescribing,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ready(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_play(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_pause(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_seek_start(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_seek_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_playback_rate_change(
        self,
        *,
        previous_rate: float | None = None,
        new_rate: float,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_volume_change(
        self,
        *,
        previous_volume: int | None = None,
        new_volume: int,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_fullscreen_change(
        self,
        *,
        fullscreen: bool,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_picture_in_picture_change(
        self,
        *,
        picture_in_picture: bool,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_break_start(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_break_end(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_start(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_first_quartile(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_midpoint(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_third_quartile(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_ad_complete(
        self,
        *,
        player: _Fields = None,
        ad: _Fields = None,
        ad_break: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
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
    ) -> str | None: ...
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
    ) -> str | None: ...
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
    ) -> str | None: ...
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
    ) -> str | None: ...
    def track_media_buffer_start(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_media_buffer_end(
        self,
        *,
        player: _Fields = None,
        context: _Entities = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
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
    ) -> str | None: ...
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
    ) -> str | None: ...
