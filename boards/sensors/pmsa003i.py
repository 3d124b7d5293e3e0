# Plantower PMSA003I, PMS5003I (particles) by I2C, such as on Pimoroni's Enviro Urban. `set` and
# `reset` are the pins at its SET and RESET, where they are wired.
# Current: 100 mA, 0.2 mA asleep. Wiring: 5 V, SDA, SCL (3.3 V); it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {
    "set": ("pin", 0, 60, None),  # the pin at its SET
    "reset": ("pin", 0, 60, None),  # the pin at its RESET
}
WARMUP_MS = 30000

_ADDRESS = 0x12


class Sensor:
    QUANTITIES = {
        "pm1": ("ug/m3", -1, 1001),
        "pm2_5": ("ug/m3", -1, 1001),
        "pm10": ("ug/m3", -1, 1001),
    }

    def __init__(self, i2c, set=None, reset=None):
        self._i2c = i2c
        for pin in (set, reset):
            if pin is not None:
                import machine

                machine.Pin(pin, machine.Pin.OUT, value=1)

    # It measures by itself, each second, and a frame may be read while it changes.
    def read(self) -> dict:
        """pm1, pm2_5, pm10 in ug/m3, in the open air."""
        for _ in range(3):
            got = self._i2c.readfrom(_ADDRESS, 32)
            if got[:4] == b"\x42\x4d\x00\x1c" and sum(got[:30]) == got[30] << 8 | got[31]:
                break
            time.sleep_ms(300)
        else:
            raise OSError("pmsa003i: wrong checksum; check SDA and SCL, and its 5 V")
        found = {}
        for i, name in enumerate(("pm1", "pm2_5", "pm10")):
            found[name] = got[10 + 2 * i] << 8 | got[11 + 2 * i]
        return within(found, self.QUANTITIES)
