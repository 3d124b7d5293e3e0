# Opens a sensor of the config.
from boards import sensors


# ValueError is the port's error for a pin that cannot do it.
def open_sensor(found, board, buses, options):
    """The driver for a sensor's options; OSError if the board cannot have it."""
    options = dict(options)
    if "entities" in options:
        entities = options.pop("entities")
        sensor = open_sensor(found, board, buses, options)
        sensor.entities = entities
        return sensor
    rows = options.pop("quantities", None)
    if rows is not None:
        from firmware.processed import Processed

        how = [options.pop(key) for key in ("reads", "combine", "max_seconds")]
        return Processed(open_sensor(found, board, buses, options), rows, *how)
    module = sensors.load(options.pop("type"))
    power = options.pop("power_pin", None)
    warmup_ms = options.pop("warmup_ms", 0)
    try:
        connections = _connections(module.BUS, found, board, buses, options)
        if power is None:
            return module.Sensor(*connections, **options)
        from firmware.switched import Switched

        return Switched(module.Sensor, connections, options, board.output(power), warmup_ms)
    except ValueError as e:
        raise OSError(str(e))


# Takes out of the options what says where the sensor is.
def _connections(bus, found, board, buses, options):
    if bus == "board":
        return (board,)
    if bus in ("i2c", "spi", "uart"):
        connection = open_bus(bus, board, buses, options.pop("bus"))
        return (connection, board.output(options.pop("cs"), 1)) if bus == "spi" else (connection,)
    pin = options.pop("pin", None)
    if bus == "onewire":
        return (board.onewire(pin),)
    if bus == "pin":
        return (board.input(pin, options.pop("pull")),)
    adc = options.pop("adc", None)
    channel = options.pop("channel", 0)
    if adc:
        return (lambda: found.get(adc).millivolts(channel),)
    if pin is None:
        options["ratio"] = 1
    return (found.voltage(pin),)


def open_bus(kind, board, buses, name):
    """The bus of this name, of a kind such as "i2c"; opened if it is not yet."""
    bus = buses[name]
    if isinstance(bus, dict):
        bus = buses[name] = _opened(kind, board, bus)
    return bus


def _opened(kind, board, options):
    if kind == "i2c" and options["id"] is None:
        return board.i2c(options["sda"], options["scl"], options["freq"])
    try:
        from boards import buses
    except ImportError:  # a computer
        raise OSError("%s: this board has none" % kind)
    return getattr(buses, kind)(**options)
