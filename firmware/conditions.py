# The triggers that are more than a time to read sensors: an edge, a threshold, and all that have
# an event or an action of their own, or hours and days. Loaded if the config has one of these, and
# what it needs for each of them only if it has that.
from firmware.triggers import Trigger
from snowplow_tracker import clock

_HOUR_MS = 3600000


class Condition(Trigger):
    def __init__(self, options, board):
        super().__init__(options, board)
        self.options = options
        self._edges = self._wake = self._output = self._heartbeat = None
        self._problem = None  # of its own event, as it was printed last
        if self.when == "edge":
            from boards.sensors import pulses

            pin = board.input(options["pin"], options["pull"])
            rising = options["edge"] == "rising"
            self._edges = pulses.Sensor(pin, options["debounce_ms"], rising)
        elif self.when == "wake":
            from boards.wake import Wake

            self._wake = Wake(
                board, options["pin"], options["level"], options["pull"], options["place"]
            )
        elif self.when == "heartbeat":
            from firmware.heartbeat import Heartbeat

            self._heartbeat = Heartbeat(options)
        if options.get("set"):
            from firmware.output import output

            self._output = output(board, options["set"])

    # With hours or days nothing is done while the time is not known: what is due once is put off
    # until it is, and edges are not counted. A threshold that is crossed when its hours begin is
    # crossed then.
    def due(self, now):
        """Whether it is due at `now` (ms); for an edge, how many there were."""
        hours = self.options.get("hours")
        known = not hours or clock.known()
        count = 0
        if self._edges:
            count = self._edges.read()["pulses"]
        elif self._wake:
            count = self._wake.count(self.crossed)
            self.crossed = self._wake.is_active
        elif known:
            count = super().due(now)
        if self.when == "boot":
            self.crossed = not known  # which outlives a deep sleep: it is still to come
        if hours and count:
            from firmware.local_time import is_within

            if not known or not is_within(hours, now):
                if self.when == "threshold":
                    self.crossed = False
                return 0
        return count

    def wait(self, now):
        """Milliseconds until it can be due again."""
        if self._edges:
            return 200
        if self.when == "boot" and self.slot is None:  # its hours or the time are to come
            return 60000
        wait = super().wait(now)
        hours = self.options.get("hours")
        if hours and clock.known():
            from firmware.local_time import until

            # An hour at most, since the clock may be set, or change for summer.
            wait = max(wait, min(until(hours, now), _HOUR_MS))
        return wait

    def run(self, app, count):
        """Do what it is for, now that it is due; yields ms to wait."""
        options = self.options
        names = self.names
        found: dict = {}
        value = None
        if self.when == "threshold":
            name = options["sensor"]
            yield app.sensors.start((name,))
            found[name] = app.sensors.read(name)
            app.track_sensor_change()
            value = (found[name] or {}).get(options["quantity"])
            if value is None or not crosses(self, value):
                return
        output = self._output
        on_ms = output.on() if output else 0
        if output and on_ms:  # in the mode battery: before what may take long
            try:
                yield on_ms
            finally:
                output.off()
        if self._heartbeat:
            self._heartbeat.track(app)
        elif not options.get("event"):
            self._track(app, count, value)
        # What the threshold itself was read for needs no second measurement.
        if names is None or [name for name in names if name not in found]:
            yield app.sensors.start(names)
        yield from self.sample(app, names, found)
        if options.get("event"):
            from firmware import own_event

            yield from own_event.read(app, options["event"], found)
            problem = own_event.track(app, options["event"], found, count)
            if problem and problem != self._problem:
                print("no event of the trigger %s: %s" % (self.when, problem))
            self._problem = problem
        if options.get("do") and app.own:
            app.own.do(options["do"])

    # The events that edges and thresholds have without one of the config's.
    def _track(self, app, count, value):
        options = self.options
        if self.when == "edge":
            app.track_struct("edge", options["edge"], str(options["pin"]), None, int(count))
        elif self.when == "threshold":
            action = "below" if options["above"] is None else "above"
            app.track_struct("threshold", action, options["sensor"], options["quantity"], value)
        elif self.when == "wake":
            app.track_struct("board", "wake", str(options["pin"]), None, int(count))


# Crossed only when it comes from the other side by more than the hysteresis.
def crosses(trigger, value):
    """Whether the threshold is crossed by this value, now."""
    at = trigger.options["above"]
    away = value - at if at is not None else trigger.options["below"] - value
    before = trigger.crossed
    trigger.crossed = away >= 0 or before and away > -trigger.options["hysteresis"]
    return trigger.crossed and not before
