# Maxim DS3231, a clock with a crystal that is corrected for its temperature, by I2C.
from boards import rtc

_ADDRESS = 0x68
_CONTROL = 0x0E
_STATUS = 0x0F
_STOPPED = 0x80  # OSF, of the status: set at power-on, and when the oscillator stood still


class Chip:
    PPM = 10  # 3.5 from -40 to 85 Cel, and 5 for its age after ten years

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> int | None:
        """Seconds since 1970, or None if it stood still since it was set."""
        if self._i2c.readfrom_mem(_ADDRESS, _STATUS, 1)[0] & _STOPPED:
            return None
        raw = self._i2c.readfrom_mem(_ADDRESS, 0, 7)
        if raw[2] & 0x40 or raw[5] & 0x80:  # twelve hours, another century: not as we set it
            return None
        second, minute, hour, _, day, month, year = [rtc.digits(byte) for byte in raw]
        return rtc.seconds(year, month, day, (hour, minute, second))

    # A write of the seconds begins a new one.
    def set(self, unix_ms: int) -> None:
        """Set it to milliseconds since 1970, and let it run on its battery."""
        year, month, day, hour, minute, second, weekday = rtc.date((unix_ms + 500) // 1000)
        fields = (second, minute, hour, weekday + 1, day, month, year)
        self._i2c.writeto_mem(_ADDRESS, 0, bytes([rtc.coded(n) for n in fields]))
        self._i2c.writeto_mem(_ADDRESS, _CONTROL, b"\x04")  # no alarm, no square wave
        self._i2c.writeto_mem(_ADDRESS, _STATUS, b"\x00")
        if self.read() is None:
            raise OSError("ds3231: its clock does not run")
