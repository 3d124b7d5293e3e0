# Types and documentation of log.py. No board gets this file.
from collections.abc import Callable

OFF: int
ERROR: int
INFO: int
DEBUG: int

class Log:
    """What a tracker does, on the console: `tracker.log = Log(INFO)`.

    Contents of events are never written, only their eid and type.
    """

    level: int
    """OFF, ERROR (what was refused or dropped), INFO (deprecated calls) or DEBUG (each event)."""
    def __init__(self, level: int = 1, write: Callable[[str], object] = ...) -> None:
        """Each line is given to `write`, which is print."""
    def refused(self, error: ValueError) -> None:
        """A call was refused."""
    def event(self, eid: bytes, pairs: dict[str, str], kept: int | None) -> None:
        """An event was tracked, or dropped."""
    def deprecated(self, name: str, instead: str) -> None:
        """A call was used that the official tracker will remove."""
    def write(self, level: int, text: str) -> None:
        """Write a line if the level is on."""
