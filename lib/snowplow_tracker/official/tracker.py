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


# A plugin may track another event before this one, such as the end of a screen: that is stored.
def complete_payload(tracker, event) -> Payload:
    """The event as a Payload, which is not stored, empty if it was stopped; plugins see it."""
    from ..events.event import catch
    from .payload import payload

    its = catch(tracker, event)
    return payload(its[2]) if its else Payload()
