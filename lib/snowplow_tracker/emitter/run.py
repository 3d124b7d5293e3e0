# Emitter.run(): sends beside a program on asyncio.
import asyncio

from .. import clock
from .retry import random

# CPython's has no sleep_ms.
sleep_ms = getattr(asyncio, "sleep_ms", None) or (lambda ms: asyncio.sleep(ms / 1000))


async def run(emitter, interval):
    store = emitter.event_store
    # Boards that start together after a power cut are not to send together.
    since = clock.ms()
    spread = min(interval, emitter.max_retry_delay_seconds)
    emitter.retry_at = since + random(spread * 1000)
    while True:
        await sleep_ms(500)
        if emitter.idle:
            emitter.idle()
        now = clock.ms()
        stored = len(store)
        if not stored:
            since = now
        full = stored >= emitter.batch_size or emitter.new_bytes >= emitter.byte_limit
        late = now - since >= interval * 1000
        if stored and now >= emitter.retry_at and (full or late or emitter.retry):
            done = emitter.sent + emitter.given_up
            wait = emitter.step()
            while wait is not None:
                await sleep_ms(wait)
                # Meanwhile a flush() may have brought it to its end.
                wait = emitter.step() if emitter.active else None
            if emitter.sent + emitter.given_up != done:
                since = clock.ms()
