# The mode for boards on a battery: wake, read what is due, keep it, sleep. The radio is on
# only at every wakes_per_send-th wake, or when the store fills; after failures and on a low
# battery less often.
#
# A board with memory that outlives deep sleep boots at each wake, and finds there where it
# was; one without sleeps lightly and goes on. Both run the same wake().
from os import urandom
from struct import calcsize, pack, unpack

import triggers
from app import App
from snowplow_tracker import clock
from snowplow_tracker.clock.boot_history import freeze, resume
from snowplow_tracker.clock.set_clock import set_clock

# Mark, whether the battery was low, wakes, wakes since the last send, failures in a row,
# thresholds that are crossed, sensors that fail, when it was awake last (ms), when health was
# told and when the remote configuration was asked for last (s).
_FORMAT = "<2sBIHBHHQII"
_MARK = b"B1"
_FROZEN = 26  # bytes of freeze()
_FLASH = 262144  # bytes, if the config names none: retained memory spills to it
_SAFE_MS = 3600000  # how long it sleeps in safe mode
_STATE = calcsize(_FORMAT) + _FROZEN


class Memory:
    # What is behind the state, for the store; called as machine.RTC().memory is.
    def __init__(self, board):
        self._board = board
        self.size = board.retained - _STATE

    def __call__(self, data=None):
        kept = self._board.memory()
        if data is None:
            return kept[_STATE:]
        self._board.memory((kept + bytes(_STATE))[:_STATE] + data)


def make_store(board, settings):
    """Retained memory before flash on a board that has it, else as always_on does."""
    if not board.retained:
        from stores import make_store

        return make_store(settings)
    from snowplow_tracker.store.retained import RetainedStore

    memory = Memory(board)
    most = settings["store_bytes"] or _FLASH
    return RetainedStore(memory, memory.size, settings["store_path"], max_bytes=most)


def make(board, settings, crashes, intent):
    """What main.py runs; after a deep sleep it goes on where it was."""
    kept = board.memory()[:_STATE]
    resumed = intent == "sleep" and kept[:2] == _MARK and resume(kept[-_FROZEN:])
    app = App(board, settings, crashes, make_store(board, settings), intent)
    return Battery(app, kept[:-_FROZEN] if resumed else None)


class Battery:
    def __init__(self, app, state=None):
        self.app = app
        self._options = app.settings["battery"]
        self._safe = app.crashes.safe
        self._triggers = [] if self._safe else triggers.load(app.settings, app.board)
        self._resumed = state is not None
        app.wakes = self._since = self._failures = self._told = self._asked = 0
        if state:
            self._restore(state)

    def _restore(self, state):
        app = self.app
        kept = unpack(_FORMAT, state)
        _, low, app.wakes, self._since, self._failures, beyond, failing, last = kept[:8]
        self._told, self._asked = kept[8:]
        app.low = bool(low)
        for i, name in enumerate(app.sensors.names[:16]):
            if failing >> i & 1:
                app.sensors.failing[name] = "since an earlier wake"
        for i, trigger in enumerate(self._triggers):
            trigger.beyond = bool(beyond >> i & 1)
            trigger.slot = last // trigger.period if trigger.period else 0

    def _state(self):
        app = self.app
        beyond = failing = 0
        for i, trigger in enumerate(self._triggers[:16]):
            beyond |= trigger.beyond << i
        for i, name in enumerate(app.sensors.names[:16]):
            failing |= (name in app.sensors.failing) << i
        return pack(
            _FORMAT,
            _MARK,
            app.low,
            app.wakes,
            min(self._since, 65535),
            min(self._failures, 255),
            beyond,
            failing,
            self._last,
            self._told,
            self._asked,
        )

    def run(self):
        """Wake and sleep until the board is told to stop."""
        app = self.app
        app.watch()
        try:
            if self._resumed:
                app.forget()
            else:
                app.started()
            while not app.board.stopping():
                self.wake()
                self._sleep()
        except KeyboardInterrupt:
            pass
        app.goodbye()

    def wake(self):
        """Read what is due, and send if it is time."""
        app = self.app
        app.guard.promise("wake", 2 * self._options["send_timeout"] + 120)
        app.wakes += 1
        self._since += 1
        now = self._last = clock.unix_ms()
        for trigger in self._triggers:
            if trigger.due(now):
                app.fire(trigger)
        if self._wants_to_send():
            self._since = 0
            if self._send():
                self._failures = 0
                app.went_well()
            else:
                self._failures += 1
            app.report()
            app.reset_if_wanted()
            app.link.down()

    def _wants_to_send(self):
        if not self._resumed:  # it has just got its power, or crashed
            return True
        wakes = 1 if self._safe else self._options["wakes_per_send"]
        # The store asks when sending what it holds costs less than what it may lose.
        if len(self.app.store) >= self._options["send_events"] and not self.app.low:
            wakes = 1
        wakes <<= min(self._failures, 4)
        return self._since >= (4 * wakes if self.app.low else wakes)

    def _send(self):
        app = self.app
        if not self._resumed:
            # Boards that get their power back together are not to send together.
            app.board.light_sleep(int.from_bytes(urandom(2), "little") % 10000)
        try:
            for _ in app.link.up():
                clock.sleep_ms(100)
                app.board.idle()
        except OSError as e:
            print("Wi-Fi:", e)
            app.dead_link(app.link.report(False))
            return False
        set_clock(app.board.idle)
        app.forget()
        seconds = app.settings["health_seconds"]
        now = clock.unix_ms() // 1000
        if seconds and now // seconds != self._told // seconds:
            self._told = now
            app.health()
        sent = app.tracker.flush(self._options["send_timeout"])
        if app.settings["remote"]:
            seconds = app.settings["remote"]["seconds"]
            due = now // seconds != self._asked // seconds
            if due:
                self._asked = now
            self._settle(due)
        return sent

    def _settle(self, ask):
        # Fetch the configuration if `ask`, and restart if that or a trial's end asks for it.
        app = self.app
        if not ask and not app.trial:
            return
        import remote

        try:
            for wait in remote.check(app) if ask else ():
                clock.sleep_ms(wait)
                app.board.idle()
        except OSError as e:
            print("remote config:", e)
        if app.new_config or remote.is_over(app):
            app.restart("config")

    def _sleep(self):
        app = self.app
        self._resumed = True
        # To the millisecond, but not so short that the next wake is in the same slot.
        ms = max(triggers.wait(self._triggers, clock.unix_ms()), 100)
        if self._safe:
            ms = _SAFE_MS
        if app.has_extras:
            import extras

            extras.sleeps(app)
        if not app.board.retained:
            app.board.light_sleep(ms)
            if app.has_extras:
                extras.woken(app)
            app.forget()
            return
        app.board.memory(self._state() + freeze() + app.board.memory()[_STATE:])
        app.board.deep_sleep(ms)
