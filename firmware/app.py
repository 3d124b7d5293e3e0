# What both modes share: the tracker with its store, what is attached to every event, reading
# a sensor into an event, what is told of failures, and how the firmware ends.
#
# always_on.py and battery.py decide when; begin.py makes an App's parts.
# mypy: disable-error-code=attr-defined
from forget import forget
from sensing import readings
from snowplow_tracker import clock
from snowplow_tracker.clock.boot_history import save as save_clock
from snowplow_tracker.json_file import save


class App:
    # crashes: a Crashes; store: made by the mode, since what sleeps keeps its own.
    # intent: as board.intent() gave it, which it does once.
    def __init__(self, board, settings, crashes, store, intent=None):
        self.board = board
        self.settings = settings
        self.crashes = crashes
        self.store = store
        self.intent = intent
        self.tracked = 0
        self.battery = None  # percent, once a sensor told
        self.low = False
        # What the config asks for: see remote.py, and extras.py.
        self.trial = self.new_config = False
        self.ask_again = 5
        self.session = self.lifecycle = self.diagnostics = None
        self.has_extras = settings["track"] != ["errors"]
        self.entities: list = []  # beside its own
        self.wants_reset = False
        self.wakes = None  # how often it slept, in the mode battery
        self._trouble = None
        self._flash_fails = False
        import begin

        begin.make(self)

    def attach(self, eid, pairs, schema, entities):
        """A plugin of the tracker: who it is, in every event."""
        pairs.update(self.who)
        entities.insert(0, self.entity)
        entities.extend(self.entities)

    def started(self):
        """Track the boot, which is over now; a wake from deep sleep is none."""
        import begin

        begin.started(self)
        self.forget()

    def forget(self):
        """Let go of what was needed once, and what is needed now and then."""
        forget(
            "begin",
            "boards.join",
            "config",
            "extras",
            "health",
            "ntp",
            "remote",
            "stores",
            "snowplow_tracker.validators",
            "snowplow_tracker.entities",
            "snowplow_tracker.events",
            "snowplow_tracker.arguments",
            "snowplow_tracker.store.recovery",
            "snowplow_tracker.transport.dns",
            "snowplow_tracker.transport.url",
        )

    def set_clock(self):
        """What clock.hook is; whether the clock is plausible now."""
        from ntp import set_clock

        try:
            return set_clock(self.board)
        finally:
            self.forget()

    # --- events ---------------------------------------------------------------------------
    def struct(self, category, action, label=None, property_=None, value=None):
        """Track a structured event of the board itself."""
        self.count(self.tracker.track_struct_event(category, action, label, property_, value))

    def event(self, schema, data):
        """Track a self-describing event of the board itself."""
        self.count(self.tracker.track_self_describing_event((schema, data)))

    def count(self, eid):
        if eid:
            self.tracked += 1

    def sample(self, name, trigger=None):
        """Read a sensor and track what it gives; -> the readings, or None if it fails."""
        found = self.sensors.read(name)
        self.sensor_news()
        if found:
            data = {"sensor": name, "readings": readings(found)}
            if trigger:
                data["trigger"] = trigger
            self.event("iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-0", data)
            if "battery" in found:
                self._battery(found["battery"])
        return found

    def fire(self, trigger, count=1):
        """Do what a trigger asks for, now that it is due."""
        options = trigger.options
        names = trigger.names
        if trigger.when == "edge":
            self.struct("edge", options["edge"], str(options["pin"]), None, int(count))
        elif trigger.when == "threshold":
            name = options["sensor"]
            value = (self.sensors.read(name) or {}).get(options["quantity"])
            self.sensor_news()
            if value is None or not trigger.crosses(value):
                return
            action = "below" if options["above"] is None else "above"
            self.struct("threshold", action, name, options["quantity"], value)
            names = names or [name]
        for name in self.sensors.names if names is None else names:
            if name in self.sensors.names:
                self.sample(name, trigger.when)
            self.board.idle()

    def _battery(self, percent):
        # It must rise a little before it counts as charged again.
        self.battery = percent
        limit = self.settings["battery"]["low_percent"]
        low = percent < (limit + 5 if self.low else limit)
        if low != self.low:
            self.low = low
            self.struct("battery", "low" if low else "ok", None, None, percent)

    def sensor_news(self):
        """Tell that a sensor fails, or is back, if that is new."""
        if not self.sensors.news:
            return
        name, error = self.sensors.news
        self.sensors.news = None
        print("sensor %s: %s" % (name, "%s; it is asked again" % error if error else "works"))
        if error is None:
            self.struct("sensor", "recovered", name)
        elif "errors" in self.settings["track"]:
            from snowplow_tracker.events.error import error as application_error

            data = application_error(error, thread_name="sensor " + name)
            self.count(self.tracker.track_self_describing_event(data))
            self.forget()

    def losses(self):
        """Track what the store gave up since the last time, if it did."""
        lost = self.store.lost
        data = {cause: lost[cause] - self.lost.get(cause, 0) for cause in lost}
        # Less than was told: the rest is on flash that cannot be read now.
        if min(data.values()) >= 0 < sum(data.values()):
            self.lost = dict(lost)
            self.event("iglu:io.github.snowplow_micropython/loss/jsonschema/1-0-0", data)
            if hasattr(self.store, "path"):  # it counts on over reboots
                save(self.settings["state_path"] + "/losses.json", lost)

    def health(self):
        """Track how the board is."""
        import health

        self.losses()
        self.event(health.SCHEMA, health.measure(self))
        if self.has_extras:
            import extras

            extras.refresh(self)
        self.forget()

    # --- the link -------------------------------------------------------------------------
    # `alive`: whether the other side was heard of at all, whatever it said.
    def heard(self, alive, accepted):
        """Hear from the transport how a request ended."""
        if accepted:
            if self.crashes.error:
                self.crashes.told()
            if self.trial:
                from remote import works

                works(self)
        self.dead_link(self.link.report(alive))

    def dead_link(self, action):
        """Do what the link asks for: rejoin, cycle, reset or None."""
        if action:
            print("Wi-Fi: the link is dead:", action)
        # Not at once, since the emitter is in the middle of it; and only if it loses nothing.
        self.wants_reset = action == "reset"

    def reset_if_wanted(self):
        """Reset for a dead link, where no events are in RAM alone."""
        safe = self.settings["store_bytes"] or not len(self.store)
        # One that did not help is not tried again for a while.
        if self.intent == "link" and clock.ms() < 6 * 3600000:
            safe = False
        if self.wants_reset and safe:
            self.restart("link")
        self.wants_reset = False

    def report(self):
        """Say once that sending or flash fails and why, and once that it works again."""
        error = self.store.error
        if bool(error) != self._flash_fails:
            self._flash_fails = bool(error)
            print("flash:", "%s; events are in RAM only" % error if error else "works again")
            self.struct("flash", "failed" if error else "recovered", error and str(error)[:255])
        trouble = self.emitter.last_result
        if isinstance(trouble, int):
            trouble = None if 200 <= trouble < 300 else "HTTP status %d" % trouble
        elif trouble is not None:
            trouble = str(trouble) or type(trouble).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                print("not sent, %d kept: %s" % (len(self.store), trouble))
            else:
                print("sending works again")

    # --- beginning and end ----------------------------------------------------------------
    def watch(self):
        """Start the watchdog, if the config wants one and the board has one."""
        seconds = self.settings["watchdog_seconds"]
        if seconds:
            self.board.watchdog(seconds)

    def save(self):
        """Make safe what is only in RAM, before a sleep, a reset or the end."""
        self.store.sync()
        save_clock()

    def restart(self, intent):
        """Save, and boot again."""
        self.emitter.close()
        self.save()
        self.board.reset(intent)

    # Out of safe mode it comes by time only: what went well there is little.
    def went_well(self):
        """A time without a crash: the next one is the first again."""
        late = clock.ms() > self.settings["safe_seconds"] * 1000
        if not self.crashes.safe:
            self.crashes.well()
        elif late and (self.settings["store_bytes"] or not len(self.store)):
            self.crashes.forgive(1)
            self.restart("crash")

    def goodbye(self):
        """Send what is left for a while, and say what became of all events."""
        self.board.intend("stop")
        self.tracker.flush(10)
        self.save()
        print(
            "stopped: tracked %d, sent %d, unsent %d, dropped %d"
            % (self.tracked, self.emitter.sent, len(self.store), self.store.dropped)
        )
