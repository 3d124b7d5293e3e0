# A module of the user's own, which the config names as `app`: it has start(app), and `app` is an
# OwnApp. Loaded if the config has it. What fails in the module is printed, and tracked where
# `track` has "errors", once until it works again or fails in another way. It never stops the
# firmware; only if it hangs, the watchdog does. In safe mode it is not started.
#
#   app.add_sensor(name, sensor)   an object with read() -> dict of quantity to number; its
#                                  QUANTITIES, if it has any, are name to (unit, low, high)
#   app.add_action(name, call)     what a trigger's "do": name calls, without arguments
#   app.add_entity(entity)         a pair (schema, data) for every event, or a function that
#                                  returns one, or None, for each event
#   app.track_…(…)                 the calls of snowplow_tracker.Tracker
#   app.tracker, app.board         the Tracker; the Board (boards/base.py), which gives pins
#
# The firmware unloads what is in snowplow_tracker.events and .entities after use: import it in the
# function that needs it.
from snowplow_tracker.self_describing import sealed

_MOST = 9007199254740991


class OwnApp:
    def __init__(self, app, name):
        self.tracker = app.tracker
        self.board = app.board
        self._app = app
        self._name = name
        self._actions: dict = {}
        self._failed: dict = {}  # what -> why, as it was told
        self._telling = False

    def __getattr__(self, name):
        if name[:6] != "track_":
            raise AttributeError(name)
        call = getattr(self.tracker, name)

        def track(*args, **options):
            eid = call(*args, **options)
            self._app.count(eid)
            return eid

        return track

    def add_sensor(self, name: str, sensor) -> None:
        """Add a sensor, which is read and sent as those of the config."""
        sensors = self._app.sensors
        if not isinstance(name, str) or not 1 <= len(name) <= 64:
            raise ValueError("add_sensor: expected a name of 1 to 64 characters")
        if name in sensors.names:
            raise ValueError("add_sensor: there is a sensor %s already" % name)
        sensors._found[name] = _Sensor(sensor)
        sensors.names = sorted(sensors.names + [name])

    def add_action(self, name: str, call) -> None:
        """Add what a trigger's `do` of this name calls."""
        self._actions[name] = call

    def add_entity(self, entity) -> None:
        """Add an entity to every event, or a function that makes it."""
        made = None if callable(entity) else sealed("add_entity", entity)

        def make():
            found = entity()
            return found and sealed("add_entity", found)

        def attach(eid, pairs, schema, entities):
            found = made or not self._telling and self._call("entity", make)
            if found:
                entities.append(found)

        self.tracker.plugins.append(attach)

    # --- called by the firmware -----------------------------------------------------------
    def start(self) -> None:
        """Import the module and start it."""
        self._call("start", self._start)
        known = self._app.sensors.names
        for trigger in self._app.settings["triggers"]:
            for name in trigger["read"] or ():
                if name not in known:
                    print("app %s: no sensor %s, which a trigger reads" % (self._name, name))
            if trigger.get("do") and trigger["do"] not in self._actions:
                print("app %s: no action %s, which a trigger does" % (self._name, trigger["do"]))

    def _start(self):
        module = __import__(self._name)
        if not hasattr(module, "start"):
            raise ValueError("%s.py has no start(app)" % self._name)
        module.start(self)

    def do(self, name: str) -> None:
        """Call the action of this name."""
        if name in self._actions:
            self._call("action " + name, self._actions[name])

    def _call(self, what, call, *args):
        try:
            found = call(*args)
            self._failed.pop(what, None)
            return found
        except (Exception, SystemExit) as e:
            why = str(e) or type(e).__name__
            if self._failed.get(what) != why:
                self._failed[what] = why
                self._tell(what, e, why)

    # Its entities are left out meanwhile: one of them may be what fails.
    def _tell(self, what, error, why):
        place = "app %s: %s" % (self._name, what)
        print("%s: %s: %s" % (place, type(error).__name__, why))
        if "errors" not in self._app.settings["track"] or isinstance(error, MemoryError):
            return
        from snowplow_tracker.events.error import error as application_error

        self._telling = True
        try:
            self._app.track_event(*application_error(error, why, thread_name=place))
        finally:
            self._telling = False
            self._app.unload()


class _Sensor:
    # What the module's sensor gives becomes an event only if the event's schema takes it.
    def __init__(self, sensor):
        self._read = sensor.read
        self.QUANTITIES = getattr(sensor, "QUANTITIES", {})
        good = isinstance(self.QUANTITIES, dict)
        for row in self.QUANTITIES.values() if good else ():
            good = good and isinstance(row, tuple) and bool(row)
            good = good and (row[0] is None or isinstance(row[0], str))
        if not good:
            raise ValueError("QUANTITIES: expected name to (unit, low, high)")
        if hasattr(sensor, "start"):
            self._start = sensor.start
            self.start = self._started

    def _started(self):
        try:
            return int(self._start() or 0)
        except (MemoryError, SystemExit) as e:
            raise OSError(type(e).__name__)

    def read(self):
        """The checked readings."""
        try:
            found = self._read()
        except (MemoryError, SystemExit) as e:
            raise OSError(type(e).__name__)
        if not isinstance(found, dict) or len(found) > 32:
            raise ValueError("read() is to give a dict of 32 quantities at most")
        for name in found:
            value = found[name]
            good = isinstance(name, str) and 1 <= len(name) <= 64
            if not good or isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError("read() is to give names of 1 to 64 characters, and numbers")
            if not -_MOST <= value <= _MOST:
                raise ValueError("%s is no number that an event takes" % name)
        return found
