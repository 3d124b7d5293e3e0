# What becomes of an uncaught exception: it is written down, the board resets, and the next boot
# sends it as application_error. A reset by the watchdog counts as one, if it was not planned.
#
# `count` is the number of crashes in a row, without a good run in between. After three of them
# the next boots are in safe mode: no sensors and nothing optional, but still reports. If safe
# mode crashes three times too, what can still be wrong is in the files that the firmware wrote:
# it removes its state files, and keeps events in RAM, until a run was good. The events on flash
# stay there.
from snowplow_tracker.json_file import load, save


class Crashes:
    def __init__(self, directory):
        self._path = directory + "/crash.json"
        self._state = load(self._path)
        self.count = self._state.get("count", 0)
        if not isinstance(self.count, int) or self.count < 0:
            self.count = 0

    @property
    def safe_mode(self):
        """Whether there were too many in a row."""
        return self.count >= 3

    @property
    def last_resort(self):
        """Whether safe mode crashed too."""
        return self.count >= 6

    def record(self, exception):
        """Write an exception down for the next boot."""
        try:
            from snowplow_tracker.events.error import error

            data = error(exception, is_fatal=True)[1]
        except MemoryError:
            data = {"programmingLanguage": "PYTHON", "message": "MemoryError", "isFatal": True}
        self._add(data)

    def record_watchdog(self):
        """Write down that the watchdog reset the board."""
        message = "reset by the watchdog: the firmware hung"
        self._add({"programmingLanguage": "PYTHON", "message": message, "isFatal": True})

    def _add(self, data):
        self.count += 1
        data["threadName"] = "boot %d in a row" % self.count
        self._state = {"count": self.count, "error": data}
        save(self._path, self._state)

    @property
    def error(self):
        """The data of the last one, until mark_reported(); or None."""
        data = self._state.get("error")
        return data if isinstance(data, dict) else None

    def mark_reported(self):
        """Note that the collector has the last one."""
        self._state = {"count": self.count}
        save(self._path, self._state)

    def reduce(self, n):
        """Take so many off the count, after a good run."""
        if n:
            self.count = max(0, self.count - n)
            self._state["count"] = self.count
            save(self._path, self._state)
