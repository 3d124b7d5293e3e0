# The application: samples every sensor, tracks what it reads, and sends in the background.
import asyncio
import sys

from boards.base import UNITS
from snowplow_tracker import Emitter, RingStore, Subject, Tracker, __version__

_VENDOR = "iglu:io.github.snowplow_micropython/"
READING = _VENDOR + "sensor_reading/jsonschema/1-0-0"
BOARD = _VENDOR + "board/jsonschema/1-0-0"

_STOP_SECONDS = 10


class App:
    def __init__(self, board, settings):
        self.board = board
        self.settings = settings
        self.sensors = board.sensors()
        self.tracked = 0
        self._failing = set()
        self._trouble = None
        self.emitter = Emitter(
            settings["collector"],
            batch_size=settings["batch_size"],
            event_store=RingStore(settings["buffer_bytes"]),
        )
        subject = Subject()
        if board.id():
            subject.set_domain_user_id(board.id())
        self.tracker = Tracker(
            settings["namespace"], self.emitter, subject, app_id=settings["app_id"]
        )
        self.entity = (BOARD, self._identity())

    def run(self):
        """Run until the board is told to stop; then send what is left."""
        self._hello()
        try:
            asyncio.run(self._main())
        except KeyboardInterrupt:
            pass
        self._goodbye()

    async def _main(self):
        self._count(
            self.tracker.track_struct_event(
                "board", "boot", self.board.reset_cause(), context=[self.entity]
            )
        )
        tasks = [
            asyncio.create_task(task)
            for task in (
                self._sample(),
                self._link(),
                self.emitter.run(self.settings["send_seconds"]),
            )
        ]
        while not self.board.stopping():
            self._report()
            await asyncio.sleep(0.25)
        for task in tasks:
            task.cancel()

    async def _sample(self):
        while True:
            for name in sorted(self.sensors):
                self._read(name)
                await asyncio.sleep(0)
            await asyncio.sleep(self.settings["sample_seconds"])

    def _read(self, name):
        try:
            readings = self.sensors[name].read()
        except OSError as e:
            if name not in self._failing:
                self._failing.add(name)
                print("sensor %s: %s; it is asked again" % (name, e))
            return
        self._failing.discard(name)
        data = {"sensor": name, "readings": [self._reading(q, readings[q]) for q in readings]}
        self._count(
            self.tracker.track_self_describing_event((READING, data), context=[self.entity])
        )

    def _reading(self, quantity, value):
        reading = {"quantity": quantity, "value": value}
        unit = UNITS.get(quantity)
        if unit:
            reading["unit"] = unit
        return reading

    async def _link(self):
        wifi = self.settings["wifi"]
        while wifi:
            if not self.board.online():
                try:
                    self.board.join(**wifi)
                    print("Wi-Fi: joined", wifi["ssid"])
                    self.board.set_clock()
                except OSError as e:
                    print("Wi-Fi:", e)
            await asyncio.sleep(5)

    def _count(self, eid):
        if eid:
            self.tracked += 1

    def _identity(self):
        data = {"port": sys.platform, "firmware": __version__}
        for key, value in (("id", self.board.id()), ("model", self.board.model)):
            if value:
                data[key] = value
        return data

    def _report(self):
        # Say once that sending fails and why, and once that it works again.
        trouble = self.emitter.last
        if isinstance(trouble, int):
            trouble = None if 200 <= trouble < 300 else "HTTP status %d" % trouble
        elif trouble is not None:
            trouble = str(trouble) or type(trouble).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                print("not sent, %d kept: %s" % (len(self.emitter.event_store), trouble))
            else:
                print("sending works again")

    def _hello(self):
        print("board: %s (%s), id %s" % (self.board.model, sys.platform, self.board.id()))
        print("sensors:", ", ".join(sorted(self.sensors)) or "none")
        for what in self.board.absent:
            print("absent:", what)
        print("collector:", self.settings["collector"])

    def _goodbye(self):
        self.tracker.flush(_STOP_SECONDS)
        store = self.emitter.event_store
        print(
            "stopped: tracked %d, sent %d, unsent %d, dropped %d"
            % (self.tracked, self.emitter.sent, len(store), store.dropped)
        )
