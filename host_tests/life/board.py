"""The board of one life: it boots, does what a program does, and ends in some way, many times.

The library is the real one, on the real VM; `patch()` puts the world below it, once.
"""

import os
import sys

import vfs
from account import ENTITY, Account, text
from internet import NAME, Net
from world import DAY, BoardFlash, Fault, File, Os, PowerCut, Time, load

from snowplow_tracker import clock
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.ring import RingStore
from snowplow_tracker.store.segments import SegmentStore

LIBRARY = "snowplow_tracker."
boot_history = load(LIBRARY + "clock.boot_history")
set_clock = load(LIBRARY + "clock.set_clock")
emitter_module = load(LIBRARY + "emitter")
run_module = load(LIBRARY + "emitter.run")
Emitter = emitter_module.Emitter
Tracker = load(LIBRARY + "tracker").Tracker
Session = load(LIBRARY + "plugins.session").Session
event_module = load(LIBRARY + "events.structured_event")
http = load(LIBRARY + "transport.http")
FOLDER = load(LIBRARY + "record").__file__[: -len("record.py")]
MODULES = [load(LIBRARY + name) for name in ("record", "json_file", "plugins.session")]
for _folder in ("clock", "emitter", "store", "transport"):
    for _name in sorted(os.listdir(FOLDER + _folder)):
        if _name[-3:] == ".py" and _name not in ("__init__.py", "cpython.py", "tls.py"):
            MODULES.append(load(LIBRARY + _folder + "." + _name[:-3]))
MODULES += [clock, emitter_module]
STATEFUL = [m for m in MODULES if ".clock" in m.__name__ or ".store" in m.__name__]
SHARED = (list, dict, set)  # a boot needs copies of these
KISS_OF_DEATH = 2085978496000
LIES = (-40 * DAY, -3600000, 3600000, 40 * DAY)  # what a wrong time is off by
REFUSED = (ValueError, MemoryError)
world = None  # of the life under way


