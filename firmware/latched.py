# The mode battery on a board that switches itself off: `hold_pin` of the config. Asleep it has no
# power at all, so each wake is a boot, which goes on where the last one was: the events are on
# flash, the state is in the file sleep.bin, and a clock chip has the time. On USB the board keeps
# its power; then it sleeps lightly and goes on.
from boards import latch
from firmware import retained_memory
from firmware.app import App
from firmware.battery import Battery
from snowplow_tracker import clock
from snowplow_tracker.json_file import load

_FLASH_BYTES = 262144  # of the event store, if the config names none


def make(board, settings, crashes, intent):
    """What main.py runs; after a sleep it goes on where it was."""
    from firmware.on_demand import rtc
    from firmware.on_demand.start import make_store

    chip = rtc.chip(board, settings)
    contact = [s["pin"] for s in settings["sensors"].values() if s.get("pull") == "down"]
    contact = contact[0] if contact else None
    path = settings["state_path"] + "/sleep.bin"
    power = latch.Latch(chip, settings["hold_pin"], contact, path)
    board.retained = 1
    board.memory = power.memory
    state = None
    try:
        power.look()
        now = chip.read()
    except OSError as e:
        print("rtc:", e)
        now = None
    if power.was_asleep and now is not None and not intent:
        # A second too late rather than too early: what is due at this time is due.
        board.set_time(now * 1000 + 1000)
        state = retained_memory.load(board)
        intent = state and "sleep"
    settings["store_bytes"] = settings["store_bytes"] or _FLASH_BYTES
    app = App(board, settings, crashes, make_store(settings), intent)
    return Latched(app, state, power, chip)


class Latched(Battery):
    def __init__(self, app, state, power, chip):
        super().__init__(app, state)
        self._power = power
        self._chip = chip
        self._off = False
        app.board.deep_sleep = self._power_off
        self._counter = self._find_counter()
        self._count(power.count)
        self._save_app = app.save
        app.save = self._save_before_end
        # Somebody pressed the button, or there are too many to keep: all is due.
        if state and (not power.by_alarm or power.count >= latch.MANY):
            self._wakes_since_send = 65535
            for trigger in self._triggers:
                trigger.slot = None
        # The loader took this wake for a boot of what is on trial.
        if state and load("/releases/state.json").get("trial"):
            from firmware.on_demand import release

            release.uncount()

    # The driver of what switches the board on when it counts; its count is kept over a sleep.
    def _find_counter(self):
        sensors = self.app.settings["sensors"]
        for name in sensors:
            if sensors[name].get("pull") == "down":
                try:
                    return self.app.sensors.get(name)
                except OSError:
                    pass
        return None

    def _count(self, count):
        if self._counter:
            self._counter.add(count)

    def _save_events(self):
        self.app.store.sync()

    def _save(self):
        if clock.saver:
            clock.saver()
        super()._save()

    # A reset may follow: what was read is in events on flash, and the rest is to be counted then.
    def _save_before_end(self):
        self._save_app()
        count = self._counter.new() if self._counter else 0
        self._count(count)
        try:
            self._chip.ram(min(count, latch.MOST))
        except OSError as e:
            print("rtc:", e)

    # What the clock chip shows must be what the system's clock does, also if that is a guess. A
    # board whose chip fails sleeps lightly instead.
    def _power_off(self, ms):
        app = self.app
        if not self._power.is_saved:  # flash is full: the next boot would know nothing
            return
        count = 0
        try:
            now = self._chip.read()
            if now is None or abs(now * 1000 - clock.system_ms()) > 5000:
                from firmware.on_demand import rtc

                if not rtc.set_chip(app, self._chip, clock.system_ms(), False):
                    return
            count = self._counter.new() if self._counter else 0
            self._off = True
            self._power.power_off(ms, count)
        except OSError as e:
            self._off = False
            self._count(count)
            print("rtc:", e)

    def _sleep_lightly(self, ms):
        super()._sleep_lightly(ms)
        if self._off:
            self._off = False
            try:
                self._count(self._power.wake())
            except OSError as e:
                print("rtc:", e)
