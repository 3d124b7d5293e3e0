# Avia HX711 (load cell) at two pins. Channel A at a gain of 128; `counts` is raw: give the sensor
# `offset` and `scale` in the config for a weight.
# Current: 1.5 mA. Wiring: 3.3 V, DT to `data`, SCK to `clock`.
import time

from boards.sensors import within

BUS = "board"
OPTIONS = {"data": ("pin", 0, 60), "clock": ("pin", 0, 60)}


class Sensor:
    QUANTITIES = {"counts": ("1", -8388608, 8388607)}

    def __init__(self, board, data, clock):
        self._data = board.input(data)
        self._clock = board.output(clock, 0)

    def read(self) -> dict:
        """counts, with sign."""
        import machine

        self._clock.value(0)  # high for more than 60 us would be a sleep
        for _ in range(60):  # it measures ten times a second, after 400 ms at first
            if not self._data.value():
                break
            time.sleep_ms(10)
        else:
            raise OSError("hx711: no measurement within 600 ms; check its wires")
        raw = 0
        for i in range(25):  # the last one chooses the channel of the next measurement
            # An interrupt while the clock is high would make it sleep.
            state = machine.disable_irq()
            self._clock.value(1)
            bit = self._data.value()
            self._clock.value(0)
            machine.enable_irq(state)
            if i < 24:
                raw = raw << 1 | bit
        if not self._data.value():  # it goes high when all is read
            raise OSError("hx711: its data line is stuck; check its wires")
        return within({"counts": raw - (raw >> 23 << 24)}, self.QUANTITIES)
