# TI ADS1115 (four voltages) by I2C. Other sensors can use its channels in place of a pin:
# {"type": "thermistor", "adc": "its name in the config", "channel": 2}.
# Current: 0.5 uA idle, 0.15 mA for 10 ms. Wiring: 3.3 V, SDA, SCL; ADDR chooses 0x48 to 0x4B. No
# input may be above its supply.
import time

from boards.parts.words import get, put, signed

BUS = "i2c"
OPTIONS = {
    "address": (0x48, 0x4B, 0x48),
    "full_scale_mv": ("one", (256, 512, 1024, 2048, 4096, 6144), 1, 4096),
    "channels": (1, 4, 4),
}
CHANNELS = 4

_SCALES = (6144, 4096, 2048, 1024, 512, 256)


class Sensor:
    QUANTITIES = {"voltage": ("mV", -6145, 6145)}

    def __init__(self, i2c, address: int = 0x48, full_scale_mv: int = 4096, channels: int = 4):
        self._i2c = i2c
        self._address = address
        self._full = full_scale_mv
        self._channels = channels

    # Each measurement writes all settings; whatever was set before is gone.
    def millivolts(self, channel: int) -> float:
        """The voltage between a channel and ground; OSError at an end of the scale."""
        gain = _SCALES.index(self._full)
        # Once, 128 samples a second, the comparator off.
        put(self._i2c, self._address, 1, 0xC183 | channel << 12 | gain << 9)
        for _ in range(5):
            time.sleep_ms(9)
            if get(self._i2c, self._address, 1) & 0x8000:
                break
        else:
            raise OSError("ads1115: no measurement within 45 ms")
        raw = signed(get(self._i2c, self._address, 0))
        if raw in (32767, -32768):
            raise OSError("ads1115: channel %d is beyond its scale" % channel)
        return raw * self._full / 32768

    def read(self) -> dict:
        """voltage_0 and so on, in mV."""
        found = {}
        for channel in range(self._channels):
            try:
                found["voltage_%d" % channel] = round(self.millivolts(channel), 3)
            except OSError as e:
                error = e
        if not found:
            raise error
        return found
