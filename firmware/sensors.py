# The sensors of the config, by name. One that fails, whatever its driver raises or returns, is
# read again at once; then its failure is reported once, and once more that it works again. None
# stops the others.
#
# `_found`: own_app.py adds the sensors of the user's own module to it.
import time


class Sensors:
    def __init__(self, board, settings):
        self._board = board
        # (name, error) of the last one that began to fail, or (name, None) of one that works
        # again: the caller of read() reports it, and sets this to None.
        self.change = None
        self._buses = settings["buses"]
        self._options = settings["sensors"]
        self._found = dict(board.sensors()) if settings["board_sensors"] else {}
        self.failing: dict = {}  # name -> its error, as text
        # Of those that take long, since the last start(): None, its error, or the readings.
        self._slow: dict = {}
        for name in self._options:
            try:
                self._open(name)  # now, since some count from here on
            except MemoryError:
                raise
            except Exception:
                pass  # read() tries again, and reports it
        self.names = sorted(set(self._found) | set(self._options))

    def _open(self, name):
        if name not in self._options:
            raise OSError("this board has no such sensor")
        from firmware.on_demand.open_sensor import open_sensor

        self._found[name] = open_sensor(self, self._board, self._buses, self._options[name])

    def get(self, name):
        """The driver of a sensor; OSError if the board cannot have it."""
        if name not in self._found:
            self._open(name)
        return self._found[name]

    # Those of a trigger warm up and measure at the same time.
    def start(self, names):
        """Start the measurements that take long; -> ms until all can be read."""
        wait = 0
        self._slow = {}
        for name in self.names if names is None else names:
            try:
                sensor: object = self.get(name)
            except MemoryError:
                raise
            except Exception:
                continue  # read() tries again, and reports it
            if hasattr(sensor, "start"):
                self._slow[name] = None
                try:
                    wait = max(wait, sensor.start())
                except MemoryError:
                    raise
                except Exception as e:
                    self._slow[name] = e
        return wait

    def voltage(self, pin):
        """A function that gives the millivolts at a pin; None: of the board's own supply."""
        return (lambda: self._board.adc(pin)) if pin is not None else self._supply

    def _supply(self):
        value = self._board.supply()
        if value is None:
            raise OSError("this board cannot measure its supply: name a pin")
        return value

    def read(self, name):
        """The sensor's readings as a dict, or None while it fails."""
        error = None
        # One that takes long is not started here, since to wait for it would stop the others: it
        # is read once after start(), and gives the same again until the next one.
        slow = hasattr(self._found.get(name), "start")
        if slow:
            error = self._slow.get(name)
            if name not in self._slow or isinstance(error, dict):
                return error
        for attempt in range(1 if slow else 2):
            if attempt:
                time.sleep(0.1)
            try:
                if slow and error:
                    raise error
                found = self.get(name).read()
                for quantity in found:
                    if found[quantity] - found[quantity] != 0:
                        raise ValueError("%s is not a number" % quantity)
            except MemoryError:
                raise
            except Exception as e:
                error = e
                continue
            if self.failing.pop(name, None):
                self.change = (name, None)
            if slow:
                self._slow[name] = found
            return found
        if slow:
            del self._slow[name]
        if name not in self.failing:
            self.failing[name] = str(error) or type(error).__name__
            self.change = (name, error)
        return None


def unit(sensor, quantity):
    """The UCUM code of a quantity as its driver declares it, or None."""
    if hasattr(sensor, "unit"):
        return sensor.unit
    if hasattr(sensor, "units"):
        return sensor.units[quantity]
    declared = getattr(sensor, "QUANTITIES", {})
    found = declared.get(quantity) or declared.get(quantity.split("_")[0])
    return found and found[0]


def readings(sensor, found):
    """The event's list of a sensor's readings."""
    listed = []
    raw = getattr(sensor, "raw", None)
    for quantity in found:
        reading = {"quantity": quantity, "value": found[quantity]}
        code = unit(sensor, quantity)
        if code:
            reading["unit"] = code
        if raw and quantity in raw:
            reading["raw"] = raw[quantity]
        listed.append(reading)
    return listed
