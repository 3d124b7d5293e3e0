"""What of `machine` only some sensors need: hardware I2C, SPI, UART, time_pulse_us(). It is a file
of its own since what a board does not have takes no heap of it."""
import machine
import simulation


# By the hardware. Unlike the software's, it has a number, which the port must have.
class I2C(machine.SoftI2C):
    def __init__(self, id, *, scl, sda, freq=400_000):
        if id not in (0, 1):
            raise ValueError("I2C(%s) doesn't exist" % id)
        super().__init__(scl, sda, freq=freq)


# world.spi: chip select pin -> a chip of serial_chips.py. The bus floats high where none is
# selected, and a chip gives nonsense in a mode that is not its own.
class SoftSPI:
    def __init__(self, baudrate=500_000, *, polarity=0, phase=0, sck, mosi, miso):
        for pin in (sck, mosi, miso):
            assert isinstance(pin, machine.Pin)
        self._mode = (polarity, phase)

    def init(self, baudrate=500_000, *, polarity=0, phase=0):
        self._mode = (polarity, phase)
        self._baudrate = baudrate

    def _exchange(self, data):
        world = simulation.world
        selected = [world.spi[pin] for pin in world.spi if world.pins.get(pin) == 0]
        assert len(selected) < 2, "two chips drive the same line"
        if not selected:
            return b"\xff" * len(data)
        return selected[0].exchange(data, self._mode, self._baudrate)

    def read(self, nbytes, write=0):
        return self._exchange(bytes([write]) * nbytes)

    def write(self, buf):
        self._exchange(bytes(buf))


class SPI(SoftSPI):
    def __init__(self, id, baudrate=1_000_000, *, polarity=0, phase=0, sck, mosi, miso):
        if id not in ((1, 2) if simulation.world.port == "esp32" else (0, 1)):
            raise ValueError("SPI(%s) doesn't exist" % id)
        super().__init__(baudrate, polarity=polarity, phase=phase, sck=sck, mosi=mosi, miso=miso)


# world.uart: number -> a device of serial_chips.py, or a modem.Modem. The interrupt is for PPP.
class UART:
    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, *, tx, rx, rxbuf=256):
        if id not in ((0, 1, 2) if simulation.world.port == "esp32" else (0, 1)):
            raise ValueError("UART(%s) doesn't exist" % id)
        assert isinstance(tx, machine.Pin) and isinstance(rx, machine.Pin)
        self._id = id
        self.init(baudrate, bits, parity, stop)

    def init(self, baudrate=9600, bits=8, parity=None, stop=1):
        self._line = (baudrate, bits, parity, stop)

    def _device(self):
        return simulation.world.uart.get(self._id)

    def any(self):
        device = self._device()
        return device.waiting(simulation.world.now_ms) if device else 0

    def read(self, nbytes=None):
        n = self.any()
        if not n:
            return None
        return self._device().take(n if nbytes is None else min(n, nbytes), self._line)

    def write(self, buf):
        device = self._device()
        if device:
            device.hear(bytes(buf), self._line, simulation.world.now_ms)
        return len(buf)

    def irq(self, handler=None, trigger=0, hard=False):
        pass

    def __getattr__(self, name):
        if name == "IRQ_RXIDLE":
            return 4096 if simulation.world.port == "esp32" else 64
        raise AttributeError(name)


# What the pin carries is a test's: world.pulses, microseconds or -1 and -2 as the port's.
def time_pulse_us(pin, pulse_level, timeout_us=1_000_000):
    return simulation.next_of(simulation.world.pulses)


_names = {"I2C": I2C, "SPI": SPI, "SoftSPI": SoftSPI, "UART": UART, "time_pulse_us": time_pulse_us}
TABLES = {"esp32": _names, "rp2": _names}
