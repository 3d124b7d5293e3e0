# What both modes share: the tracker with its store, the events of the board itself, what becomes
# of failures, and how the firmware restarts and ends.
#
# always_on.py and battery.py decide when; on_demand/start.py makes an App's parts.
from firmware.sensors import Sensors
from firmware.transport import MeasuringTransport
from firmware.watchdog import Watchdog
from snowplow_tracker import clock
from snowplow_tracker.clock.boot_history import save as save_clock
from snowplow_tracker.emitter import Emitter
from snowplow_tracker.tracker import Tracker


class App:
    # Made by start.py.
    watchdog: Watchdog
    transport: MeasuringTransport
    emitter: Emitter
    tracker: Tracker
    sensors: Sensors
    reset_cause: "str | None"
    boot_count: int
    reported_losses: dict  # what was tracked of store.lost
    standard_nv_pairs: dict  # as the tracker's subject: the protocol's keys that each event gets
    # Entities: pairs while the App is made, then as sealed() gives them.
    board_entity: "tuple | bytes"
    entities: list
    tracked: int  # events
    failures: dict  # requests of this boot that failed, by outcome
    battery: "float | None"  # percent, once a sensor has measured it
    low: bool
    # The remote configuration, see remote_config.py: the ms() at which the trial of a document
    # began, and the seconds until it is asked for again.
    trial_start: "int | None"
    remote_wait: int
    # The features of `track`, see features.py.
    has_features: bool
    location: "tuple | None"  # an entity, from the config, or once a GPS has a fix
    own: object  # the OwnApp, where the config names a module of the user's own
    restart_for: "str | None"  # the intent of a restart that waits for its time
    # Time in each state since the boot; in the mode battery, over its sleeps.
    asleep_ms: int
    radio_ms: int
    radio_since: "int | None"  # ms() since which the radio is on
    wake_count: "int | None"  # in the mode battery
    reported: tuple  # of the store and of sending, see report_failures()
    outcome: str  # how sending is, as lamp.py calls it; report.py tells it

    # store: made by the mode, since what sleeps keeps its own.
    # intent: as board.reset_intent() gave it, which it does once.
    def __init__(self, board, settings, crashes, store, intent=None):
        from firmware.on_demand import start

        self.board = board
        self.settings = settings
        self.crashes = crashes
        self.store = store
        self.reset_intent = intent
        self.link = board.link(settings.pop("links"))
        start.make(self)

    def attach(self, eid, pairs, schema, entities):
        """A plugin of the tracker: adds entities to every event."""
        entities.insert(0, self.board_entity)
        entities.extend(self.entities)

    def track_boot(self):
        """Track the boot, which is over now; a wake from deep sleep is none."""
        from firmware.on_demand import start

        start.track_boot(self)
        if self.has_features:
            from firmware.on_demand import features

            features.track_boot(self)
        self.unload()

    def unload(self):
        """Remove from RAM what is needed once, or now and then."""
        from firmware.on_demand.unload import unload

        unload()

    def set_clock(self):
        """What clock.hook is; whether NTP told a plausible time."""
        from firmware.on_demand.ntp import set_clock

        try:
            return set_clock(self.board)
        finally:
            self.unload()

    # --- events ---------------------------------------------------------------------------
    def track_struct(self, category, action, label=None, property_=None, value=None):
        """Track a structured event of the board itself."""
        self.count(self.tracker.track_struct_event(category, action, label, property_, value))

    def track_event(self, schema, data, context=None):
        """Track a self-describing event of the board itself."""
        self.count(self.tracker.track_self_describing_event((schema, data), context))

    def count(self, eid):
        """Count an event, if it was kept."""
        if eid:
            self.tracked += 1

    def track_sensor_change(self):
        """Track that a sensor began to fail, or works again."""
        if not self.sensors.change:
            return
        from firmware.on_demand import report

        report.sensor_change(self)
        self.unload()

    def track_health(self):
        """Track how the board is, and what the store lost since the last time."""
        from firmware.on_demand import health

        health.track_losses(self)
        self.track_event(health.SCHEMA, health.measure(self))
        if self.has_features:
            from firmware.on_demand import features

            features.refresh(self)
        self.unload()

    # --- the link -------------------------------------------------------------------------
    def note_radio(self, on):
        """Add up the time with the radio on; `on`: whether it is from now on."""
        now = clock.ms()
        if self.radio_since is not None:
            self.radio_ms += now - self.radio_since
        self.radio_since = now if on else None

    def request_ended(self, result):
        """Called by the transport with the HTTP status of a request, or its OSError."""
        from snowplow_tracker.emitter.outcome import outcome, reached

        kind = outcome(result)
        if kind == "success":
            if self.crashes.error:
                self.crashes.mark_reported()
            if self.trial_start is not None:
                from firmware.on_demand.remote_config import confirm

                confirm(self)
        else:
            self.failures[kind] = self.failures.get(kind, 0) + 1
        self.follow_link(self.link.report(reached(result)))
        self.unload()

    def follow_link(self, action):
        """Do what the link asks for; see report() in boards/base.py."""
        if action:
            print("the link is dead:", action)
        # Not at once, since the emitter is in the middle of it.
        if action == "reset" and not self.restart_for:
            self.restart_for = "link"

    def report_failures(self):
        """Print once that sending or flash fails and why, and once that it works again."""
        state = (self.store.error, self.emitter.last_result)
        if state != self.reported:
            self.reported = state
            from firmware.on_demand import report

            report.report(self, *state)
            self.unload()

    # --- restart and end ------------------------------------------------------------------
    def nothing_to_lose(self):
        """Whether a restart loses no event: there are none, or flash has them all."""
        if not len(self.store):
            return True
        if not hasattr(self.store, "path"):
            return False
        self.store.sync()
        return not self.store.error

    def restart_if_due(self):
        """Restart if something asks for it, as soon as it loses no event."""
        if self.restart_for:
            from firmware.on_demand import end

            end.restart_if_due(self)

    def restart(self, intent):
        """Save, and boot again."""
        self.emitter.close()
        self.save()
        self.board.reset(intent)

    def save(self):
        """Write to flash what is only in RAM, before a sleep, a reset or the end."""
        self.store.sync()
        save_clock()

    def save_after_crash(self):
        """Keep the events that are only in RAM: on flash, or by sending them."""
        if not self.nothing_to_lose():
            self.tracker.flush(10)
        self.restart_for = None
        self.save()

    # Time alone leads out of safe mode: a good run says little there.
    def note_good_run(self):
        """Note a time without a crash: the next one is the first again."""
        if not self.crashes.safe_mode:
            self.crashes.reduce(self.crashes.count)
        elif clock.ms() > self.settings["safe_mode_seconds"] * 1000 and self.nothing_to_lose():
            self.crashes.reduce(1)
            self.restart("crash")

    def stop(self):
        """Send what is left for a while, and print what became of all events."""
        from firmware.on_demand import end

        end.stop(self)
