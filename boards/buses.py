# The buses that few boards use, opened when a sensor of the config is at one; I2C by software is
# in chip.py. `id` names a unit of the hardware. A driver sets speed and mode before it talks,
# since others may share the bus.
import machine


def i2c(sda: int, scl: int, freq: int, id: int):
    """An I2C bus by the hardware, on pins that have one."""
    return machine.I2C(id, scl=machine.Pin(scl), sda=machine.Pin(sda), freq=freq)


def spi(sck: int, mosi: int, miso: int, id: int | None = None):
    """An SPI bus, by software unless `id` names a unit."""
    pins = {"sck": machine.Pin(sck), "mosi": machine.Pin(mosi), "miso": machine.Pin(miso)}
    return machine.SoftSPI(**pins) if id is None else machine.SPI(id, **pins)


def uart(tx: int, rx: int, id: int = 1):
    """A serial line, which is always a unit of the hardware."""
    return machine.UART(id, 9600, tx=machine.Pin(tx), rx=machine.Pin(rx))
