# The mode for boards on a battery: wake, read what is due, store it, sleep. The radio is on only
# after wakes_per_send wakes in which something was due, or when the store fills; after failures
# and on a low battery less often.
#
# A board with memory that outlives deep sleep boots at each wake, and finds its state there
# (retained_memory.py); one without sleeps lightly and goes on. Both run the same wake().
#
# update_wake.py uses `_resumed`, `_expect_progress`, `_failures` and `_wakes_since_send`.
from os import urandom

from firmware import triggers
from firmware.app import App
from snowplow_tracker import clock
from snowplow_tracker.clock.set_clock import set_clock

_SAFE_MODE_MS = 3600000  # how long it sleeps in safe mode
# How long it stays awake after power-on and after a send, so that a deploy finds its REPL.
_LISTEN_MS = 3000


def make(board, settings, crashes, intent):
    """What main.py runs; after a deep sleep it goes on where it was."""
    if settings["hold_pin"] is not None:
        from firmware import latched

        return latched.make(board, settings, crashes, intent)
    if settings["rtc"]:
        from firmware.on_demand.rtc import correct

        correct(board, settings)
    if not board.retained:
        from firmware.on_demand.start import make_store

        return Battery(App(board, settings, crashes, make_store(settings), intent))
    from firmware import retained_memory

    state = retained_memory.load(board) if intent == "sleep" else None
    store = retained_memory.make_store(board, settings)
    return Battery(App(board, settings, crashes, store, intent), state)


