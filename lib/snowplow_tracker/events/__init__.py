# One file an event: events/NAME.py has track(tracker, ...), which is tracker.track_NAME(...). Most
# are one line, by direct() or by call() of event.py.


def find(tracker, name: str):
    """What tracker.track_NAME is; AttributeError if there is no such event."""
    module = __name__ + "." + name
    try:
        module = __import__(module, None, None, ("track",))
    except ImportError as e:
        if "'%s'" % module not in str(e):
            raise  # the file is there, but something that it needs is not
        raise AttributeError("track_" + name)
    return lambda *args, **options: module.track(tracker, *args, **options)
