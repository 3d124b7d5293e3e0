"""The frozen `dht`: what world.dht answers, with the driver's own checks and errors."""
import simulation

_ETIMEDOUT = 110


class DHTBase:
    def __init__(self, pin):
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self):
        answer = simulation.world.dht
        if answer is None:
            raise OSError(_ETIMEDOUT)
        self.buf[:] = bytes(answer)
        if sum(self.buf[:4]) & 0xFF != self.buf[4]:
            raise Exception("checksum error")


class DHT11(DHTBase):
    def humidity(self):
        return self.buf[0]

    def temperature(self):
        return self.buf[2]


class DHT22(DHTBase):
    def humidity(self):
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        value = ((self.buf[2] & 0x7F) << 8 | self.buf[3]) * 0.1
        return -value if self.buf[2] & 0x80 else value
