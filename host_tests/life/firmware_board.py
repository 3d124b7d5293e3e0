"""The board of one life that runs the real firmware, in either mode, until something ends it.

Library, firmware and boards/ are the real ones; below them lie the fakes of `machine` and
`network` (host_tests/fakes), on this world's clock. The board's only sensor gives a voltage that
is another one each time, so that the account knows each reading.

What happens to it is planned at each boot: when the network changes, flash fails, the clock is
lost, the sensor fails, hangs or has no memory, and when and how it ends.
"""

import json
import os
import sys

import vfs
from board import LIES, Board, _print, load
from firmware_account import FirmwareAccount
from internet import NAME, NOBODY, OTHER_NAME
from world import DAY, File, PowerCut

ROOT = __file__.rsplit("/", 3)[0]
# Not on the path for good: `requests` and others are the VM's own.
sys.path.insert(0, ROOT + "/host_tests/fakes")
sys.path.append(ROOT)
import machine_buses  # noqa: E402, F401
import ntp_server  # noqa: E402
import simulation  # noqa: E402

for _name in ("machine", "network", "esp32", "rp2"):
    __import__(_name)
sys.path.pop(0)

from snowplow_tracker import clock  # noqa: E402
from snowplow_tracker.store.retained import RetainedStore  # noqa: E402
from snowplow_tracker.store.ring import RingStore  # noqa: E402
from snowplow_tracker.store.segments import SegmentStore  # noqa: E402

MODULES = [
    load(name)
    for name in (
        "boards", "boards.chip", "boards.common", "boards.esp32", "boards.rp2", "boards.link",
        "boards.links", "boards.wifi", "boards.join", "boards.ntp", "boards.open_link",
        "boards.measure", "firmware.app", "firmware.always_on", "firmware.battery",
        "firmware.sensors", "firmware.crashes", "firmware.retained_memory", "firmware.transport",
        "firmware.on_demand.settings", "firmware.on_demand.start", "firmware.on_demand.end",
        "firmware.on_demand.health", "firmware.on_demand.report", "firmware.on_demand.unload",
        "firmware.on_demand.features", "firmware.on_demand.remote_config",
        "firmware.on_demand.remote_keys", "firmware.on_demand.remote_options", "firmware.run",
    )
]  # fmt: skip
always_on, unloading, start = [
    load("firmware." + name) for name in ("always_on", "on_demand.unload", "on_demand.start")
]
boards = load("boards")
PAGE = load("firmware.retained_memory")._PAGE
with open(ROOT + "/firmware/main.py") as _file:
    MAIN = compile(_file.read(), "main.py", "exec")
life = None  # the one under way


