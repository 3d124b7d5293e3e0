# TI HDC3020, HDC3021, HDC3022 by I2C. One measurement at the lowest noise, then it sleeps.
# Current: 0.4 uA idle, 0.1 mA for 15 ms. Wiring: 3.3 V, SDA, SCL; ADDR pins choose 0x44 to 0x47.
from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x44, 0x47, 0x44)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 125.01), "humidity": ("%", -0.01, 100.01)}

    def __init__(self, i2c, address: int = 0x44):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        send(self._i2c, self._address, 0x3093, ms=1)  # stop what another program began
        send(self._i2c, self._address, 0x30A2, ms=4)  # reset
        temperature, humidity = ask(self._i2c, self._address, 0x2400, 2, 18)
        found = {}
        if temperature is not None:
            found["temperature"] = round(-45 + 175 * temperature / 65535, 2)
        if humidity is not None:
            found["humidity"] = round(100 * humidity / 65535, 1)
        return within(found, self.QUANTITIES)
