# Calls of a Tracker that load on use: events.find() finds them.
from .payload import Payload

CALLS = "complete_payload set_subject add_emitter get_namespace pause resume".split()


def set_subject(tracker, subject) -> object:
    """Set the Subject, or None; -> the tracker."""
    tracker.subject = subject
    return tracker


def add_emitter(tracker, emitter) -> object:
    """Add an emitter that gets all further events; -> the tracker."""
    tracker.emitters.append(emitter)
    return tracker


def get_namespace(tracker) -> str:
    """The tracker's name."""
    return tracker.namespace


def pause(tracker) -> None:
    """Ignore what is tracked from now on; track calls return None."""
    tracker.paused = True


def resume(tracker) -> None:
    """Track again."""
    tracker.paused = False


class _Catcher:
    # An emitter that stores nothing.
    def __init__(self):
        self.events: list = []

    def put(self, *event):
        self.events.append(event)
        return 1


# A plugin may track another event before this one, such as the end of a screen: that is stored.
def complete_payload(tracker, event) -> Payload:
    """The event as a Payload, which is not stored, empty if it was stopped; plugins see it."""
    from .payload import payload

    emitters = tracker.emitters
    catcher = _Catcher()
    tracker.emitters = [catcher]
    eid = its = None
    try:
        eid = tracker.track(event)
    finally:
        tracker.emitters = emitters
        if eid:
            its = catcher.events.pop()
        for other in catcher.events:
            for emitter in emitters:
                emitter.put(*other)
    return payload(its[2]) if its else Payload()
