# One file an event: events/NAME.py has track(tracker, ...), which is tracker.track_NAME(...). Most
# are one line, by the functions of calls.py; tracker.track() itself is in event.py.


def find(tracker, name: str):
    """What tracker.NAME is, if the core has no such call; AttributeError if there is none."""
    if name[:5] == "track":
        module = __name__ + "." + (name[6:] or "event")
        try:
            call = __import__(module, None, None, ("track",)).track
        except ImportError as e:
            if "'%s'" % module not in str(e):
                raise  # the file is there, but something that it needs is not
            raise AttributeError(name)
    else:
        from ..official import tracker as calls

        if name not in calls.CALLS:
            raise AttributeError(name)
        call = getattr(calls, name)
    return lambda *args, **options: call(tracker, *args, **options)
