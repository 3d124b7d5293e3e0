# When sensors are read. A trigger is due once in each slot of its seconds. Slots are counted on
# the wall clock, so that several boards read at the same time, and a board that sleeps only has
# to keep when it was awake last. What does more than that is in conditions.py.
from firmware.sensors import readings

READING = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-1"


class Trigger:
    crossed = False  # of a threshold: whether it was, at the last reading

    def __init__(self, options, board):
        self.when = options["when"]
        self.names = options["read"]  # of sensors; None for all
        self.period = options.get("seconds", 0) * 1000
        self.slot = None  # the last one in which it was due

    def due(self, now):
        """Whether it is due at `now` (ms); for an edge, how many there were."""
        slot = now // self.period if self.period else 0
        # One slot back is a clock that was set back by less than that.
        if self.slot in (slot, slot + 1):
            return 0
        self.slot = slot
        return 1

    def wait(self, now):
        """Milliseconds until it can be due again."""
        return self.period - now % self.period if self.period else 86400000

    def run(self, app, count):
        """Do what it is for, now that it is due; yields ms to wait."""
        yield app.sensors.start(self.names)
        yield from self.sample(app, self.names, {})

    def sample(self, app, names, found):
        """Read sensors, track and add to `found` what they gave; yields ms to wait."""
        for name in app.sensors.names if names is None else names:
            values = None
            if name in app.sensors.names:
                found[name] = values = app.sensors.read(name)
                app.track_sensor_change()
            if values:
                if "longitude" in values and "latitude" in values:
                    from firmware import location

                    location.update(app, values)
                sensor = app.sensors.get(name)
                sent = sensor.to_send(values) if hasattr(sensor, "to_send") else values
                if sent:
                    event = {"sensor": name, "readings": readings(sensor, sent)}
                    event["trigger"] = self.when
                    app.track_event(READING, event, getattr(sensor, "entities", None))
                if "battery" in values:
                    from firmware.battery_level import check

                    check(app, values["battery"])
            app.board.idle()
            yield 0


def load(settings, board):
    """The triggers of the settings; without any, all sensors every sample_seconds."""
    every = {"when": "every", "seconds": settings["sample_seconds"], "read": None}
    found = []
    for options in settings["triggers"] or [every]:
        try:
            found.append(_make(options, board))
        except ImportError:
            board.absent.append("trigger %s: its code is not here; deploy again" % options["when"])
        except (OSError, ValueError) as e:  # the board has no such pin
            board.absent.append("trigger %s: %s; name another pin" % (options["when"], e))
    return found


def _make(options, board):
    if options["when"] in ("boot", "every") and "do" not in options:
        return Trigger(options, board)
    from firmware.conditions import Condition

    return Condition(options, board)


def wait(triggers, now):
    """Milliseconds until the next one can be due."""
    return min([trigger.wait(now) for trigger in triggers] or [60000])
