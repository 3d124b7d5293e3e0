# Aosong DHT22 (AM2302). Its driver is MicroPython's own, which checks the sum of what it got.
# A reading is that of the measurement before, which is two seconds old at best. The scale ends at
# -40 and 80 Cel and at 99.9 %, which a wet or broken sensor gives all the time.
# Current: 50 uA idle, 1.5 mA in a reading. Wiring: 3.3 V, a pin with 4.7 kOhm to 3.3 V.
from boards.sensors import within

BUS = "pin"
OPTIONS: dict = {}
WARMUP_MS = 2000


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40, 80), "humidity": ("%", 0, 99.85)}

    def __init__(self, pin):
        self._driver = self._load(pin)

    def _load(self, pin):
        import dht

        return dht.DHT22(pin)

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        try:
            self._driver.measure()
        except OSError:
            raise OSError("dht: no answer; check its wires, and the resistor to 3.3 V")
        except MemoryError:
            raise
        except Exception as e:  # the driver's "checksum error" is no OSError
            raise OSError("dht: %s" % e)
        raw = self._driver.buf
        if not any(raw):  # its sum is right as well
            raise OSError("dht: nothing but zeros; the line is shorted, or the sensor broken")
        temperature, humidity = self._values(raw)
        return within({"temperature": temperature, "humidity": humidity}, self.QUANTITIES)

    # Below zero most set the highest bit, and some send two's complement: 0xFFF7 is -0.9. As
    # the first it would be -3275.9, so no value has two meanings.
    def _values(self, raw):
        tenths = (raw[2] & 0x7F) << 8 | raw[3]
        if raw[2] & 0x80:
            tenths = -tenths if tenths <= 400 else tenths - 0x8000
        return tenths / 10, (raw[0] << 8 | raw[1]) / 10
