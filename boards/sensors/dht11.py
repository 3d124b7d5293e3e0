# Aosong DHT11. It has the DHT22's protocol with other numbers. Those made until 2017 give
# whole degrees from 0 on; later ones give tenths, and the sign in the tenths' highest bit.
# Current: 0.1 mA idle, 1 mA in a reading. Wiring: 3.3 V, a pin with 4.7 kOhm to 3.3 V.
from boards.sensors import dht22

BUS = "pin"
OPTIONS: dict = {}
WARMUP_MS = 2000


class Sensor(dht22.Sensor):
    QUANTITIES = {"temperature": ("Cel", -20, 60), "humidity": ("%", 0, 100)}

    def _load(self, pin):
        import dht

        return dht.DHT11(pin)

    def _values(self, raw):
        tenths = 10 * raw[2] + (raw[3] & 0x7F)
        return (-tenths if raw[3] & 0x80 else tenths) / 10, raw[0] + raw[1] / 10
