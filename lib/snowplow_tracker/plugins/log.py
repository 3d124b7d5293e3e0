# What the tracker does, on the console; there is no log unless tracker.log = Log(INFO).
# Contents of events are never written, only their eid and type.
OFF = 0
ERROR = 1
INFO = 2
DEBUG = 3


class Log:
    def __init__(self, level: int = ERROR, write=print) -> None:
        self.level = level
        self._write = write

    def refused(self, error: ValueError) -> None:
        """A call was refused."""
        self.write(ERROR, "refused: %s" % error)

    def event(self, eid: bytes, pairs: dict, kept: "int | None") -> None:
        """An event was tracked, or dropped."""
        if kept:
            self.write(DEBUG, "tracked %s %s" % (pairs["e"], str(eid, "ascii")))
        else:
            self.write(ERROR, "dropped %s: the store did not keep it" % pairs["e"])

    def deprecated(self, name: str, instead: str) -> None:
        """A call was used that the official tracker will remove."""
        self.write(INFO, "%s is deprecated: use %s" % (name, instead))

    def write(self, level: int, text: str) -> None:
        """Write a line if the level is on."""
        if level <= self.level:
            self._write("snowplow: " + text)
