# The library's transport, which also counts requests and connections, times them, and tells the
# firmware how each of them ended.
from snowplow_tracker import clock
from snowplow_tracker.transport.http import HttpTransport


def _ignore(result):
    pass


class MeasuringTransport(HttpTransport):
    on_result = staticmethod(_ignore)  # called with a request's HTTP status or OSError
    requests = connections = send_ms = 0

    def send(self, length, body):
        start = clock.ms()
        self.requests += 1
        self.connections += not self._stream
        try:
            status = yield from super().send(length, body)
        except OSError as e:
            if not self.stale:
                self.on_result(e)
            raise
        self.send_ms = clock.ms() - start
        self.on_result(status)
        return status
