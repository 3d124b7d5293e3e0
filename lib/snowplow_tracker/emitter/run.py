# Emitter.run(): sends beside a program on asyncio.
#
# A board sends at moments of its own, which are `interval` apart. Boards sample at the same
# moments of the clock, and would otherwise send together too. A full batch goes at once.
# After a failure the next attempt comes within `interval`, or later if Retry says so.
#
# Whatever a hook, a store or a transport raises, run() prints it, and goes on after a while.
import asyncio

from .. import clock
from .random import random

# CPython's has no sleep_ms.
sleep_ms = getattr(asyncio, "sleep_ms", None) or (lambda ms: asyncio.sleep(ms / 1000))


async def run(emitter, interval):
    emitter.runs = True  # full batches are sent here, and no longer by the call that fills one
    period = max(int(interval * 1000), 1)
    spread = min(period, emitter.max_retry_delay_seconds * 1000)
    now = clock.ms()
    phase = random(period)
    sent = (now + phase) // period  # the last period in which it sent
    # Boards that start together after a power cut, with full stores, are not to send together.
    emitter.retry_at = now + random(spread)
    while True:
        await sleep_ms(500)
        try:
            if emitter.idle:
                emitter.idle()
            now = clock.ms()
            stored = len(emitter.event_store)
            if not stored:
                sent = (now + phase) // period
            full = stored >= emitter.batch_size or emitter.new_bytes >= emitter.byte_limit
            late = (now + phase) // period != sent
            if not stored or now < emitter.retry_at or not (full or late or emitter.retry):
                continue
            done = emitter.sent + emitter.given_up
            wait = emitter.step()
            while wait is not None:
                await sleep_ms(wait)
                # Meanwhile a flush() may have brought it to its end.
                wait = emitter.step() if emitter.active else None
            if emitter.sent + emitter.given_up != done:
                sent = (clock.ms() + phase) // period
            if emitter.retry_at > now:
                emitter.retry_at = max(emitter.retry_at, clock.ms() + random(spread))
        except Exception as e:
            print("snowplow: run: %s: %s" % (type(e).__name__, e))
            emitter.retry_at = clock.ms() + 1000 + random(spread)
