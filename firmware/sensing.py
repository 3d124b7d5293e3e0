# The sensors of the config, by name, and what becomes of those that fail, whatever their driver
# raises or returns: each is read again at once, then told of once, and once more when it is back.
# None stops the others.
import time

from boards import sensors
from boards.common import unit


class Sensors:
    def __init__(self, board, settings):
        self._board = board
        # (name, error) of the last one that began to fail, or with None that is back: for the
        # caller of read() to tell, and to set to None.
        self.news = None
        self._buses = settings["buses"]
        self._options = settings["sensors"]
        self._found = dict(board.sensors()) if settings["builtin"] else {}
        self.failing: dict = {}  # name -> what it said
        for name in self._options:
            try:
                self._open(name)  # now, since some count from here on
            except MemoryError:
                raise
            except Exception:
                pass  # read() tries again, and tells
        self.names = sorted(set(self._found) | set(self._options))

    # "" in place of a bus that is not open yet; ValueError is the port's word for a pin that
    # cannot do it.
    def _open(self, name):
        if name not in self._options:
            raise OSError("this board has no such sensor")
        options = dict(self._options[name])
        module = sensors.load(options.pop("type"))
        pin = options.pop("pin", None)
        try:
            if module.BUS == "i2c":
                hangs_on = self._i2c(options.pop("bus"))
            elif module.BUS == "onewire":
                hangs_on = self._board.onewire(pin)
            elif module.BUS == "pin":
                hangs_on = self._board.input(pin, options.pop("pull"))
            elif module.BUS == "board":
                hangs_on = self._board
            elif pin is None:
                options["ratio"] = 1
                hangs_on = self._supply
            else:
                self._board.adc(pin)
                hangs_on = lambda: self._board.adc(pin)  # noqa: E731
            self._found[name] = module.Sensor(hangs_on, **options)
        except ValueError as e:
            raise OSError(str(e))

    def _i2c(self, name):
        bus = self._buses[name]
        if isinstance(bus, dict):
            bus = self._buses[name] = self._board.i2c(**bus)
        return bus

    def _supply(self):
        value = self._board.supply()
        if value is None:
            raise OSError("this board cannot measure its supply: name a pin")
        return value

    def read(self, name):
        """The sensor's readings as a dict, or None while it fails."""
        trouble = None
        for attempt in range(2):
            if attempt:
                time.sleep(0.1)
            try:
                if name not in self._found:
                    self._open(name)
                found = self._found[name].read()
                for quantity in found:
                    if found[quantity] - found[quantity] != 0:
                        raise ValueError("%s is no number" % quantity)
            except MemoryError:
                raise
            except Exception as e:
                trouble = e
                continue
            if self.failing.pop(name, None):
                self.news = (name, None)
            return found
        if name not in self.failing:
            self.failing[name] = str(trouble) or type(trouble).__name__
            self.news = (name, trouble)
        return None


def readings(found):
    """The event's list of a sensor's readings."""
    listed = []
    for quantity in found:
        reading = {"quantity": quantity, "value": found[quantity]}
        if unit(quantity):
            reading["unit"] = unit(quantity)
        listed.append(reading)
    return listed
