# Reports the tracker's own failures as diagnostic_error events:
#
#   diagnostics = Diagnostics(tracker)
#   diagnostics.check()                     # from time to time, such as before flush()
#
# check() tracks one event for each counter that rose since the last check. So failures that its
# own events cause cannot make more and more of them. `seen` is all that it has to keep.
SCHEMA = "iglu:com.snowplowanalytics.snowplow/diagnostic_error/jsonschema/1-0-0"


class Diagnostics:
    def __init__(self, tracker) -> None:
        self.tracker = tracker
        # A store on flash counts across reboots: what it lost earlier was reported earlier.
        stores = [emitter.event_store for emitter in tracker.emitters]
        self.seen = {store: store.dropped for store in stores}

    def check(self) -> int:
        """Track what failed since the last time; -> the number of events."""
        from .diagnostics_check import check

        return check(self.tracker, self.seen)
