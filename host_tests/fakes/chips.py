"""Sensor chips on the fake I2C bus, at the level of their registers and commands: what they have
in common, and the BME280, which simulated boards have. The others are in other_chips.py, since
what a board does not have takes no heap of it.

Each has `broken`: None, "mute" (OSError in mid-transfer), "corrupt" (flipped bits on the
wire), "busy" (never ready). They hold raw readings; converting them is the driver's work.

A chip keeps its power, and what was set in it, when the board resets: a test sets that as
another program would have done it. `power_cycle()` is a loss of power.
"""


class Chip:
    """Registers behind a pointer that counts on, as most chips have them."""

    def __init__(self):
        self.registers = bytearray(256)
        self.broken = None
        self.writes = []
        self._pointer = 0

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        self.writes.append(data)
        if data:
            self._pointer = data[0]
            for value in data[1:]:
                self.store(self._pointer, value)

    def store(self, register, value):
        self.registers[register] = value

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        return self.registers[self._pointer : self._pointer + n]


class Bme280(Chip):
    """Compensation words and raw readings of the BMP280 datasheet's worked example (3.12).

    BME280 datasheet 5.4: a measurement that ctrl_meas or ctrl_hum skip (oversampling 0) gives
    0x80000, 0x8000 for humidity; ctrl_hum takes effect with the next write of ctrl_meas; a
    forced measurement ends in sleep mode; 0xB6 at 0xE0 is a reset, as at power-on. Config's
    filter (0xF5) makes a reading the mean of it and what was there before.
    """

    T = (27504, 26435, -1000)
    P = (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    # The humidity words are of a real chip; the datasheet has no example for them.
    H = (75, 353, 0, 340, 0, 30)

    def __init__(self, id=0x60, temperature=519888, pressure=415148, humidity=30000):
        super().__init__()
        r = self.registers
        r[0xD0] = id
        for i, word in enumerate(self.T + self.P):
            r[0x88 + 2 * i] = word & 0xFF
            r[0x89 + 2 * i] = word >> 8 & 0xFF
        h1, h2, h3, h4, h5, h6 = self.H
        r[0xA1] = h1
        r[0xE1], r[0xE2], r[0xE3] = h2 & 0xFF, h2 >> 8, h3
        r[0xE4], r[0xE5], r[0xE6] = h4 >> 4, h4 & 0xF | (h5 & 0xF) << 4, h5 >> 4
        r[0xE7] = h6
        self.modes = []
        self.forgets = False  # loses its power in each measurement
        self.set(temperature, pressure, humidity)
        self.power_cycle()

    def set(self, temperature, pressure, humidity):
        """What it will measure."""
        self.raw = (pressure, temperature, humidity)

    def power_cycle(self):
        self._humid = False
        for register in (0xF2, 0xF3, 0xF4, 0xF5):
            self.registers[register] = 0
        self._show(0x80000, 0x80000, 0x8000)

    def _show(self, pressure, temperature, humidity):
        r = self.registers
        for at, raw in ((0xF7, pressure), (0xFA, temperature)):
            r[at], r[at + 1], r[at + 2] = raw >> 12, raw >> 4 & 0xFF, raw << 4 & 0xF0
        r[0xFD], r[0xFE] = humidity >> 8, humidity & 0xFF

    def store(self, register, value):
        super().store(register, value)
        if register == 0xE0 and value == 0xB6:
            self.power_cycle()
        if register == 0xF4:
            self._humid = self.registers[0xF2] & 7
            self.modes.append(value & 3)
            if value & 3:
                self._measure(value)

    def _measure(self, setting):
        self.registers[0xF3] = 8 if self.broken == "busy" else 0
        self.registers[0xF4] = setting & 0xFC
        pressure, temperature, humidity = self.raw
        if self.registers[0xF5] >> 2 & 7:
            temperature = (temperature + 3 * 0x80000) // 4
        self._show(
            pressure if setting >> 2 & 7 else 0x80000,
            temperature if setting >> 5 else 0x80000,
            humidity if self._humid else 0x8000,
        )
        if self.forgets:
            self.power_cycle()
