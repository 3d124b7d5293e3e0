# Sends beside a program: a task of its asyncio loop if one runs, else a thread.
import sys

from .. import clock
from ..emitter.options import make_http
from ..emitter.threads import protect


def start(emitter, seconds: float) -> None:
    """Have a worker, emitter.worker, send every so many seconds, and when it is woken."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
        raise ValueError("timeout: expected seconds, got %r" % (seconds,))
    before = getattr(emitter, "worker", None)
    worker = _Task(emitter, seconds) if _loop_runs() else _Thread(emitter, seconds)
    if before:
        before.end()
    emitter.worker = worker


def _loop_runs():
    asyncio = sys.modules.get("asyncio")
    try:
        return bool(asyncio and asyncio.current_task())
    except RuntimeError:
        return False


class _Task:
    def __init__(self, emitter, seconds):
        self._emitter = emitter
        self._task = sys.modules["asyncio"].create_task(emitter.run(seconds))

    def wake(self) -> None:
        """Send soon."""
        self._emitter.new_bytes = self._emitter.byte_limit  # run() takes it for a full batch

    def end(self) -> None:
        """Send no more."""
        self._task.cancel()
        self._emitter.worker = None


class _Thread:
    def __init__(self, emitter, seconds):
        # On a Pico W a thread is the other core, which may not use the radio.
        try:
            if sys.platform == "rp2":
                raise ImportError
            import _thread
        except ImportError:
            raise NotImplementedError(
                "this board has no thread that could send: call flush(), or in an asyncio program "
                "create_task(emitter.run())"
            )
        if emitter.transport is emitter.blocking:  # it would hold the lock until the answer
            emitter.transport = make_http(emitter)
        self._emitter = emitter
        self._period = int(seconds * 1000)
        self._ended = self._woken = False
        if not getattr(emitter, "guarded", False):
            protect(emitter)
        if sys.platform != "esp32":
            _thread.start_new_thread(self._work, ())
            return
        # It gives a thread 5 KB, and TLS takes more; the program itself has 16 KB.
        before = _thread.stack_size(16384)
        try:
            _thread.start_new_thread(self._work, ())
        finally:
            _thread.stack_size(before)

    def wake(self) -> None:
        """Send soon."""
        self._woken = True

    def end(self) -> None:
        """Send no more."""
        self._ended = True
        self._emitter.worker = None

    def _work(self):
        emitter = self._emitter
        due = clock.ms() + self._period
        while not self._ended:
            clock.sleep_ms(20)
            now = clock.ms()
            if not (self._woken or now >= due or emitter.retry):
                continue
            if now < emitter.retry_at or emitter.paused:
                continue
            self._woken = False
            due = now + self._period
            try:
                wait = emitter.step()
                while wait is not None:
                    clock.sleep_ms(max(wait, 1))
                    wait = emitter.step() if emitter.active else None
            except Exception as e:
                print("snowplow: worker: %s: %s" % (type(e).__name__, e))
                emitter.retry_at = clock.ms() + 1000
