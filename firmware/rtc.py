# A real-time clock chip, as `rtc` of the config names it. on_demand/rtc.py reads and sets it; this
# stays in RAM, and tells it when the time was learned anew. Loaded if the config has one.
from snowplow_tracker import clock
from snowplow_tracker.clock.boot_history import save_hourly


class Rtc:
    # What clock.date_start was when the chip was read or set: anything else comes from NTP or a
    # collector's Date, and not from the chip itself.
    def __init__(self, app, chip):
        self._app = app
        self._chip = chip
        self._known = clock.date_start

    def save(self):
        """What clock.saver is: it is called before each send, and before a loss of power."""
        save_hourly()
        if clock.date_start != self._known:
            from firmware.on_demand import rtc

            if rtc.set_chip(self._app, self._chip, clock.unix_ms(), True):
                self._known = clock.date_start
