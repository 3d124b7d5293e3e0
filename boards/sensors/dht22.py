# DHT22 (AM2302), by the firmware's own driver, which checks the sum of what it got.
# The sensor measures while it is read, and what it gives is two seconds old at best.
from boards.sensors import within

BUS = "pin"
OPTIONS: dict = {}
_LIMITS = (-40, 80, 0, 100)


class Sensor:
    _limits = _LIMITS

    def __init__(self, pin):
        self._driver = self._load(pin)

    def _load(self, pin):
        import dht

        return dht.DHT22(pin)

    def read(self):
        """temperature in Cel, humidity in %."""
        try:
            self._driver.measure()
        except OSError:
            raise OSError("dht: no answer; check its wires, and the resistor to 3.3 V")
        except Exception as e:  # the driver's "checksum error" is no OSError
            raise OSError("dht: %s" % e)
        coldest, hottest, driest, wettest = self._limits
        temperature = round(self._driver.temperature(), 1)
        humidity = round(self._driver.humidity(), 1)
        return {
            "temperature": within("temperature", temperature, coldest, hottest),
            "humidity": within("humidity", humidity, driest, wettest),
        }