class Below:
    """In place of the module `socket`: the network of the life under way."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOL_SOCKET = 1
    SO_ERROR = 4

    def getaddrinfo(self, *args):
        return net.getaddrinfo(*args)

    def socket(self, *args):
        return net.socket(*args)


net = None


def patch():
    """Put the world below the library."""
    global clean
    real_time = sys.modules["time"] if "time" in sys.modules else __import__("time")
    below = Below()
    sys.modules["socket"] = below
    for module in MODULES:
        names = dir(module)
        if "socket" in names:
            module.socket = below
        if "urandom" in names:
            module.urandom = lambda n: world.urandom(n)
        module.print = _print
        if "requests" in names:
            module.requests.socket = below
        _watch_heap(module, names)
    run_module.sleep_ms = _pause
    # What a module's state may be; functions and classes stay as they are.
    clean = [
        (m.__dict__, k, v)
        for m in STATEFUL
        for k, v in m.__dict__.items()
        if k[:2] != "__" and (v is None or isinstance(v, (bool, int, bytes, str) + SHARED))
    ]
    return real_time


# No *what: it takes memory, of which there may be none when this is called.
def _print(one="", two="", three="", four=""):
    world.unlock()
    world.trace("printed:", one, two, three, four)


def _pause(ms):
    yield ms


def _watch_heap(module, names):
    # Allocations that can be made to fail: those of large blocks, of files, and, behind two
    # functions that the stores call everywhere, any.
    where = module.__name__.split(".")
    if any(name in where for name in ("store", "emitter", "clock", "json_file", "cookies")):
        module.bytearray = _bytearray
        module.bytes = _bytes
        module.isinstance = _isinstance
        module.open = _open
        if "os" in names:
            module.os = Os(lambda: world)
        for name in ("unpack_from", "crc32", "pack_into"):
            if name in names:
                setattr(module, name, _locking(getattr(module, name)))


def _bytearray(n):
    world.allocates(n if isinstance(n, int) else len(n))
    return bytearray(n)


def _bytes(n):
    world.allocates(n if isinstance(n, int) else len(n))
    return bytes(n)


def _isinstance(value, kind):
    return isinstance(value, bytes if kind is _bytes else kind)


def _open(path, mode="r"):
    world.allocates(0)  # a file's buffers
    file = open(path, mode)
    return File(world, file) if mode[-1] == "b" else file


def _locking(function):
    def watched(*args):
        if world.locked:
            world.unlock()
        result = function(*args)
        if world.no_memory:
            world.lock()
        return result

    return watched


class Board:
    def __init__(self, w, real_time, kind=None):
        global world, net
        world = self.world = w
        self.kind = kind or w.pick(("ring", "segments", "segments", "retained", "retained"))
        self.account = Account(w, self.kind)
        net = self.net = Net(w, self.account)
        self.time = Time(w, real_time)
        self.geometry = w.pick(("rp2", "rp2", "esp32"))
        w.flash = self.flash = BoardFlash(self.geometry, w.pick((24, 40)))
        self.flash.world = w
        self.flash.format()
        self.history = w.chance(85)
        self.has_session = w.chance(40)
        self.set_time = w.set_system if w.chance(70) else None
        self.has_hook = w.chance(75)
        self.name_server = w.chance(50)
        self.get = w.chance(4)
        self.base64 = w.chance(15)
        self.requests = not self.get and w.chance(10)
        self.honest = w.chance(75)
        self.flash_fails = w.chance(30)
        self.heap_fails = w.chance(30)
        self.max_age = w.pick((30 * 86400, 30 * 86400, 30 * 86400, 7200))
        self.overflow = w.pick(("oldest", "oldest", "newest"))
        self.page = w.pick((1024, 2048, 4096)) if self.kind != "retained" else w.pick((1024, 2048))
        self.most = w.pick((2, 3, 4, 8)) * self._segment(self.page)
        self.boot_ids = []
        self.frozen = None
        self.files = 0

    def _segment(self, page):
        return page + 4095 & -4096

    def _options(self):
        # What another version of the program, or safe mode, may do otherwise.
        w = self.world
        if w.chance(15) and self.kind == "segments":
            self.page = w.pick((1024, 2048, 4096, 8192))
        if w.chance(5):
            self.most = w.pick((2, 3, 4, 8)) * 8192
        if self.most < 2 * self._segment(self.page):
            self.most = 2 * self._segment(self.page)
        self.batch = w.pick((1, 2, 5, 10, 20, 50))
        self.byte_limit = w.pick((1500, 4000, 40000, 40000))

    def make_store(self, path, memory, max_age=None):
        options = {
            "max_bytes": self.most,
            "overflow": self.overflow,
            "max_age": max_age or self.max_age,
        }
        if self.kind == "ring":
            return RingStore(self.page, self.overflow, self.max_age)
        if self.kind == "segments":
            return SegmentStore(path, page_bytes=self.page, **options)
        return RetainedStore(memory, self.page, path, **options)

    # --- a boot -----------------------------------------------------------------------------
    def boot(self, slept):
        w = self.world
        self._fresh_library()
        clock.hook = self.hook if self.has_hook else None
        boot = int.from_bytes(w.urandom(2), "little")
        # Two boots of one number are told apart by boot_history alone.
        while boot in self.boot_ids and not (self.history and w.chance(50)):
            boot = boot + 1 & 0xFFFF
        if self.history and self.boot_ids and not self.flash_fails and w.chance(3):
            boot = self.boot_ids[-1]
        clock.boot = boot
        self._options()
        self.flash.mount("/f")
        self.mounted = True
        resumed = bool(slept and boot_history.resume(slept))
        if self.history:
            boot_history.start("/f/boots.json", self.set_time)
        if clock.boot not in self.boot_ids:
            self.boot_ids.append(clock.boot)
        w.trace("boot", clock.boot, self.kind, "page", self.page, "most", self.most,
                "resumed" if resumed else "", "history" if self.history else "")  # fmt: skip
        self.account.boot_begins(clock.boot)
        self._plan_trouble(boots=True)
        store = self.make_store("/f/events", w.memory)
        self.account.watch_store(store)
        self.store = store
        self._make_emitter()
        self.tracker = Tracker("board", self.emitter, app_id="life", encode_base64=self.base64)
        self.session = None
        if self.has_session:
            self.session = Session("/f")
            self.tracker.plugins.append(self.session)
        w.trouble = 0

    def _fresh_library(self):
        # As it is after a reset.
        w = self.world
        for names, name, value in clean:
            names[name] = value.copy() if isinstance(value, SHARED) else value
        clock.time = self.time
        load(LIBRARY + "plugins.session").time = self.time
        clock.ticks_ms, clock.ticks_diff, clock.sleep_ms = w.ticks_ms, w.ticks_diff, w.sleep_ms
        clock.EPOCH_MS = w.epoch
        clock.ticks = w.ticks_ms()
        clock.elapsed = 0

    def _make_emitter(self):
        w = self.world
        options = {}
        transport = None
        if not self.requests:
            path = "/i" if self.get else "/com.snowplowanalytics.snowplow/tp2"
            url = "http://%s%s" % (NAME, path)
            dns = ["192.0.2.53", "192.0.2.54"] if self.name_server else None
            transport = http.HttpTransport(url, 10, get=self.get, cookie_file="/f/cookie", dns=dns)
            self.account.watch_transport(transport)
        if w.chance(30):
            options["on_success"] = self.on_success
            options["on_failure"] = self.on_failure
        self.emitter = Emitter(
            "%s" % NAME,
            protocol="http",
            method="get" if self.get else "post",
            batch_size=self.batch,
            byte_limit=self.byte_limit,
            event_store=self.store,
            transport=transport,
            idle=None if self.requests else self.idle,
            online=(lambda: self.net.kind != "down") if w.chance(30) else None,
            **options,
        )
        self.account.emitter = self.emitter
        if self.requests:
            urequests = load(LIBRARY + "transport.urequests")
            self.emitter.transport = self.emitter._blocking = urequests.UrequestsTransport(
                self.emitter.url, 10
            )
            self.account.watch_transport(self.emitter.transport)

    # --- what the library calls ---------------------------------------------------------------
    def idle(self):
        """Called while requests are under way: a program goes on tracking."""
        w = self.world
        w.at_yield()
        if self.left and w.chance(self.busy):
            self.left -= 1
            self.track()

    def hook(self):
        """What sets the clock: NTP, as it is in the world."""
        w = self.world
        w.sleep_ms(w.between(1, 200))
        how = w.weighted(
            [("right", 8 if self.net.kind in ("calm", "rough") else 0), ("lost", 4), ("false", 1),
             ("short", 1), ("kiss", 1), ("memory", 1), ("lie", 0 if self.honest else 2)]
        )  # fmt: skip
        w.trace("NTP:", how)
        if how == "right":
            w.set_system(w.now + w.between(-50, 50))
            self.account.told = True
        elif how == "lost":
            raise OSError(110)
        elif how == "false":
            return False
        elif how == "short":
            raise ValueError("buffer too small")
        elif how == "kiss":
            w.set_system(KISS_OF_DEATH)
            if not self.history:  # then nobody knows after a reset where it came from
                self.account.lied = True
        elif how == "memory":
            raise MemoryError
        else:
            self.lie()

    def lie(self):
        """A wrong time that nobody can tell from a right one."""
        w = self.world
        w.set_system(w.now + w.pick(LIES))
        self.account.lies()

    def on_success(self, events):
        for pairs in events:
            event = self.account.check(pairs)
            if not event.accepted:
                self.account.fault("lost", "on_success of event %d, not accepted" % event.n)
        self._callback()

    def on_failure(self, sent, events):
        for pairs in events:
            self.account.check(pairs)
        self._callback()

    def _callback(self):
        w = self.world
        if w.chance(10):
            self.track()
        if w.chance(5):
            self.emitter.flush()
        if w.chance(10):
            raise ValueError("a mistake in a callback")

    # --- what a program does ------------------------------------------------------------------
    def track(self):
        w = self.world
        w.alive()
        described = w.chance(40)
        size = w.pick((1, 20, 60, 150, 250))
        if described:
            size = w.pick((1, 200, 600, 1200, 1600, 2000, 2600))
        ttm = w.now - w.between(0, DAY) if w.chance(5) else None
        event = self.account.new(size, described, ttm)
        said = text(event.n, size)
        context = None
        if w.chance(20):
            event.has_entity = True
            context = [(ENTITY, {"n": event.n})]
        w.pass_ms(w.between(0, 5))
        if self.heap_fails and w.chance(20):
            w.no_memory = w.between(1, 30)
        eid = None
        try:
            if described:
                data = {"n": event.n, "said": said}
                schema = "iglu:com.example/life/jsonschema/1-0-0"
                eid = self.tracker.track_self_describing_event((schema, data), context, ttm)
            else:
                eid = self.tracker.track_struct_event(
                    "life", "lives", str(event.n), said, context=context, tstamp=ttm
                )
        except MemoryError:
            w.alive()
            w.trace("track", event.n, "MemoryError")
        finally:
            w.unlock()
            w.no_memory = 0
        w.alive()
        self.account.tracked(event, eid)
        w.trace("track", event.n, size, "->", eid and event.sequence)

    def _plan_trouble(self, boots=False):
        w = self.world
        if self.flash_fails and w.chance(10 if boots else 25):
            w.trouble = w.pick((1, 5, 30, 100))
            w.trouble_read, w.trouble_write = w.pick(((1, 0), (0, 1), (1, 1)))
            w.trace("flash fails:", w.trouble, "% of", (w.trouble_read, w.trouble_write))

    def do(self):
        """One of the things that a program does."""
        w = self.world
        what = w.weighted(
            [("track", 30), ("many", 6), ("flush", 12), ("run", 8), ("sync", 5), ("wait", 6),
             ("network", 8), ("trouble", 6), ("fragment", 3), ("clock", 2), ("save", 1),
             ("session", 1), ("others", 1), ("retry", 3)]
        )  # fmt: skip
        if what not in ("track", "network"):
            w.trace("do", what)
        self.busy = w.pick((0, 5, 20, 50))
        self.left = w.pick((10, 40))  # so many events come while requests are under way
        w.exhausted = w.failed = False
        w.patience = w.calls + 50000
        try:
            getattr(self, "_" + what, None)() if what != "track" else self.track()
        except MemoryError as e:
            w.alive()
            w.trace_error(e)
            if not w.exhausted:
                self.account.fault("raised", "MemoryError out of " + what)
        finally:
            w.unlock()
            w.no_memory = 0
            if w.failed:
                self.account.no_memory()
        if what in ("flush", "run", "retry"):
            w.trace("last:", self.emitter.last_result)

    def _many(self):
        for _ in range(self.world.between(3, 25)):
            self.track()

    def _watched_heap(self):
        if self.heap_fails and self.world.chance(30):
            self.world.no_memory = self.world.between(1, 150)

    def _flush(self):
        w = self.world
        self._watched_heap()
        self.emitter.flush(w.pick((None, 0.5, 5, 30)))
        if w.chance(20):
            self.emitter.close()

    def _run(self):
        """The program is asyncio: other tasks go on while run() waits."""
        w = self.world
        if self.requests:
            return
        until = w.now + w.between(1000, 40000)
        sending = self.emitter.run(w.pick((0.5, 5, 10, 60)))
        self._watched_heap()
        while w.now < until:
            wait = next(sending)
            w.pass_ms(wait)
            w.at_yield()
            while self.left and w.chance(self.busy):
                self.left -= 1
                self.track()
            if w.chance(1):
                self._flush()
        sending.close()
        if w.chance(50):
            self.emitter.close()

    def _sync(self):
        self._watched_heap()
        self.store.sync()

    def _wait(self):
        w = self.world
        w.pass_ms(w.pick((1000, 60000, 600000, 3600000, 5 * 3600000)))
        clock.ms()

    def _network(self):
        self.net.change()
        if not self.honest and self.world.chance(10):
            self.net.lie = self.world.pick((-3 * DAY, 3600000, 40 * DAY))
            self.account.lied = True
            for event in self.account.held:
                event.lying = True

    def _trouble(self):
        if self.world.trouble:
            self.world.trouble = 0
            self.world.trace("flash works")
        else:
            self._plan_trouble()

    def _fragment(self):
        w = self.world
        w.largest = 1 << 30
        if self.heap_fails and w.chance(60):
            w.largest = w.pick((600, 1000, 2000))
            w.trace("no block above", w.largest)

    def _clock(self):
        w = self.world
        if w.chance(50) or self.honest:
            w.wall = w.power_on - w.booted  # lost
            self.account.told = False
            w.trace("the system's clock is lost")
        else:
            self.lie()

    def _save(self):
        if self.history:
            boot_history.save()

    def _session(self):
        if self.session:
            self.session.background()
            self.world.pass_ms(self.world.pick((1000, 3600000)))
            self.session.foreground()

    def _others(self):
        """Other files fill the flash, or go."""
        try:
            if self.files:
                self.files -= 1
                os.remove("/f/other%d" % self.files)
            else:
                with open("/f/other0", "wb") as f:
                    for _ in range(self.world.pick((4, 12, 30))):
                        f.write(bytes(4000))
                self.files = 1
        except OSError:
            self.files = 1
        self.world.alive()

    def _retry(self):
        self.world.pass_ms(60000)
        self.emitter.flush()

    # --- lives and their ends -----------------------------------------------------------------
    def live(self):
        """Some boots, and an end at which all works and all is sent."""
        w = self.world
        boots = w.between(2, 4)
        slept = None
        for _ in range(boots):
            how = "power"
            self.mounted = False
            if w.chance(60):
                kind = w.pick(("flash", "flash", "memory", "yield"))
                left = 1 << w.between(0, 8)
                setattr(w, "cut_" + kind, w.between(1, left))
            try:
                self.boot(slept)
                self.net.change()
                for _ in range(w.between(5, 20)):
                    self.do()
                how = self.end()
            except PowerCut:
                how = self.cut()
            slept = self.off(how)
        self.last(slept)

    def end(self):
        """How a program ends: -> sleep, planned, reset or power."""
        w = self.world
        how = w.pick(("sleep", "planned", "reset", "power"))
        if how == "sleep":
            if self.kind != "retained" or w.chance(30):
                self.account.all_safe = self.store.sync()
            if self.session:
                self.session.background()
            if self.kind == "retained":
                self.store.retain()
                self.account.sleeps()
            self.frozen = boot_history.freeze()
            w.alive()
        elif how == "planned":
            self.emitter.close()
            self.account.all_safe = self.store.sync()
            if self.history:
                boot_history.save()
        w.alive()
        w.trace("ends:", how)
        return how

    def cut(self):
        w = self.world
        return "reset" if w.memory.whole and w.chance(50) else "power"

    def off(self, how):
        """The board is off, or asleep, for a while; -> what freeze() gave, after a sleep."""
        w = self.world
        File.close_all()
        if self.mounted:
            vfs.umount("/f")
        off = w.pick((10, 1000, 60000, 3600000, DAY, 3 * DAY))
        if how == "reset":
            off = 1000
        if how == "power":
            w.memory.lose()
        w.power_up(off, how == "sleep" or how in ("planned", "reset") and w.chance(70))
        w.trace("off:", how, "for", off)
        w.cut_flash = w.cut_memory = w.cut_yield = 0
        w.largest = 1 << 30
        self._fresh_library()
        clock.boot = 70000  # no boot's
        kept = w.memory.kept
        self.account.boot_ends(how, self.make_store, kept)
        if how == "sleep":
            return self.frozen
        return None

    def last(self, slept):
        """Everything works from now on, and the power stays."""
        w = self.world
        w.trace("--- from here on all works")
        self.flash_fails = self.heap_fails = False
        self.net.calm()
        self.busy = self.left = 0
        self.boot(slept)
        try:
            os.remove("/f/other0")
        except OSError:
            pass
        for _ in range(3):
            self.track()
        for _ in range(60):
            self.emitter.flush()
            if not len(self.store):
                break
            w.trace("last:", self.emitter.last_result)
            w.pass_ms(61000)
        self.store.sync()
        self.account.ends()
        File.close_all()
        vfs.umount("/f")


__all__ = ("Board", "Fault", "patch")
