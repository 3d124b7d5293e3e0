# Reports the tracker's own failures as diagnostic_error events:
#
#   diagnostics = Diagnostics(tracker)
#   diagnostics.check()                     # from time to time, such as before flush()
#
# check() tracks one event for each counter that rose since the last check. So failures that its
# own events cause cannot make more and more of them.
SCHEMA = "iglu:com.snowplowanalytics.snowplow/diagnostic_error/jsonschema/1-0-0"


class Diagnostics:
    def __init__(self, tracker) -> None:
        self.tracker = tracker
        # A store on flash counts across reboots: what it lost earlier was reported earlier.
        stores = [emitter.event_store for emitter in tracker.emitters]
        self._seen = {store: store.dropped for store in stores}

    def check(self) -> int:
        """Track what failed since the last time; -> the number of events."""
        n = 0
        for name, key, what, count in list(self._counts()):
            more = count - self._seen.get(key, 0)
            self._seen[key] = count
            if more > 0:
                n += self._report(name, "%d %s" % (more, what))
        for emitter in self.tracker.emitters:
            # The same error again and again is one event.
            last = emitter.last_result
            ok = last is None or last in range(200, 300)
            text = None if ok else "the last request failed: %r" % last
            if text != self._seen.get(emitter) and text:
                n += self._report(type(emitter).__name__, text)
            self._seen[emitter] = text
        return n

    def _counts(self):
        yield "Tracker", 0, "calls were refused", self.tracker.refused
        for emitter in self.tracker.emitters:
            store = emitter.event_store
            yield type(store).__name__, store, "events were dropped", store.dropped
        for plugin in self.tracker.plugins:
            yield type(plugin).__name__, plugin, "failures", getattr(plugin, "failed", 0)

    def _report(self, name, text):
        data = {"className": name, "message": text[:2048]}
        self.tracker.track_self_describing_event((SCHEMA, data))
        return 1
