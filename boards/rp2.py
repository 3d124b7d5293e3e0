# Raspberry Pi Pico W and Pico 2 W.
import machine
from boards import wifi


class Board(wifi.Board):
    # The LED hangs on the radio chip, which is why it has a name and no number.
    def __init__(self, led="LED"):
        super().__init__()
        self._led = led

    def id(self):
        """The flash chip's (RP2350: the chip's) unique number, as hex."""
        return machine.unique_id().hex()

    # reset() and deepsleep() work through the watchdog, and the port cannot tell them apart.
    def reset_cause(self):
        """power_on or watchdog."""
        return "watchdog" if machine.reset_cause() == machine.WDT_RESET else "power_on"

    def led(self, on):
        """Switch the LED."""
        machine.Pin(self._led, machine.Pin.OUT).value(on)

    # GPIO 26 to 28; the reference is the 3.3 V supply.
    def adc(self, pin):
        """Voltage at a pin in millivolts."""
        return machine.ADC(machine.Pin(pin)).read_u16() * 3300 // 65535

    # RP2040 datasheet 4.9.5: 27 - (V - 0.706) / 0.001721. The same holds on the RP2350.
    def temperature(self):
        """Inside the chip, in degrees Celsius."""
        volts = machine.ADC(machine.ADC.CORE_TEMP).read_u16() * 3.3 / 65535
        return round(27 - (volts - 0.706) / 0.001721, 1)
