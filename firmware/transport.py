# The library's transport with what the firmware wants to know of it: how long a request took,
# how many connections there were, and whether anyone was at the other end.
from snowplow_tracker import clock
from snowplow_tracker.emitter.outcome import reached
from snowplow_tracker.transport.http import HttpTransport


def _nothing(alive, accepted):
    pass


class Meter(HttpTransport):
    tell = staticmethod(_nothing)
    requests = connections = send_ms = 0

    def send(self, length, body):
        start = clock.ms()
        self.requests += 1
        self.connections += not self._stream
        try:
            status = yield from super().send(length, body)
        except OSError as e:
            if not self.stale:
                self.tell(reached(e), False)
            raise
        self.send_ms = clock.ms() - start
        self.tell(True, 200 <= status < 300)
        return status
