# One file an event. events/NAME.py gives the call tracker.track_NAME(...); it has one of
#
#   NAME(...)             -> (schema, data) of a self-describing event, or ValueError. The call
#                         also takes context=, tstamp= and event_subject=
#   EVENT                 the class of an event with FIELDS (event.py)
#   track(tracker, ...)   the call itself


def call(tracker, name):
    """What tracker.track_NAME is; AttributeError if there is no such event."""
    try:
        module = __import__(__name__ + "." + name, None, None, (name,))
    except ImportError:
        raise AttributeError("track_" + name)
    if hasattr(module, "EVENT"):
        from .event import direct

        return lambda *args, **options: direct(tracker, module.EVENT, args, options)
    if hasattr(module, "track"):
        return lambda *args, **options: module.track(tracker, *args, **options)
    build = getattr(module, name)

    def track(*args, context=None, tstamp=None, event_subject=None, **options):
        try:
            pair = build(*args, **options)
        except ValueError as e:
            raise tracker._refuse(e)
        return tracker.track_self_describing_event(pair, context, tstamp, event_subject)

    return track
