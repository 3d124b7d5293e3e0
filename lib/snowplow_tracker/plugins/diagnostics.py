# The tracker's own failures as diagnostic_error events, for who wants them:
#
#   diagnostics = Diagnostics(tracker)
#   diagnostics.check()                     # now and then, such as before flush()
#
# It looks at the counters, and tracks one event for each that rose since it last looked; what
# it causes itself therefore never grows.
SCHEMA = "iglu:com.snowplowanalytics.snowplow/diagnostic_error/jsonschema/1-0-0"


class Diagnostics:
    def __init__(self, tracker) -> None:
        self.tracker = tracker
        # A store on flash counts on over reboots: what it lost before was told before.
        stores = [emitter.event_store for emitter in tracker.emitters]
        self._seen = {store: store.dropped for store in stores}

    def check(self) -> int:
        """Track what failed since the last time; -> the number of events."""
        from .diagnostics_check import check

        return check(self.tracker, self._seen)
