# A cup anemometer with a reed contact (Argent Data, SparkFun SEN-15901, Misol, Pimoroni). The mean
# since the last reading; a contact each second is a wind of `mps_per_hz` m/s.
# Current: 0. Wiring: the contact between a pin and GND.
import time

from boards.sensors import pulses

BUS = "pin"
OPTIONS: dict = {"debounce_ms": (0, 1000, 5), "mps_per_hz": (0.01, 100, 0.667)}
IS_MEAN = True  # and no count: what is not sent is not lost


class Sensor(pulses.Sensor):
    QUANTITIES = {"wind_speed": ("m/s", -0.1, 150)}

    def __init__(self, pin, debounce_ms: int = 5, mps_per_hz: float = 0.667):
        super().__init__(pin, debounce_ms)
        self._factor = mps_per_hz
        self._since = time.ticks_ms()
        self._speed: float | None = None

    def read(self) -> dict:
        """wind_speed in m/s."""
        ms = time.ticks_diff(time.ticks_ms(), self._since)
        if 0 <= ms < 1000:  # too short to tell
            if self._speed is not None:
                return {"wind_speed": self._speed}
            time.sleep_ms(1000 - ms)
            ms = time.ticks_diff(time.ticks_ms(), self._since)
        count = self.new()
        self._since = time.ticks_ms()
        if ms < 0:  # its difference says nothing
            raise OSError("anemometer: not read for more than six days")
        self._speed = round(count * 1000 / ms * self._factor, 2)
        return {"wind_speed": self._speed}
