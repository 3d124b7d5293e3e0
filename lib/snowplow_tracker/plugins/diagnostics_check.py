# What Diagnostics.check() is: needed now and then, so the firmware removes it from RAM afterwards.
from .diagnostics import SCHEMA


# seen: the counts of the last time, and the last error of each emitter.
def check(tracker, seen: dict) -> int:
    """Track what failed since the last time; -> the number of events."""
    n = 0
    for name, key, what, count in list(_counts(tracker)):
        more = count - seen.get(key, 0)
        seen[key] = count
        if more > 0:
            n += _report(tracker, name, "%d %s" % (more, what))
    for emitter in tracker.emitters:
        # The same error again and again is one event.
        last = emitter.last_result
        ok = last is None or last in range(200, 300)
        text = None if ok else "the last request failed: %r" % last
        if text != seen.get(emitter) and text:
            n += _report(tracker, type(emitter).__name__, text)
        seen[emitter] = text
    return n


def _counts(tracker):
    yield "Tracker", 0, "calls were refused", tracker.refused
    for emitter in tracker.emitters:
        store = emitter.event_store
        yield type(store).__name__, store, "events were dropped", store.dropped
    for plugin in tracker.plugins:
        yield type(plugin).__name__, plugin, "failures", getattr(plugin, "failed", 0)


def _report(tracker, name, text):
    data = {"className": name, "message": text[:2048]}
    tracker.track_self_describing_event((SCHEMA, data))
    return 1
