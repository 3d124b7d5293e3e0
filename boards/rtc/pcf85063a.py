# NXP PCF85063A, a clock with an alarm and one byte of memory, by I2C.
from boards import rtc

_ADDRESS = 0x51
_CONTROL_1 = 0x00  # 0x20 stop, 0x02 twelve hours, 0x01 the crystal's load
_CONTROL_2 = 0x01
_RAM = 0x03
_SECONDS = 0x04
_ALARM = 0x0B  # second, minute, hour, day, weekday
_STOPPED = 0x80  # OS, of the seconds: set at power-on, and when the oscillator stood still
_OFF = 0x80  # a field that the alarm does not compare
_ALARM_ON = 0x87  # AIE: INT is low while AF is set. The output of the clock is off
_RINGS = 0x40  # AF: a write of 1 leaves it as it is


class Chip:
    PPM = 100  # its crystal: 20 at 25 Cel, and several times that in the cold

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> int | None:
        """Seconds since 1970, or None if it stood still since it was set."""
        control = self._get(_CONTROL_1, 1)[0]
        raw = self._get(_SECONDS, 7)
        if control & 0x22 or raw[0] & _STOPPED:
            return None
        second, minute, hour, day, _, month, year = [rtc.digits(byte) for byte in raw]
        return rtc.seconds(year, month, day, (hour, minute, second))

    # When its stop ends, the first second ends after 508 ms (datasheet 8.2.1.2).
    def set(self, unix_ms: int) -> None:
        """Set it to milliseconds since 1970."""
        year, month, day, hour, minute, second, weekday = rtc.date((unix_ms + 8) // 1000)
        fields = (second, minute, hour, day, (weekday + 1) % 7, month, year)
        load = self._get(_CONTROL_1, 1)[0] & 1
        self._put(_CONTROL_1, 0x20 | load)
        self._put(_SECONDS, *[rtc.coded(n) for n in fields])
        self._put(_CONTROL_1, load)
        if self.read() is None:
            raise OSError("pcf85063a: its clock does not run")

    # --- the alarm -----------------------------------------------------------------------
    def set_alarm(self, unix: int) -> None:
        """Pull INT low when it is that time (within a day), and not before."""
        hour, minute, second = rtc.date(unix)[3:6]
        self._put(_CONTROL_2, 0x07)  # it must not ring meanwhile
        self._put(_ALARM, rtc.coded(second), rtc.coded(minute), rtc.coded(hour), _OFF, _OFF)
        self._put(_CONTROL_2, _ALARM_ON)

    # Seconds count also in a clock that was never set.
    def ring(self) -> None:
        """Pull INT low within a few seconds, and leave it so until the next alarm is set."""
        if not self.rings():
            second = rtc.digits(self._get(_SECONDS, 1)[0] & 0x7F) + 2
            self._put(_ALARM, rtc.coded(second % 60), _OFF, _OFF, _OFF, _OFF)
        self._put(_CONTROL_2, _ALARM_ON | _RINGS)

    def rings(self) -> bool:
        """Whether it was the alarm's time since it was set."""
        return bool(self._get(_CONTROL_2, 1)[0] & _RINGS)

    def ram(self, value: int | None = None) -> int:
        """Its byte of memory, which lasts as long as its own power; with a value, set to it."""
        if value is not None:
            self._put(_RAM, value)
        return self._get(_RAM, 1)[0]

    def _get(self, register, n):
        return self._i2c.readfrom_mem(_ADDRESS, register, n)

    def _put(self, register, *values):
        self._i2c.writeto_mem(_ADDRESS, register, bytes(values))
