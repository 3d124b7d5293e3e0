# What becomes of a sensor's readings before they are an event: several reads are one, values are
# calibrated and renamed, and what hardly moved is not sent. Loaded if a sensor of the config has
# `quantities` or `reads`.
from snowplow_tracker import clock

_MOST_MS = 5000  # after which `reads` ends early, since everything else waits meanwhile


class Processed:
    # rows: the config's `quantities`; a quantity with a suffix has the row of its kind.
    def __init__(self, sensor, rows, reads, combine, max_seconds):
        self._sensor = sensor
        self._rows = rows
        self._reads = reads
        self._combine = _median if combine == "median" else _mean
        self._max_ms = max_seconds * 1000
        self._sent: dict = {}  # what the last event had
        self._sent_at = 0
        self._deltas: dict = {}  # by its new name
        self._extremes: dict = {}  # quantity -> [lowest, highest] since the last event
        self.raw: dict = {}  # by its new name, what a calibrated value was before
        self.units: dict = {}
        if hasattr(sensor, "start"):
            self.start = sensor.start
        if hasattr(sensor, "new"):  # it counts
            self.new = sensor.new
            self.add = sensor.add
        if hasattr(sensor, "millivolts"):
            self.millivolts = sensor.millivolts

    def read(self) -> dict:
        """The calibrated readings, by their names in the config."""
        sensor = self._sensor
        try:
            several = self._several(sensor.measure if hasattr(sensor, "measure") else sensor.read)
        finally:
            if hasattr(sensor, "off"):  # its power is switched
                sensor.off()
        self.raw = {}
        return dict([self._processed(q, self._combine(several[q])) for q in several])

    def _several(self, measure):
        several: dict = {}
        start = clock.ms()
        for i in range(self._reads):
            if i and clock.ms() - start > _MOST_MS:
                break
            try:
                found = measure()
            except OSError as e:
                error = e
                continue
            for quantity in found:
                several.setdefault(quantity, []).append(found[quantity])
        if not several:
            raise error
        return several

    # (a quantity's row or None, what its name has behind that of the row)
    def _row(self, quantity):
        if quantity in self._rows:
            return self._rows[quantity], ""
        if quantity in getattr(self._sensor, "QUANTITIES", {}):  # a name of its own
            return None, ""
        kind = quantity.split("_")[0]
        return self._rows.get(kind), quantity[len(kind) :]

    def _processed(self, quantity, value):
        from firmware.sensors import unit

        row, suffix = self._row(quantity)
        code = unit(self._sensor, quantity)
        if row is None:
            self.units[quantity] = code
            return quantity, value
        name = row["name"] + suffix if row["name"] else quantity
        self.units[name] = row["unit"] or code
        raw = value
        if row["points"]:
            from boards.parts.points import between

            value = between(row["points"], value)
        if row["scale"] != 1:
            value *= row["scale"]
        if row["offset"]:
            value += row["offset"]
        if value - value != 0:
            raise ValueError("%s is not a number" % name)
        if row["points"] or row["scale"] != 1 or row["offset"]:
            self.raw[name] = raw
        if row["decimals"] is not None:
            value = round(value, row["decimals"]) if row["decimals"] else round(value)
        if row["delta"] is not None:
            self._deltas[name] = row["delta"]
        if row["extremes"]:
            low, high = self._extremes.get(name, (value, value))
            self._extremes[name] = min(low, value), max(high, value)
        return name, value

    def to_send(self, found):
        """What the event has: all, with the extremes since the last one; {} if none moved."""
        if not self._moved(found):
            return {}
        self._sent = found
        self._sent_at = clock.ms()
        found = dict(found)
        for name in self._extremes:
            found[name + "_minimum"], found[name + "_maximum"] = self._extremes[name]
            self.units[name + "_minimum"] = self.units[name + "_maximum"] = self.units[name]
        self._extremes = {}
        return found

    # By so much since the last event, one that came or went, or after the longest time. Without
    # any `delta` each reading is sent.
    def _moved(self, found):
        deltas = [name for name in found if name in self._deltas]
        if not deltas or len(found) != len(self._sent):
            return True
        if clock.ms() - self._sent_at >= self._max_ms:
            return True
        for name in deltas:
            if name not in self._sent or abs(found[name] - self._sent[name]) >= self._deltas[name]:
                return True
        return False


def _mean(values):
    return values[0] if len(values) == 1 else sum(values) / len(values)


def _median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
