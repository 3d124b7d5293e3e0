# An analog microphone with its amplifier (loudness), as on Pimoroni's Enviro Urban: how far the
# voltage at an ADC pin swings in half a second. It is no sound level in dB: that needs a meter.
# Current: that of the microphone. Wiring: its output, which rests at half the supply, to a pin of
# ADC1.
import time

BUS = "adc"
OPTIONS: dict = {}

_MS = 500


class Sensor:
    QUANTITIES = {"noise": ("mV", -1, 5001)}

    def __init__(self, millivolts):
        self._millivolts = millivolts

    # A peak that reaches an end of the scale is cut off there; millivolts() raises OSError.
    def read(self) -> dict:
        """noise in mV, from the lowest voltage to the highest."""
        low = high = self._millivolts()
        start = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), start) < _MS:
            value = self._millivolts()
            low = min(low, value)
            high = max(high, value)
            time.sleep_us(50)
        return {"noise": high - low}
