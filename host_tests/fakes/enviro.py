"""The supply of a board that its clock chip switches on."""
from rtc_chips import FAR


class Enviro:
    """The supply of a board: there while `hold` is high, the chip's INT is low, the contact is
    closed, or USB is there. A reset lets go of `hold`."""

    def __init__(self, world, chip, hold=2, contact=10):
        self.world, self.chip, self._contact = world, chip, contact
        self.usb = False
        self.shut_ms = 400  # of the contact at each tip
        self.tips = []  # the world's ms at which it is shut
        self._held = False
        self._is_shut = False
        self.deaths = 0
        world.watchers[hold] = self._hold
        chip.check = self.check
        self._reboot = world.reboot
        world.reboot = self.reboot

    def _hold(self, level):
        self._held = level == 1
        self.check()

    def powered(self):
        return self._held or self.usb or self._is_shut or self.chip.rings()

    def check(self):
        if not self.powered():
            self.deaths += 1
            self.world.end("power", self._ms_off())

    def _ms_off(self):
        tip = self.tips[0] - self.world.now_ms if self.tips else FAR
        ms = min(self.chip.ms_to_ring(), tip)
        assert ms < FAR, "nothing switches the board on again"
        return max(0, ms)

    def reboot(self, why, ms=0):
        self._held = False
        if why != "power" and not self.powered():
            why, ms = "power", self._ms_off()
        self._reboot(why, ms)
        if self.tips and self.tips[0] <= self.world.now_ms:
            self.shut()
        else:
            self.plan()
        assert self.powered(), "it was switched on by nothing"

    def plan(self):
        """Have the next tip come, also in the middle of a sleep."""
        if self.tips:
            self._at(self.tips[0], self.shut)

    def _at(self, ms, do):
        # `do` is called once, at this time.
        def call(key):
            self.world.timers = [timer for timer in self.world.timers if timer[3] is not key]
            do()

        self.world.timers.append([1 << 40, ms, call, object()])

    def shut(self):
        """The contact is shut for a while."""
        self.tips.pop(0)
        self._is_shut = True
        self.world.edge(self._contact, 1)
        self._at(self.world.now_ms + self.shut_ms, self._open)

    def _open(self):
        self._is_shut = False
        self.world.edge(self._contact, 0)
        self.plan()
        self.check()
