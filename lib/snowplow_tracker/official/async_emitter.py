# The official tracker's AsyncEmitter: a worker sends (workers.py), and no call of the program
# waits for it but sync_flush() and Tracker.flush().
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
        try:
            del self.put  # its worker sends full batches
        except AttributeError:
            pass
        if self.transport is None:
            self.transport = self.make_http()
        start(self, 10)

    def put(self, ms: int, flags: int, json: bytes) -> "int | None":
        sequence = Emitter.put(self, ms, flags, json)
        if len(self.event_store) >= self.batch_size or self.new_bytes >= self.byte_limit:
            self.worker.wake()
        return sequence

    def flush(self, timeout: "float | None" = None, is_async: bool = True) -> bool:
        """Have the worker send what is stored; with is_async=False, wait for it."""
        if is_async:
            self.worker.wake()
            return not len(self.event_store)
        return Emitter.flush(self, timeout)
