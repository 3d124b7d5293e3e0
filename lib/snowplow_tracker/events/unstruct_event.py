from .calls import deprecated


def track(tracker, *args, **options) -> "str | None":
    """The former name of track_self_describing_event()."""
    deprecated(tracker, "track_unstruct_event", "track_self_describing_event")
    return tracker.track_self_describing_event(*args, **options)
