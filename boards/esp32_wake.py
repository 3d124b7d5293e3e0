# How a pin wakes an ESP32 from deep sleep: by EXT0 and EXT1, one pin each, or by GPIO on chips
# that have neither. The pin must be one of the RTC's, and have a resistor of its own, since the
# chip's may be off asleep.
import esp32
import machine


def arm(pin, level, place):
    """Have the pin's level end the next deep sleep; -> whether the last one was ended so."""
    if hasattr(esp32, "wake_on_ext0") and not place:
        esp32.wake_on_ext0(pin, bool(level))
        reason = 2
    elif hasattr(esp32, "wake_on_ext1"):
        esp32.wake_on_ext1((pin,), bool(level))
        reason = 3
    else:
        esp32.wake_on_gpio((pin,), bool(level))
        reason = 7
    slept = machine.reset_cause() == machine.DEEPSLEEP_RESET
    return slept and machine.wake_reason() == reason
