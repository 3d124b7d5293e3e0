# Registers of 16 bits on I2C, the high byte first.


def get(i2c, address: int, register: int) -> int:
    """What is in a register, without sign."""
    raw = i2c.readfrom_mem(address, register, 2)
    return raw[0] << 8 | raw[1]


def put(i2c, address: int, register: int, word: int) -> None:
    """Write a register."""
    i2c.writeto_mem(address, register, bytes((word >> 8, word & 0xFF)))


def signed(value: int, bits: int = 16) -> int:
    """A number of so many bits in two's complement."""
    return value - (1 << bits) if value >> bits - 1 else value
