# When sensors are read. A trigger is due once in each slot of its seconds. Slots are counted on
# the wall clock, so that several boards read at the same time, and a board that sleeps only has
# to keep when it was awake last.


class Trigger:
    def __init__(self, options, board):
        self.when = options["when"]
        self.names = options["read"]
        self.options = options
        self.period = options.get("seconds", 0) * 1000
        self.slot = None  # the last one in which it was due
        self.crossed = False  # a threshold: whether it was, at the last reading
        self._edges = None
        if self.when == "edge":
            from boards.sensors import pulses

            pin = board.input(options["pin"], options["pull"])
            rising = options["edge"] == "rising"
            self._edges = pulses.Sensor(pin, options["debounce_ms"], rising)

    def due(self, now):
        """Whether it is due at `now` (ms); for an edge, how many there were."""
        if self._edges:
            return self._edges.read()["pulses"]
        if self.when == "boot":
            first = self.slot is None
            self.slot = 0
            return first
        slot = now // self.period
        if slot == self.slot:
            return False
        self.slot = slot
        return True

    def wait(self, now):
        """Milliseconds until it can be due again."""
        if self.period:
            return self.period - now % self.period
        return 200 if self._edges else 86400000


def load(settings, board):
    """The triggers of the settings; without any, all sensors every sample_seconds."""
    every = {"when": "every", "seconds": settings["sample_seconds"], "read": None}
    found = []
    for options in settings["triggers"] or [every]:
        try:
            found.append(Trigger(options, board))
        except (OSError, ValueError) as e:  # the board has no such pin
            board.absent.append("trigger %s: %s; name another pin" % (options["when"], e))
    return found


def wait(triggers, now):
    """Milliseconds until the next one can be due."""
    return min([trigger.wait(now) for trigger in triggers] or [60000])
