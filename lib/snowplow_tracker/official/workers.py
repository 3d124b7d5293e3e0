# Sends beside a program: a task of its asyncio loop if one runs, else a thread.
#
# A thread and the program may not be in the store, a transfer or the clock at once: start() puts
# a lock around the calls of the emitter, and of clock.ms(), by which they get there.
import sys

from .. import clock
from ..emitter.options import make_http


def start(emitter, seconds: float) -> None:
    """Have a worker send every so many seconds, and when it is woken; it is emitter.worker."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
        raise ValueError("timeout: expected seconds, got %r" % (seconds,))
    if getattr(emitter, "worker", None):
        return
    emitter.worker = _Task(emitter, seconds) if _loop_runs() else _Thread(emitter, seconds)


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
        _protect(_thread, emitter)
        _thread.start_new_thread(self._work, ())

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


def _protect(threads, emitter):
    lock = threads.allocate_lock()
    owner = [None]

    def guard(call):
        def guarded(*args, **options):
            me = threads.get_ident()
            if owner[0] == me:  # such as a callback, which tracks
                return call(*args, **options)
            with lock:
                owner[0] = me
                try:
                    return call(*args, **options)
                finally:
                    owner[0] = None

        return guarded

    if getattr(emitter, "guarded", False):
        return
    emitter.guarded = True
    emitter.put = guard(emitter.put)
    emitter.step = guard(emitter.step)
    emitter.abandon = guard(emitter.abandon)
    if not hasattr(clock, "unguarded_ms"):
        clock.unguarded_ms = clock.ms  # type: ignore[attr-defined]
        clock_lock = threads.allocate_lock()
        ms = clock.ms

        def guarded_ms():
            with clock_lock:
                return ms()

        clock.ms = guarded_ms
