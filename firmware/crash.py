# What becomes of an uncaught exception: it is written down, the board resets, and the next
# boot sends it as application_error. After three of them in a row, without a time in between
# that went well, the next boots are in safe mode: no sensors, but it still reports.
#
# A reset by the watchdog counts as one, where the run before did not say that it was planned.
from snowplow_tracker.json_file import load, save


class Crashes:
    def __init__(self, path):
        self._path = path + "/crash.json"
        self._state = load(self._path)
        self.count = self._state.get("count", 0)
        if not isinstance(self.count, int):
            self.count = 0

    @property
    def safe(self):
        """Whether too many came in a row."""
        return self.count >= 3

    def record(self, exception):
        """Write an exception down for the next boot."""
        try:
            from snowplow_tracker.events.error import error

            data = error(exception, is_fatal=True)[1]
        except MemoryError:
            data = {"programmingLanguage": "PYTHON", "message": "MemoryError", "isFatal": True}
        self._add(data)

    def bitten(self):
        """Note that the watchdog reset the board."""
        message = "reset by the watchdog: the firmware hung"
        self._add({"programmingLanguage": "PYTHON", "message": message, "isFatal": True})

    def _add(self, data):
        self.count += 1
        data["threadName"] = "boot %d in a row" % self.count
        self._state = {"count": self.count, "error": data}
        save(self._path, self._state)

    @property
    def error(self):
        """The data of the last one, until told() was called; or None."""
        return self._state.get("error")

    def told(self):
        """Note that the collector has it."""
        self._state = {"count": self.count}
        save(self._path, self._state)

    def well(self):
        """A time went well: the next crash is the first one again."""
        self.forgive(self.count)

    def forgive(self, n):
        """Take back so many: out of safe mode, one more try."""
        if n:
            self.count = max(0, self.count - n)
            self._state["count"] = self.count
            save(self._path, self._state)
