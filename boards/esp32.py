# ESP32 family: ESP32, S2, S3, C3, C6.
import esp32
import machine
from boards import wifi


class Board(wifi.Board):
    # `led` is a pin number: the modules of this family differ, and many have none.
    def __init__(self, led=None):
        super().__init__()
        self._led = led
        if led is None:
            self.absent.append("led: its pin is not known; name it as `led`")
        if self._thermometer() is None:
            self.absent.append("cpu temperature: this chip's firmware has no function for it")

    def id(self):
        """The factory-set base MAC, as hex."""
        return machine.unique_id().hex()

    # The port reports a brown-out as power_on and a panic as soft.
    def reset_cause(self):
        """power_on, hard, watchdog, deep_sleep, soft or None."""
        return {
            machine.PWRON_RESET: "power_on",
            machine.HARD_RESET: "hard",
            machine.WDT_RESET: "watchdog",
            machine.DEEPSLEEP_RESET: "deep_sleep",
            machine.SOFT_RESET: "soft",
        }.get(machine.reset_cause())

    def led(self, on):
        """Switch the LED; nothing happens without one."""
        if self._led is not None:
            machine.Pin(self._led, machine.Pin.OUT).value(on)

    # 11 dB is the whole range that the chip can read, and read_uv() uses its calibration.
    def adc(self, pin):
        """Voltage at a pin in millivolts."""
        return machine.ADC(machine.Pin(pin), atten=machine.ADC.ATTN_11DB).read_uv() // 1000

    # Celsius on the newer chips; the first ESP32 has an uncalibrated sensor in Fahrenheit.
    def _thermometer(self):
        if hasattr(esp32, "mcu_temperature"):
            return esp32.mcu_temperature
        if hasattr(esp32, "raw_temperature"):
            return lambda: round((esp32.raw_temperature() - 32) * 5 / 9, 1)
        return None

    def temperature(self):
        """Inside the chip, in degrees Celsius, or None."""
        read = self._thermometer()
        return read() if read else None
