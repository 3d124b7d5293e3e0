# The checksum of Sensirion's and Aosong's sensors.


# x^8 + x^5 + x^4 + 1 from 0xFF, the highest bit first.
def crc8(data: bytes, crc: int = 0xFF) -> int:
    """Checksum of a few bytes."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return crc