class Battery:
    def __init__(self, app, state=None):
        self.app = app
        self._options = app.settings["battery"]
        self._safe_mode = app.crashes.safe_mode
        self._triggers = [] if self._safe_mode else triggers.load(app.settings, app.board)
        self._resumed = state is not None
        app.wake_count = 0
        app.wake_reasons = {"sample": 0, "send": 0}  # a wake may count for both, or for none
        self._wakes_since_send = 0  # those in which something was due
        self._failures = 0  # sends that failed, in a row
        self._health_at = self._remote_at = 0  # seconds since 1970
        if state:
            self._restore(state)

    def _restore(self, state):
        app = self.app
        flags, app.wake_count, self._wakes_since_send, self._failures, crossed, failing = state[:6]
        awake_at, self._health_at, self._remote_at, slept_at = state[6:10]
        asleep_ms, app.radio_ms, samples, sends = state[10:]
        app.asleep_ms = asleep_ms + max(0, clock.ms() - slept_at)
        app.wake_reasons = {"sample": samples, "send": sends}
        app.low = bool(flags & 1)
        if hasattr(app.link, "failures"):
            app.link.failures = flags >> 1
        for i, name in enumerate(app.sensors.names[:16]):
            if failing >> i & 1:
                app.sensors.failing[name] = "since an earlier wake"
        for i, trigger in enumerate(self._triggers):
            trigger.crossed = bool(crossed >> i & 1)
            trigger.slot = awake_at // trigger.period if trigger.period else 0
            if trigger.crossed and trigger.when == "boot":
                trigger.slot = None  # see conditions.py

    def _save_events(self):
        self.app.store.retain()

    def _save(self):
        from firmware import retained_memory

        app = self.app
        crossed = failing = 0
        for i, trigger in enumerate(self._triggers[:16]):
            crossed |= trigger.crossed << i
        for i, name in enumerate(app.sensors.names[:16]):
            failing |= (name in app.sensors.failing) << i
        retained_memory.save(
            app.board,
            app.low | (getattr(app.link, "failures", 0) & 127) << 1,
            app.wake_count,
            min(self._wakes_since_send, 65535),
            min(self._failures, 255),
            crossed,
            failing,
            self._awake_at,
            self._health_at,
            self._remote_at,
            clock.ms(),
            app.asleep_ms,
            app.radio_ms,
            app.wake_reasons["sample"],
            app.wake_reasons["send"],
        )

    def run(self):
        """Wake and sleep until the board is told to stop."""
        app = self.app
        try:
            if self._resumed:
                app.unload()
            else:
                app.track_boot()
                self._wait(_LISTEN_MS)
            while not app.board.stopping():
                self.wake()
                self._sleep()
        except KeyboardInterrupt:
            pass
        app.stop()

    def _expect_progress(self):
        # Until the next step of a join, or the end of a send or a fetch.
        self.app.watchdog.expect("wake", self._options["send_timeout"] + 120)

    def wake(self):
        """Read what is due, and send if it is time."""
        app = self.app
        self._expect_progress()
        app.wake_count += 1
        self._awake_at = now = clock.unix_ms()
        due = self._safe_mode
        for trigger in self._triggers:
            count = trigger.due(now)
            if count:
                due = True
                for wait in trigger.run(app, count):
                    self._wait(wait)
        if due:
            self._wakes_since_send += 1
            app.wake_reasons["sample"] += 1
        if self._is_time_to_send():
            self._wakes_since_send = 0
            app.wake_reasons["send"] += 1
            if self._send():
                self._failures = 0
                app.note_good_run()
            else:
                self._failures += 1
            if app.settings["update"]:
                from firmware.on_demand import update_wake

                update_wake.check(self)
            app.report_failures()
            app.restart_if_due()
            app.link.down()
            app.note_radio(False)
            # Not longer than until a reading is due.
            self._wait(min(_LISTEN_MS, triggers.wait(self._triggers, clock.unix_ms())))
        if self._safe_mode:
            app.note_good_run()

    def _wait(self, ms):
        if ms:
            self.app.watchdog.expect("wake", self._options["send_timeout"] + 120 + ms // 1000)
        while ms > 0:
            clock.sleep_ms(min(ms, 1000))
            ms -= 1000
            self.app.board.idle()

    def _is_time_to_send(self):
        app = self.app
        if not self._resumed:  # it has just got its power, or crashed
            return True
        if not (len(app.store) or self._is_health_due() or self._is_remote_due()):
            return False
        wakes = 1 if self._safe_mode else self._options["wakes_per_send"]
        # The store asks when sending what it holds costs less than what it may lose.
        if len(app.store) >= self._options["send_events"] and not app.low:
            wakes = 1
        wakes <<= min(self._failures, 4)
        return self._wakes_since_send >= (4 * wakes if app.low else wakes)

    def _is_health_due(self):
        seconds = self.app.settings["health_seconds"]
        return seconds and clock.unix_ms() // 1000 // seconds != self._health_at // seconds

    def _is_remote_due(self):
        remote = self.app.settings["remote"]
        seconds = remote and remote["seconds"]
        return seconds and clock.unix_ms() // 1000 // seconds != self._remote_at // seconds

    def _send(self):
        app = self.app
        if not self._resumed:
            # Boards that get their power back together are not to send together.
            self._sleep_lightly(int.from_bytes(urandom(2), "little") % 10000)
        app.note_radio(True)
        if hasattr(app.link, "rotate"):
            app.link.rotate()
        try:
            for _ in app.link.up():
                self._expect_progress()
                clock.sleep_ms(100)
                app.board.idle()
        except OSError as e:
            print("offline:", e)
            app.follow_link(app.link.report(False))
            return False
        set_clock(app.board.idle)
        app.unload()
        if self._is_health_due():
            self._health_at = clock.unix_ms() // 1000
            app.track_health()
        self._expect_progress()
        sent = app.tracker.flush(self._options["send_timeout"])
        self._expect_progress()
        self._check_remote()
        return sent

    def _check_remote(self):
        app = self.app
        due = self._is_remote_due()
        if not due and app.trial_start is None:
            return
        from firmware.on_demand import remote_config

        if due:
            self._remote_at = clock.unix_ms() // 1000
        for wait in remote_config.run(app, due):
            clock.sleep_ms(wait)
            app.board.idle()
        del remote_config
        app.unload()

    def _sleep(self):
        app = self.app
        self._resumed = True
        # To the millisecond, but not so short that the next wake is in the same slot.
        ms = max(triggers.wait(self._triggers, clock.unix_ms()), 100)
        if self._safe_mode:
            ms = _SAFE_MODE_MS
        if app.has_features:
            from firmware.on_demand import features

            features.before_sleep(app)
        if app.board.retained:
            self._save_events()
            self._save()
            app.board.deep_sleep(ms)
        self._sleep_lightly(ms)
        if app.has_features:
            features.after_sleep(app)
        app.unload()

    def _sleep_lightly(self, ms):
        app = self.app
        start = clock.ms()
        app.board.light_sleep(ms)
        app.asleep_ms += clock.ms() - start
