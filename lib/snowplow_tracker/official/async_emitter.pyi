# Types and documentation of async_emitter.py. No board gets this file.
from collections.abc import Callable
from typing import Any

from ..emitter import Emitter

class AsyncEmitter(Emitter):
    """An Emitter whose worker sends, in a thread or a task of asyncio: no call waits for it.

    A board without threads, and a Pico W, raise an error that says to use run().
    """

    worker: Any
    def __init__(
        self,
        endpoint: str,
        protocol: str = "http",
        port: int | None = None,
        method: str = "post",
        batch_size: int | None = None,
        on_success: Callable[[list[dict[str, str]]], object] | None = None,
        on_failure: Callable[[int, list[dict[str, str]]], object] | None = None,
        thread_count: int = 1,
        byte_limit: int | None = None,
        request_timeout: float | tuple[float, float] | None = None,
        max_retry_delay_seconds: int = 60,
        buffer_capacity: int | None = None,
        custom_retry_codes: dict[int, bool] | None = None,
        event_store: Any = None,
        session: Any = None,
        transport: Any = None,
        idle: Callable[[], object] | None = None,
        online: Callable[[], bool] | None = None,
        **options: Any,
    ) -> None:
        """The arguments are an Emitter's, but that http is the default; there is one thread."""
    def wake(self) -> None:
        """Have the worker send soon."""
    def flush(self, timeout: float | None = None, is_async: bool = True) -> bool:
        """Have the worker send what is stored; with is_async=False, wait for it."""
    def set_flush_timer(self, timeout: float) -> None:
        """Send what waits for a batch every `timeout` seconds, in place of every 10."""
    def cancel_flush_timer(self) -> None:
        """Undo set_flush_timer()."""
    def consume(self) -> None:
        """Refused: the worker does it."""
    def close(self) -> None:
        """End the worker and the connection; what is stored stays."""
