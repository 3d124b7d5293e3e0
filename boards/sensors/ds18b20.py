# Dallas/Maxim DS18B20 (and DS1822), one or several on a 1-Wire bus, by the firmware's own
# drivers. What those let through is refused here: the 85 degrees that a sensor gives when it
# lost its power during the measurement, and the zeros of a shorted line, whose sum is right.
import time

from boards.sensors import within

BUS = "onewire"
OPTIONS: dict = {}

_CONVERT_MS = 750  # at 12 bits


class Sensor:
    def __init__(self, bus):
        import ds18x20

        self._driver = ds18x20.DS18X20(bus)

    def read(self):
        """temperature in Cel; of several, each as temperature_ and four digits of its number."""
        try:
            roms = [rom for rom in self._driver.scan() if rom[0] in (0x28, 0x22)]
            if not roms:
                raise OSError("ds18b20: none on the line; check its wires and the resistor")
            self._driver.convert_temp()
            time.sleep_ms(_CONVERT_MS)
            return {self._name(rom, len(roms)): self._celsius(rom) for rom in roms}
        except OSError:
            raise
        except Exception as e:  # the drivers' own are no OSError
            raise OSError("ds18b20: %s" % (e or type(e).__name__))

    def _name(self, rom, count):
        # Bytes 1 to 6 are the number; neighbours in a shop's bag differ in the first ones.
        return "temperature" if count == 1 else "temperature_%02x%02x" % (rom[2], rom[1])

    def _celsius(self, rom):
        data = self._driver.read_scratch(rom)
        if data[4] & 0x1F != 0x1F:
            raise OSError("ds18b20: the line is shorted to ground")
        raw = data[1] << 8 | data[0]
        if raw == 0x0550 and data[6] == 0x0C:
            raise OSError("ds18b20: it lost its power while it measured")
        if raw & 0x8000:
            raw -= 0x10000
        return within("temperature", raw / 16, -55, 125)
