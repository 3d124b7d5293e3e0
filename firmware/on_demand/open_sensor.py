# Opens a sensor of the config.
from boards import sensors


# ValueError is the port's error for a pin that cannot do it.
def open_sensor(found, board, buses, options):
    """The driver for a sensor's options; OSError if the board cannot have it."""
    options = dict(options)
    module = sensors.load(options.pop("type"))
    pin = options.pop("pin", None)
    try:
        if module.BUS == "i2c":
            connection = _i2c(board, buses, options.pop("bus"))
        elif module.BUS == "onewire":
            connection = board.onewire(pin)
        elif module.BUS == "pin":
            connection = board.input(pin, options.pop("pull"))
        elif module.BUS == "board":
            connection = board
        else:
            if pin is None:
                options["ratio"] = 1
            else:
                board.adc(pin)
            connection = found.voltage(pin)
        return module.Sensor(connection, **options)
    except ValueError as e:
        raise OSError(str(e))


def _i2c(board, buses, name):
    bus = buses[name]
    if isinstance(bus, dict):
        bus = buses[name] = board.i2c(**bus)
    return bus
