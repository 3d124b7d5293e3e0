# A fleet on one virtual clock, with the library's real timers. Prints the requests of each second.
import asyncio
import contextlib
import json
import selectors
import sys
from collections import Counter

from snowplow_tracker import Emitter, RingStore, clock

BOARDS = 1000
SAMPLE_MS = 5000
SEND_SECONDS = 10
EVENT = b'{"e":"se","eid":"0"'
DOWN, UP, END = [int(seconds) * 1000 for seconds in sys.argv[1:]]


class Waiting(selectors.BaseSelector):
    """Waits by moving the virtual clock on; there is nothing else to wait for."""

    def __init__(self):
        self.seconds = 0.0
        self.files = {}

    def register(self, fileobj, events, data=None):
        key = self.files[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return key

    def unregister(self, fileobj):
        return self.files.pop(fileobj)

    def select(self, timeout=None):
        self.seconds += timeout or 0
        return []

    def get_map(self):
        return self.files


class Collector:
    """The transport of one board, to a collector that is down from DOWN to UP."""

    def __init__(self, requests):
        self.requests = requests  # of all boards: Counter of the second

    def send(self, length, body):
        for piece in body(bytearray(1400)):
            last = bytes(piece)
        assert last.endswith(b"]}")
        now = clock.ms()
        self.requests[now // 1000] += 1
        if DOWN <= now < UP:
            yield 1
            raise ConnectionRefusedError(111)
        yield 20
        return 200


async def sample(emitters):
    """All boards sample at the same moments of the clock."""
    while clock.ms() < END:
        for emitter in emitters:
            emitter.put(clock.ms(), 0, EVENT)
        await asyncio.sleep((SAMPLE_MS - clock.ms() % SAMPLE_MS) / 1000)


def requests(boards=BOARDS):
    """How many requests came in each second of the fleet's life: a list."""
    waiting = Waiting()
    loop = asyncio.SelectorEventLoop(waiting)
    loop.time = lambda: waiting.seconds
    clock.ticks_ms, clock.ticks_diff = lambda: int(waiting.seconds * 1000), lambda a, b: a - b
    clock.ticks = clock.elapsed = 0
    found = Counter()
    emitters = [
        Emitter("h", transport=Collector(found), event_store=RingStore(4096), batch_size=20)
        for _ in range(boards)
    ]
    tasks = [loop.create_task(emitter.run(SEND_SECONDS)) for emitter in emitters]
    loop.run_until_complete(sample(emitters))
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
    return [found[second] for second in range(END // 1000)]


print(json.dumps(requests()))
