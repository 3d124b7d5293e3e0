# A sensor whose power is switched by a pin: on for its warm-up and the reading alone. Loaded if
# the config has one.
from snowplow_tracker import clock


class Switched:
    def __init__(self, make, connections, options, pin, warmup_ms):
        self._make = make
        self._connections = connections
        self._options = options
        self._pin = pin
        self._warmup_ms = warmup_ms
        self._on: list = []  # the driver, while it is on
        self.QUANTITIES = make(*connections, **options).QUANTITIES  # and its options are checked

    # A driver of its own for each reading, since the sensor has forgotten all that was set.
    def start(self) -> int:
        """Switch it on; -> ms until it can be read."""
        self._pin.value(1)
        sensor = self._make(*self._connections, **self._options)
        self._on = [sensor]
        if not hasattr(sensor, "start"):
            return self._warmup_ms
        clock.sleep_ms(min(self._warmup_ms, 2000))
        try:
            return sensor.start()
        except OSError:
            self.off()
            raise

    def measure(self) -> dict:
        """Its readings; it stays on."""
        if not self._on:
            clock.sleep_ms(self.start())
        return self._on[0].read()

    def off(self) -> None:
        """Switch it off."""
        self._on = []
        self._pin.value(0)

    def read(self) -> dict:
        """Its readings; afterwards it is off."""
        try:
            return self.measure()
        finally:
            self.off()
