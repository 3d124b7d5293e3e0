# A board whose supply a pin holds, and whose real-time clock (rtc/pcf85063a.py) switches it on
# again: Pimoroni's Enviro boards. There is power while any of these is true:
#
#   the pin `hold_pin` is high
#   the clock's alarm rings, which it does until the next one is set
#   a button is pressed, or a rain gauge's contact is closed
#   USB is there
#
# While the board is awake the alarm is left ringing, so that no reset can end it. The clock's
# byte of memory has what has to outlive the loss of power: _ASLEEP, if the board fell asleep in
# order, and how often the contact closed since the counter was read.
import json
import time

import machine
from boards.rtc.pcf85063a import Chip

_ASLEEP = 0x80
_MOST = 0x7F  # contacts that the byte can count
MANY = 100  # contacts after which the board wakes for good, to report them
_OPENS_MS = 1000  # a contact that is shut for longer is no rain
_OFF_MS = 300  # after which there is power only from somewhere else

# Both are set by hold().
pin: machine.Pin = None  # type: ignore[assignment]  # the one that holds the supply
contact: machine.Pin = None  # type: ignore[assignment]  # the counter's: high while closed
was_asleep = by_alarm = False  # whether the board fell asleep in order; what ended that
closed = 0  # contacts meanwhile


# boot.py calls it, since what has switched the board on may end soon.
def hold() -> None:
    """Hold the supply; off again at once if the board woke for a contact alone."""
    global pin, contact, was_asleep, by_alarm, closed
    try:
        with open("config.json") as file:
            config = json.load(file)
        pin = machine.Pin(config["hold_pin"], machine.Pin.OUT, value=1)
        contact = None
        number = contact_pin(config.get("sensors", {}))
        bus = config["buses"][config["rtc"]["bus"]]
        chip = Chip(machine.SoftI2C(scl=machine.Pin(bus["scl"]), sda=machine.Pin(bus["sda"])))
        kept = chip.ram()
        by_alarm = chip.rings()
        if number is not None:
            contact = machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_DOWN)
        if contact and contact.value() and _opens():
            kept = min(kept & _MOST, _MOST - 1) + 1 | kept & _ASLEEP
            chip.ram(kept)
            if kept & _ASLEEP and kept & _MOST < MANY and not by_alarm:
                pin.init(machine.Pin.IN)
                time.sleep_ms(_OFF_MS)
                pin.init(machine.Pin.OUT, value=1)
        was_asleep = bool(kept & _ASLEEP)
        closed = kept & _MOST
        chip.ram(closed)
        chip.ring()
    except Exception as e:  # the clock does not answer, or main.py tells what is wrong
        print("latch:", e)


def contact_pin(sensors: dict) -> int | None:
    """The pin of the counter that switches the board on, by the config's sensors, or None."""
    for name in sensors:
        if sensors[name].get("pull") == "down":
            return sensors[name]["pin"]
    return None


# Whether it opens. Its bounce is over then; and a counter that starts later would count it again.
def _opens():
    for _ in range(_OPENS_MS // 10):
        time.sleep_ms(10)
        if not contact.value():
            return True
    return False


class Latch:
    # path: the file that has what a board with memory over deep sleep keeps there.
    def __init__(self, chip, path: str):
        self._chip = chip
        self._path = path

    def memory(self, data: bytes | None = None):
        """Bytes that outlive the loss of power."""
        try:
            with open(self._path, "rb" if data is None else "wb") as file:
                return file.read() if data is None else file.write(data)
        except OSError:
            return b""

    def power_off(self, ms: int, count: int) -> None:
        """Off, until so many ms have passed; returns if there is power from somewhere else.

        count: the contacts that were not reported yet.
        """
        chip = self._chip
        alarm = chip.read() + min(ms, 86340000) // 1000 + 1
        chip.set_alarm(alarm)
        chip.ram(_ASLEEP | min(count, _MOST))
        if chip.read() >= alarm - 1:  # it might ring before it is heard
            return
        # A contact gives power only as long as it is closed, and then its counter has to count.
        pin.init(machine.Pin.IN)
        for _ in range(_OFF_MS // 10):
            if contact and contact.value():
                pin.init(machine.Pin.OUT, value=1)
            time.sleep_ms(10)

    def wake(self) -> int:
        """Hold the supply again after power_off() has returned; -> contacts not reported yet."""
        pin.init(machine.Pin.OUT, value=1)
        count = self._chip.ram() & _MOST
        self._chip.ram(0)
        self._chip.ring()
        return count