class Machine(simulation.World):
    """The machine behind the fakes, on the clock of a life's world."""

    def __init__(self, w, port):
        self.w = w
        super().__init__(port)

    @property
    def now_ms(self):
        return self.w.now

    @now_ms.setter
    def now_ms(self, value):
        if value > simulation.TICKS_PERIOD:  # not where a world of its own begins
            self.w.now = value

    @property
    def true_ms(self):
        return self.w.now

    @property
    def wall_ms(self):
        return self.w.now + self.w.wall

    @wall_ms.setter
    def wall_ms(self, value):
        self.w.wall = value - self.w.now

    @property
    def year(self):
        return self.time.gmtime()[0]

    @year.setter
    def year(self, year):
        days = (year - 1970) * 365 + (year - 1969) // 4 - (year - 1901) // 100
        self.wall_ms = (days + (year - 1601) // 400) * 86400000

    @property
    def rtc_memory(self):
        return self.w.memory()

    @rtc_memory.setter
    def rtc_memory(self, data):
        self.w.memory(data)

    def _pass_asleep(self, ms):
        self.w.now += ms

    def look(self):
        self.w.at_yield()
        life.look()


class Time(simulation.Time):
    def ticks_ms(self):
        return self._world.w.ticks_ms()


class Task:
    def __init__(self, loop, coroutine):
        self.loop = loop
        self.coroutine = coroutine
        self.due = life.world.now
        self.error = None
        self.over = False

    def step(self):
        try:
            self.due = life.world.now + next(self.coroutine)
        except StopIteration:
            self.over = True
        except Exception as e:
            self.error = e
            self.over = True

    def done(self):
        return self.over

    def cancel(self):
        self.over = True
        self.coroutine.close()

    def __iter__(self):  # await
        if self.error:
            raise self.error
        return iter(())


class Loop:
    """The module `asyncio`: its tasks run on the world's clock."""

    def create_task(self, coroutine):
        task = Task(self, coroutine)
        self.tasks.append(task)
        return task

    def sleep(self, seconds):
        yield int(seconds * 1000)

    def run(self, coroutine):
        self.tasks = []
        main = self.create_task(coroutine)
        while not main.over:
            first = main
            for task in self.tasks:
                if not task.over and task.due < first.due:
                    first = task
            life.machine.advance(max(0, first.due - life.world.now))
            first.step()
        if main.error:
            raise main.error


class Heap:
    """The module `gc`: that of a board is small, and collected at once."""

    def collect(self):
        pass

    def mem_free(self):
        return 60000


def patch():
    """Put the world below the firmware; behind board.patch()."""
    always_on.asyncio = Loop()
    # They would have to be compiled again each time.
    unloading.unload = lambda *names: None
    make, make_transport = start.make, start.make_transport

    def watched_make(app):
        life.app = app
        make(app)

    def watched_transport(app, collector):
        transport = make_transport(app, collector)
        life.account.watch_transport(transport)
        return transport

    def watched_removal(directory):
        life.account.refused_version = -1
        remove_state(directory)

    remove_state = start._remove_state
    start.make, start.make_transport = watched_make, watched_transport
    start._remove_state = watched_removal
    boards.load = lambda **options: life.make_board(options)
    load("boards.ntp").socket = sys.modules["socket"]
    load("boards.common").gc = load("boards.measure").gc = Heap()
    for module in MODULES:
        module.print = _print
        if hasattr(module, "urandom"):
            module.urandom = lambda n: life.world.urandom(n)


class FirmwareBoard(Board):
    def __init__(self, w, real_time):
        global life
        life = self
        port = w.pick(("esp32", "rp2"))
        self.mode = w.pick(("always_on", "battery"))
        kind = w.pick(("ring", "segments", "segments"))
        if port == "esp32" and self.mode == "battery":
            kind = "retained"
        super().__init__(w, real_time, kind)
        w.epoch, w.power_on = (0, 1609459200000)
        if port == "esp32":
            w.epoch = w.power_on = 946684800000
        w.power_up(0)
        self.account = self.net.account = FirmwareAccount(w, kind)
        self.net.answer_ntp = self.answer_ntp
        self.net.document = self.document
        self.has_remote = w.chance(40)
        self.version = 0  # of the document on the server
        self.machine = simulation.world = Machine(w, port)
        self.machine.time = Time(self.machine)
        w.wall = w.power_on - w.now
        if self.name_server:
            self.machine.name_server = "192.0.2.53"
        # What is wrong with this board, again and again.
        self.wrong = w.weighted([(None, 12), ("memory", 1), ("hangs", 2), ("driver", 3)])
        self.bad = 0  # until when the sensor fails
        self.history = True  # boots.json
        self._configure()

    def _configure(self):
        w = self.world
        self.sample = w.pick((5, 10, 60))
        self.most = 0 if self.kind == "ring" else w.pick((16384, 32768, 65536))
        self.page = w.pick((2048, 4096, 8192))
        self.config = {
            "collector": "http://" + NAME,
            "app_id": "life",
            "mode": self.mode,
            "sample_seconds": self.sample,
            "send_seconds": w.pick((5, 20, 60)),
            "batch_size": w.pick((1, 5, 20)),
            "buffer_bytes": self.page,
            "store_bytes": self.most,
            "watchdog_seconds": w.pick((0, 8, 60, 60)),
            "health_seconds": w.pick((0, 60, 600)),
            "safe_mode_seconds": w.pick((60, 600)),
            "board_sensors": False,
            "sensors": {"v": {"type": "voltage", "pin": 34, "samples": 1}},
            "battery": {"wakes_per_send": w.pick((1, 3, 5)), "send_timeout": w.pick((5, 60))},
            "wifi": {"ssid": "barn", "password": "secret12", "timeout": 5},
        }
        if self.has_remote:
            self.config["remote"] = {
                "url": "http://" + NAME + "/remote.json",
                "seconds": w.pick((20, 60, 300)),
                "trial_seconds": w.pick((30, 60, 300)),
            }
            self._document()
        self._write_config()

    def _write_config(self):
        self.flash.mount("/f")
        with open("/f/config.json", "w") as file:
            json.dump(self.config, file)
        vfs.umount("/f")

    # --- what the account needs -----------------------------------------------------------------
    def make_store(self, path, memory, max_age=None):
        options = {"max_age": max_age or 30 * DAY // 1000}
        if self.kind == "retained":
            options["max_bytes"] = self.most
            return RetainedStore(memory, 2044 - PAGE, path, **options)
        page = min(self.page, max(4096, self.most // 16))
        return SegmentStore(path, self.most, page_bytes=page, **options)

    def _watched(self, store_class):
        def make(*args, **options):
            self._plan_trouble(boots=True)
            store = store_class(*args, **options)
            account = self.account
            account.boot_begins(clock.boot)
            if store_class is RingStore and self.kind != "ring":
                account.step_aside()
            account.watch_store(store)
            self.store = store
            self.world.trouble = 0
            return store

        return make

    def make_board(self, options):
        """What boards.load() gives."""
        module = load("boards." + self.machine.port)
        options = {"led": None}
        board = self.board = module.Board(**options)
        board.has_led = False
        board.stopping = lambda: self.stop
        board.adc = self.measure
        set_reset_intent = board.set_reset_intent

        def intended(intent):
            self.intent = intent
            set_reset_intent(intent)

        board.set_reset_intent = intended
        make_link = board.link

        def link(links=None):
            link = make_link(links)
            up = link.up

            def up_or_crash():
                if self.wrong == "driver":
                    raise RuntimeError("a mistake in the driver")
                return up()

            link.up = up_or_crash
            return link

        board.link = link
        return board

    def answer_ntp(self, query):
        """What NTP's server answers, or None."""
        w = self.world
        how = w.weighted(
            [("right", 8 if self.net.kind in ("calm", "rough") else 0), ("lost", 4), ("wrong", 3),
             ("memory", 1), ("lie", 0 if self.honest else 2)]
        )  # fmt: skip
        w.trace("NTP:", how)
        if how == "lost":
            return None
        if how == "memory":
            raise MemoryError
        now = w.now + w.between(-50, 50)
        if how == "wrong":
            return ntp_server.reply(query, now, w.pick(sorted(ntp_server.WRONG)))
        if how == "right":
            self.account.told = True
        else:
            now += w.pick(LIES)
            self.account.lies()
        return ntp_server.reply(query, now)

    def _document(self):
        """The server has another document: one that helps, does nothing, harms or is refused."""
        w = self.world
        self.version += w.between(0, 2)  # the same number is no new one
        network = {"endpoint": "http://" + w.pick((NAME, OTHER_NAME, OTHER_NAME, NOBODY))}
        emitter = {"emitRange": w.pick((1, 3, 30)), "byteLimitPost": w.pick((0, 2000, 40000))}
        if w.chance(20):
            network["method"] = "get"
        if w.chance(20):
            emitter["maxEventStoreSize"] = w.pick((4, 10, 20))
        if w.chance(20):
            emitter["maxEventStoreAge"] = w.pick((3600, 86400))
        tracker = {"devicePlatform": w.pick(("iot", "srv"))}
        if w.chance(20):
            tracker["sessionContext"] = w.chance(80)
        if w.chance(10):
            emitter["emitRange"] = "all"
            self.account.bad_versions.append(self.version)
        self.served = {
            "configurationVersion": self.version,
            "configurationBundle": [
                {
                    "namespace": w.pick(("firmware", "firmware", "firmware", "other")),
                    "networkConfiguration": network,
                    "trackerConfiguration": tracker,
                    "emitterConfiguration": emitter,
                }
            ],
        }
        w.trace("document:", self.version, network, emitter, tracker)

    def document(self):
        """What the server of the remote configuration has."""
        return json.dumps(self.served).encode()

    def measure(self, pin):
        """The sensor's next reading."""
        w = self.world
        self.machine.look()
        if self.wrong in ("memory", "hangs") and w.chance(60):
            self.fail()
        if w.now < self.bad:
            raise OSError("no answer")
        if self.heap_fails and w.chance(10):
            w.no_memory = w.between(1, 10)  # in the middle of the tracking
        return 100 + self.account.give()

    def fail(self):
        """What leaves the driver of the sensor, or nothing does."""
        w = self.world
        w.trace("sensor:", self.wrong)
        if self.wrong == "memory":
            raise MemoryError
        self.machine.advance(400000, hung=True)

    # --- what happens ---------------------------------------------------------------------------
    def make_plan(self, seconds):
        """Until it ends, things happen."""
        w = self.world
        self.plan = []
        for _ in range(w.between(2, 8)):
            at = w.now + w.between(0, seconds * 1000)
            what = w.weighted(
                [("network", 8), ("trouble", 6), ("clock", 2), ("sensor", 3), ("link", 3),
                 ("others", 1), ("config", 1), ("early", 1), ("fragment", 2),
                 ("document", 6 if self.has_remote else 0), ("heap", 10 if self.heap_fails else 0)]
            )  # fmt: skip
            self.plan.append((at, what))
        end = w.pick(("power", "power", "button", "stop", "memory", "hangs", "planned"))
        self.plan.append((w.now + seconds * 1000, end))
        # Not each of them ends it at once, or at all.
        self.plan.append((w.now + seconds * 1000 + 300000, "power"))
        self.stop = False
        self.plan.sort(key=lambda entry: entry[0])

    def look(self):
        if self.world.failed:
            self.world.failed = False
            self.account.no_memory()
        while self.plan and self.plan[0][0] <= self.world.now:
            what = self.plan.pop(0)[1]
            self.world.trace("happens:", what)
            getattr(self, "_" + what)()

    def _network(self):
        super()._network()
        machine = self.machine
        if self.net.kind == "down" and self.world.chance(60):
            machine.joins = [self.world.pick(("silent", "not_found", "no_address", "refused"))]
            machine.lose_network()
        else:
            machine.joins = ["joined"]

    def _sensor(self):
        self.bad = self.world.now + 120000

    def _link(self):
        self.machine.lose_network()

    def _config(self):
        if self.app:
            self.app.restart_for = "config"

    def _heap(self):
        self.world.no_memory = self.world.between(1, self.world.pick((6, 60)))

    def _early(self):
        self.machine.interrupted = self.world.pick((None, 64, 2000))

    def _power(self):
        self.world.die("power")
        raise PowerCut

    def _button(self):
        raise simulation.Ended("button", 0)

    def _stop(self):
        self.stop = True

    def _memory(self):
        self.wrong = "memory"

    def _hangs(self):
        self.wrong = "hangs"

    def _planned(self):
        if self.app:
            self.app.restart_for = "link"

    # --- boots ----------------------------------------------------------------------------------
    def run(self):
        """One boot until it ends; -> how, and for how long it is off then (None: whatever)."""
        w = self.world
        self._fresh_library()
        for module, make in (
            ("segments", SegmentStore), ("retained", RetainedStore), ("ring", RingStore),
        ):  # fmt: skip
            name = make.__name__
            setattr(load("snowplow_tracker.store." + module), name, self._watched(make))
        load("boards.chip").time = load("boards.link").time = self.machine.time
        load("boards.join").time = load("boards.rp2").time = self.machine.time
        load("boards.links").time = self.machine.time
        load("firmware.sensors").time = self.machine.time
        clock.sleep_ms = self.machine.time.sleep_ms
        clock.boot = int.from_bytes(w.urandom(2), "little")
        self.flash.mount("/f")
        self.mounted = True
        os.chdir("/f")
        self.app = self.store = self.intent = None
        self.account.waiting = None
        self.account.all_safe = False
        w.patience = 1 << 40
        w.exhausted = w.failed = False
        if self.heap_fails and w.chance(20):
            self._heap()
        w.trace("boot", self.mode, self.machine.port, self.kind)
        try:
            exec(MAIN, {"__name__": "__main__", "print": _print})
            how, ms = "stopped", 0
        except PowerCut:
            how, ms = "cut", 0
        except simulation.Ended as e:
            how, ms = e.args
        except SystemExit:
            how, ms = "exit", 0
        finally:
            w.unlock()
            w.no_memory = 0
            os.chdir("/")
        if w.dead:
            how = "cut"
        w.trace("ends:", how, ms, self.intent or "")
        return how, ms

    def after(self, how, ms):
        """The board is off, or asleep."""
        w = self.world
        account = self.account
        flash_works = self.store is not None and not self.store.error and not w.trouble
        if how == "locked up":
            account.fault("raised", "the watchdog bit in a light sleep")
        if how in ("reset", "stopped") and flash_works:
            account.all_safe = not account.aside
            if how == "reset":
                account.check_planned(self.intent)
        File.close_all()
        if self.mounted:
            vfs.umount("/f")
            self.mounted = False
        slept = how == "deep"
        if slept:
            account.sleeps()
        off, kept, cause = ms, slept, "deep"
        if how == "cut":
            how = self.cut()
            cause = "power" if how == "power" else "watchdog"
        elif how in ("reset", "watchdog"):
            cause = how
        elif not slept:
            cause = "power"
        if how in ("power", "exit", "stopped"):
            how = "power"
            off = w.pick((10, 1000, 60000, 3600000, DAY))
            w.memory.lose()
            self.machine.mem32.clear()
        elif not slept:
            off, kept = 1000, w.chance(70)
        w.power_up(off, kept)
        w.largest = 1 << 30
        if not slept:
            w.cut_flash = w.cut_memory = w.cut_yield = 0
        self._reboot_machine(cause)
        self._fresh_library()
        clock.boot = 70000  # no boot's
        account.step_back()
        memory = w.memory.kept
        memory = memory[4 + PAGE :] if memory[:2] == b"SM" else b""
        how = how if how == "power" else "sleep" if slept else "reset"
        if self.store is None:
            account.boot_begins(clock.boot)
        account.boot_ends(how, self.make_store, memory)

    def _reboot_machine(self, cause):
        m = self.machine
        m.pins, m.irqs, m.pulls, m.radio, m.timers, m.log = {}, {}, {}, None, [], []
        m.watchdog_ms = m.fed_ms = m.interrupted = None
        causes = {"deep": 4, "reset": 2, "watchdog": 3, "power": 1}
        m.reset_cause = causes[cause] if m.port == "esp32" else 1 if cause == "power" else 3
        m.mem32[simulation.VSYS_PAD] = simulation.PAD_RESET

    def live(self):
        w = self.world
        for _ in range(w.between(2, 3) if not self.wrong else 8):
            if w.chance(60):
                kind = w.pick(("flash", "flash", "memory", "yield"))
                setattr(w, "cut_" + kind, w.between(1, 1 << w.between(0, 9)))
            if w.chance(8):
                self.wrong = None
            seconds = w.pick((20, 60, 300, 600))
            if self.mode == "battery":
                seconds = w.between(1, 12) * self.sample
            self.make_plan(seconds)
            while True:
                how, ms = self.run()
                self.after(how, ms)
                if how != "deep":
                    break
        self.last()

    def last(self):
        """Everything works from now on, and the power stays."""
        w = self.world
        w.trace("--- from here on all works")
        self.flash_fails = self.heap_fails = False
        self.wrong = None
        self.plan = []
        self.net.calm()
        self.machine.joins = ["joined"]
        self.bad = 0
        self.flash.mount("/f")
        for name in ("/f/crash.json", "/f/other0"):
            try:
                os.remove(name)
            except OSError:
                pass
        vfs.umount("/f")
        # It sends more than it samples.
        self.config.update(batch_size=20, sample_seconds=60, send_seconds=20)
        self.config["battery"] = {"wakes_per_send": 1}
        self._write_config()
        look = self.look

        def look_for_the_end():
            w.patience = w.calls + 1000000
            if self.store is not None and not len(self.store) and self.app.emitter.sent:
                self.stop = True
            if w.now > until:
                self.account.fault("lost", "cannot be sent: %d" % len(self.store))

        self.look = look_for_the_end
        how, ms, ends = "", 0, 0
        while how not in ("deep", "stopped") or len(self.store):
            if how:
                self.after(how, ms)
                self.stop = False
            if how != "deep":  # a document on trial may restart it, or it stops with events left
                until = w.now + 3 * 3600000
                ends += 1
            if ends > 30:
                self.account.fault("lost", "cannot be sent in 30 boots: %d" % len(self.store))
            how, ms = self.run()
        self.look = look
        self.account.ends()
        File.close_all()
        vfs.umount("/f")

