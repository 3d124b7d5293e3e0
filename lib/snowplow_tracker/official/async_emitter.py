# The official tracker's AsyncEmitter: a worker sends (workers.py), and no call of the program
# waits for it but sync_flush() and Tracker.flush(). With session=, whose requests block, a call
# that tracks also waits for the request under way.
from ..emitter import Emitter
from ..validators import integer
from .workers import start


class AsyncEmitter(Emitter):
    # As in the official tracker, http is the default. There is one connection, so one thread.
    def __init__(
        self,
        endpoint: str,
        protocol: str = "http",
        port: "int | None" = None,
        method: str = "post",
        batch_size: "int | None" = None,
        on_success=None,
        on_failure=None,
        thread_count: int = 1,
        *args,
        **options,
    ) -> None:
        integer("thread_count", thread_count, 1)
        first = (endpoint, protocol, port, method, batch_size, on_success, on_failure)
        Emitter.__init__(self, *first, *args, **options)
        start(self, 10)

    def put(self, ms: int, flags: int, json: bytes) -> "int | None":
        sequence = Emitter.put(self, ms, flags, json)
        if len(self.event_store) >= self.batch_size or self.new_bytes >= self.byte_limit:
            self.wake()
        return sequence

    def wake(self) -> None:
        """Have the worker send soon."""
        if self.worker:
            self.worker.wake()

    def flush(self, timeout: "float | None" = None, is_async: bool = True) -> bool:
        """Have the worker send what is stored; with is_async=False, wait for it."""
        if is_async:
            self.wake()
            return not len(self.event_store)
        return Emitter.flush(self, timeout)

    def set_flush_timer(self, timeout: float) -> None:
        """Send what waits for a batch every `timeout` seconds, in place of every 10."""
        start(self, timeout)

    def cancel_flush_timer(self) -> None:
        """Undo set_flush_timer()."""
        self.set_flush_timer(10)

    def consume(self) -> None:
        """Refused: the worker does it."""
        raise NotImplementedError("consume: the emitter's worker does it; flush() wakes it")

    def close(self) -> None:
        """End the worker and the connection; what is stored stays."""
        if self.worker:
            self.worker.end()
        Emitter.close(self)
