# A board whose supply a pin holds, and whose real-time clock (rtc/pcf85063a.py) switches it on
# again: Pimoroni's Enviro boards. There is power while any of these is true:
#
#   the pin `hold_pin` is high, which boards/boot/held.py sees to
#   the clock's alarm rings, which it does until the next one is set
#   a button is pressed, or a rain gauge's contact is closed
#   USB is there
#
# While the board is awake the alarm is left ringing, so that no reset can end it. The clock's
# byte of memory has what has to outlive the loss of power: _ASLEEP, if the board fell asleep in
# order, and how often the contact was closed since its counter was read.
import time

import machine

_ASLEEP = 0x80
MOST = 0x7F  # contacts that the byte can count
MANY = 100  # contacts after which boards/boot/held.py goes on, so that they are read
_OFF_MS = 300  # after which there is power only from somewhere else
_LONGEST_MS = 86340000  # the alarm knows the time of day only


class Latch:
    # contact: the pin of the counter that switches the board on, or None. path: the file that has
    # what a board with memory over deep sleep keeps there.
    def __init__(self, chip, pin: int, contact: int | None, path: str):
        self._chip = chip
        self._path = path
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=1)
        self._contact: machine.Pin | None = None
        if contact is not None:
            self._contact = machine.Pin(contact, machine.Pin.IN, machine.Pin.PULL_DOWN)
        # Whether the board fell asleep in order, what ended that, and the contacts meanwhile.
        self.was_asleep = self.by_alarm = False
        self.is_saved = False  # whether memory() took what it was given last
        self.count = 0

    def look(self) -> None:
        """Find out how the board came to be awake, and have the alarm ring from now on."""
        self.by_alarm = self._chip.rings()
        kept = self._chip.ram()
        self.was_asleep = bool(kept & _ASLEEP)
        self.count = kept & MOST
        if self.was_asleep:
            self._chip.ram(self.count)
        self._chip.ring()

    def memory(self, data: bytes | None = None):
        """Bytes that outlive the loss of power."""
        try:
            with open(self._path, "rb" if data is None else "wb") as file:
                if data is None:
                    return file.read()
                file.write(data)
            self.is_saved = True
        except OSError:
            if data is None:
                return b""
            self.is_saved = False

    def power_off(self, ms: int, count: int) -> None:
        """Off, until so many ms have passed; returns if there is power from somewhere else.

        count: the contacts that were not read yet.
        """
        chip = self._chip
        alarm = chip.read() + min(ms, _LONGEST_MS) // 1000 + 1
        chip.set_alarm(alarm)
        chip.ram(_ASLEEP | min(count, MOST))
        if chip.read() >= alarm - 1:  # it might ring before it is heard
            return
        # A contact gives power only as long as it is closed, and then its counter has to count.
        self._pin.init(machine.Pin.IN)
        for _ in range(_OFF_MS // 10):
            if self._contact and self._contact.value():
                self._pin.init(machine.Pin.OUT, value=1)
            time.sleep_ms(10)

    def wake(self) -> int:
        """Hold the supply again after power_off() has returned; -> contacts not read yet."""
        self._pin.init(machine.Pin.OUT, value=1)
        self.look()
        self._chip.ram(0)
        return self.count
