"""The object that all HTTP handlers share."""

import asyncio
from pathlib import Path

from aiohttp import web

RELEASES = "build/firmware"


class Collector:
    """The store, the schemas, the options, and the event that wakes the pages' streams.

    ``releases`` is the folder that /firmware/ serves. ``token`` is the one that readers must
    show, or None; ``allowed_hosts`` are more names of the collector. ``faults`` are
    :class:`faults.Fault` s. ``forward`` is a :class:`forwarder.Forwarder`, or None. ``listens`` is
    (host, port), once the server listens.
    """

    def __init__(
        self, store, schemas, token=None, faults=(), releases=None, forward=None, allowed_hosts=()
    ):
        self.store, self.schemas = store, schemas
        self.releases = Path(releases or RELEASES)
        self.token, self.faults = token, faults
        self.listens = ("", 0)
        self.forward, self.allowed_hosts = forward, allowed_hosts
        self.faulted = 0  # requests to which a fault was applied
        self.stopping = False
        self.changed = asyncio.Event()  # set, and replaced by a new one, after each commit

    async def apply_faults(self):
        """Wait for the delays of all faults that apply now; return the first one's other answer.

        That is a status, "reset", "lost", or None where the request is answered as usual.
        """
        answer = None
        applying = [fault for fault in self.faults if fault.applies_now()]
        self.faulted += bool(applying)
        for fault in applying:
            if fault.answer == "delay":
                await asyncio.sleep(fault.delay)
            else:
                answer = answer or fault.answer
        return answer

    def notify(self):
        """Wake everybody who waits for ``changed``. Call it in the event loop."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def stop(self, app):
        """End the streams, so that the server can close."""
        self.stopping = True
        self.notify()

    async def select(self, condition, arguments):
        """Await :meth:`store.Store.select`."""
        return await asyncio.wrap_future(self.store.select(condition, arguments))

    async def read(self, query, *arguments):
        """Await :meth:`store.Store.read`."""
        return await asyncio.wrap_future(self.store.read(query, *arguments))


COLLECTOR = web.AppKey("collector", Collector)
