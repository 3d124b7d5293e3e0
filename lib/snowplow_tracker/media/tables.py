# The events of media tracking and their fields, and those of the entities player, ad and ad_break.
from ..entities import finite
from ..entities.checks import flag, within
from ..validators import one_of

_VENDOR = "iglu:com.snowplowanalytics.snowplow.media/"
PLAYER_SCHEMA = "iglu:com.snowplowanalytics.snowplow/media_player/jsonschema/2-0-0"
_MOST = 2147483647


def schema(name: str) -> str:
    """Of an entity, or of an event with _event behind its name."""
    return _VENDOR + name + "/jsonschema/1-0-0"


def event_schema(kind: str) -> str:
    """Of an event of EVENTS, ping or percent_progress."""
    return schema(("ad_quartile" if kind in QUARTILES else kind) + "_event")


def _number(most):
    def check(name, value):
        if not 0 <= finite(name, value) <= most:
            raise ValueError("%s: expected a number from 0 to %d, got %r" % (name, most, value))
        return value

    return check


def _percent(name, value):
    return int(_HUNDRED(name, value))


_SECONDS = _number(_MOST)
_RATE = _number(16)
_HUNDRED = _number(100)
_VOLUME = within(0, 100)

PLAYER = (
    ("current_time", "currentTime", _SECONDS, False),
    ("duration", "duration", _SECONDS, False),
    ("ended", "ended", flag, False),
    ("fullscreen", "fullscreen", flag, False),
    ("livestream", "livestream", flag, False),
    ("label", "label", 4096, False),
    ("loop", "loop", flag, False),
    ("media_type", "mediaType", one_of("audio video"), False),
    ("muted", "muted", flag, False),
    ("paused", "paused", flag, False),
    ("picture_in_picture", "pictureInPicture", flag, False),
    ("player_type", "playerType", 4096, False),
    ("playback_rate", "playbackRate", _RATE, False),
    ("quality", "quality", 4096, False),
    ("volume", "volume", _VOLUME, False),
)
AD = (
    ("name", "name", 4096, False),
    ("ad_id", "adId", 256, False),
    ("creative_id", "creativeId", 4096, False),
    ("pod_position", "podPosition", within(1, 65535), False),
    ("duration", "duration", _SECONDS, False),
    ("skippable", "skippable", flag, False),
)
AD_BREAK = (
    ("name", "name", 4096, False),
    ("break_id", "breakId", 256, False),
    ("start_time", "startTime", _SECONDS, False),
    ("break_type", "breakType", one_of("linear nonlinear companion"), False),
    ("pod_size", "podSize", within(0, 65535), False),
)
_PERCENT = (("percent_progress", "percentProgress", _percent, False),)
EVENTS: dict = {
    "ready": (),
    "play": (),
    "pause": (),
    "end": (),
    "seek_start": (),
    "seek_end": (),
    "playback_rate_change": (
        ("previous_rate", "previousRate", _RATE, False),
        ("new_rate", "newRate", _RATE, True),
    ),
    "volume_change": (
        ("previous_volume", "previousVolume", _VOLUME, False),
        ("new_volume", "newVolume", _VOLUME, True),
    ),
    "fullscreen_change": (("fullscreen", "fullscreen", flag, True),),
    "picture_in_picture_change": (("picture_in_picture", "pictureInPicture", flag, True),),
    "ad_break_start": (),
    "ad_break_end": (),
    "ad_start": (),
    "ad_first_quartile": (),
    "ad_midpoint": (),
    "ad_third_quartile": (),
    "ad_complete": (),
    "ad_skip": _PERCENT,
    "ad_click": _PERCENT,
    "ad_pause": _PERCENT,
    "ad_resume": _PERCENT,
    "buffer_start": (),
    "buffer_end": (),
    "quality_change": (
        ("previous_quality", "previousQuality", 4096, False),
        ("new_quality", "newQuality", 4096, False),
        ("bitrate", "bitrate", within(0, 9007199254740991), False),
        ("frames_per_second", "framesPerSecond", within(0, 65535), False),
        ("automatic", "automatic", flag, False),
    ),
    "error": (
        ("error_code", "errorCode", 256, False),
        ("error_name", "errorName", 256, False),
        ("error_description", "errorDescription", 4096, False),
    ),
}
QUARTILES = {"ad_first_quartile": 25, "ad_midpoint": 50, "ad_third_quartile": 75}
# What an event says of the player: {key of the player: value}.
STATES: dict = {
    "play": {"paused": False},
    "pause": {"paused": True},
    "end": {"ended": True, "paused": True},
}
# Which field of an event is one of the player, and the field that tells what it was before.
CHANGES = {
    "playback_rate_change": ("playbackRate", "newRate", "previousRate"),
    "volume_change": ("volume", "newVolume", "previousVolume"),
    "fullscreen_change": ("fullscreen", "fullscreen", ""),
    "picture_in_picture_change": ("pictureInPicture", "pictureInPicture", ""),
    "quality_change": ("quality", "newQuality", "previousQuality"),
}
