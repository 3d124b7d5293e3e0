# DHT11: the DHT22's protocol with other numbers, and -20 to 60 Cel. Those made until 2017 give
# whole degrees from 0 on; later ones give tenths, and the sign in the tenths' highest bit.
from boards.sensors import dht22

BUS = "pin"
OPTIONS: dict = {}


class Sensor(dht22.Sensor):
    _RANGES = {"temperature": (-20, 60), "humidity": (0, 100)}

    def _load(self, pin):
        import dht

        return dht.DHT11(pin)

    def _values(self, raw):
        tenths = 10 * raw[2] + (raw[3] & 0x7F)
        return (-tenths if raw[3] & 0x80 else tenths) / 10, raw[0] + raw[1] / 10
