# Two threads may not be in the store, a transfer or the clock at once: protect() puts a lock
# around the calls of the emitter, and around clock.ms(), by which they get there.
from .. import clock


def protect(emitter) -> None:
    """Let one thread at a time into the emitter's calls: it is `guarded` then."""
    try:
        import _thread
    except ImportError:  # so there is one thread
        return
    emitter.guarded = True
    # On CPython a signal handler that tracks may come between any two lines.
    new_lock = getattr(_thread, "RLock", _thread.allocate_lock)
    lock = new_lock()
    owner = [None]

    def guard(call):
        def guarded(*args, **options):
            me = _thread.get_ident()
            if owner[0] == me:  # such as a callback, which tracks
                return call(*args, **options)
            with lock:
                owner[0] = me
                try:
                    return call(*args, **options)
                finally:
                    owner[0] = None

        return guarded

    emitter.put = guard(emitter.put)
    emitter.step = guard(emitter.step)
    emitter.abandon = guard(emitter.abandon)
    if not hasattr(clock, "unguarded_ms"):
        clock.unguarded_ms = clock.ms  # type: ignore[attr-defined]
        clock_lock = new_lock()
        ms = clock.ms

        def guarded_ms():
            with clock_lock:
                return ms()

        clock.ms = guarded_ms
