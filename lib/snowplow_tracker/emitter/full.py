# The official tracker's manner of sending: the call that fills a batch sends what is stored, and
# blocks meanwhile. Where a request failed, nothing is sent until its retry is due, and a batch
# has been filled again. run() ends it.


class FullBatches:
    # Takes the place of the emitter's put().
    def __init__(self, emitter):
        self._emitter = emitter
        self._put = emitter.put
        self._events = self._bytes = 0
        emitter.put = self.put
        emitter.runs = False

    def put(self, ms: int, flags: int, json: bytes) -> "int | None":
        emitter = self._emitter
        sequence = self._put(ms, flags, json)
        if emitter.runs:
            return sequence
        self._events += 1
        self._bytes += len(json)
        if self._events >= emitter.batch_size or self._bytes >= emitter.byte_limit:
            from .. import clock

            self._events = self._bytes = 0
            # While a transfer is under way, whoever drives it sends this too.
            if clock.ms() >= emitter.retry_at and not emitter.active and not emitter.in_callback:
                try:
                    emitter.flush()
                except Exception as e:  # of a hook or a store; the event is tracked
                    print("snowplow: flush: %s: %s" % (type(e).__name__, e))
        return sequence
