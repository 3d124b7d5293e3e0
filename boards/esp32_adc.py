# The voltage at a pin of an ESP32, for boards that measure one.
import machine


# 11 dB is the whole range that the chip can read, and read_uv() uses its calibration, which
# makes 142 mV of a raw 0: only the raw value shows the ends.
def millivolts(pin: int) -> int:
    """Voltage at a pin in millivolts."""
    adc = machine.ADC(machine.Pin(pin), atten=machine.ADC.ATTN_11DB)
    try:
        if 0 < adc.read_u16() < 65535:
            return adc.read_uv() // 1000
    except OSError as e:
        raise OSError("adc: pin %d: %s; pins of ADC2 cannot be read with Wi-Fi on" % (pin, e))
    raise OSError("adc: pin %d is at an end of its scale; check wires and divider" % pin)
