# A sensor whose power is switched by a pin: on for its warm-up and the reading alone. Loaded if the
# config has one.
import time


class Switched:
    def __init__(self, make, connections, options, pin, warmup_ms):
        self._make = make
        self._connections = connections
        self._options = options
        self._pin = pin
        self._warmup_ms = warmup_ms
        self._is_on = False
        self.QUANTITIES = make(*connections, **options).QUANTITIES  # and its options are checked

    def start(self):
        """Switch it on; -> ms until it can be read."""
        self._pin.value(1)
        self._is_on = True
        return self._warmup_ms

    # A driver of its own for each reading, since the sensor has forgotten all that was set.
    def read(self) -> dict:
        """Its readings; afterwards it is off."""
        try:
            if not self._is_on:
                time.sleep_ms(self.start())
            return self._make(*self._connections, **self._options).read()
        finally:
            self._is_on = False
            self._pin.value(0)
