# Dallas/Maxim DS18B20 (and DS1822), one or several on a 1-Wire bus. The drivers are MicroPython's
# own. What those let through is refused here: the 85 degrees of a sensor that lost its power
# while it measured, and the zeros of a shorted line, whose sum is right.
# Current: 1 uA idle, 1.5 mA for 750 ms. Wiring: 3.3 V, a pin with 4.7 kOhm to 3.3 V.
#
# A reading is named after the sensor's serial number, as Linux writes it: all six bytes, since
# clones (28-FF-64-...) differ only in some. So a name stays the same when another sensor is
# added or fails, even if only one is left. With `single` the line has one sensor by contract;
# its reading is called temperature, and stays so when the sensor is replaced.
import time

from boards.sensors import within

BUS = "onewire"
OPTIONS = {"single": (0, 1, 0)}

_CONVERT_MS = 750  # at 12 bits
# Written before each measurement: two bytes that are free for the user, and 12 bits of
# resolution. A sensor that loses its power forgets them, also a clone.
_MARK = b"\x5a\xa5"
_SETTINGS = _MARK + b"\x7f"


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -55.01, 125.01)}

    def __init__(self, bus, single: int = 0):
        import ds18x20

        self._driver = ds18x20.DS18X20(bus)
        self._single = single

    def read(self) -> dict:
        """temperature_ and the serial number, in Cel, for each; see `single`."""
        try:
            return self._read()
        except (OSError, MemoryError):
            raise
        except Exception as e:  # the drivers' own are no OSError
            raise OSError("ds18b20: %s" % (e or type(e).__name__))

    def _read(self):
        driver = self._driver
        roms = [rom for rom in driver.scan() if rom[0] in (0x28, 0x22)]
        if not roms:
            raise OSError("ds18b20: none on the line; check its wires and the resistor")
        if self._single and len(roms) > 1:
            raise OSError("ds18b20: %d on the line; take `single` out of the config" % len(roms))
        for rom in roms:
            driver.write_scratch(rom, _SETTINGS)
        driver.convert_temp()
        time.sleep_ms(_CONVERT_MS)
        found: dict = {}
        for rom in roms * 2:  # a second time for those that failed: a long line has noise
            name = self._name(rom)
            if name not in found:
                try:
                    found[name] = self._celsius(rom)
                except MemoryError:
                    raise
                except Exception as e:  # one must not take the others along
                    error = e
        if not found:
            raise error
        return found

    def _name(self, rom):
        if self._single:
            return "temperature"
        return "temperature_" + "".join(["%02x" % rom[i] for i in range(6, 0, -1)])

    def _celsius(self, rom):
        data = self._driver.read_scratch(rom)
        if data[4] & 0x1F != 0x1F:
            raise OSError("ds18b20: the line is shorted to ground")
        raw = data[1] << 8 | data[0]
        if raw == 0x0550 and data[2:4] != _MARK:
            raise OSError("ds18b20: it lost its power while it measured")
        if raw & 0x8000:
            raw -= 0x10000
        return within({"temperature": raw / 16}, self.QUANTITIES)["temperature"]
