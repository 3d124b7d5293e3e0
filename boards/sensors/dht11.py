# DHT11: the DHT22's protocol, in whole degrees and percents, and a smaller range.
from boards.sensors import dht22

BUS = "pin"
OPTIONS: dict = {}


class Sensor(dht22.Sensor):
    _limits = (-20, 60, 5, 95)

    def _load(self, pin):
        import dht

        return dht.DHT11(pin)
