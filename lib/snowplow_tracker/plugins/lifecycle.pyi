# Types and documentation of lifecycle.py. No board gets this file.
from typing import Any

from ..tracker import Tracker
from .session import Session

SCHEMA: str
FOREGROUND: str
BACKGROUND: str

class Lifecycle:
    """Foreground (awake) and background (asleep) of a board; a plugin behind the Session."""

    tracker: Tracker
    session: Session
    visible: bool
    """Whether the board is in the foreground."""
    def __init__(self, tracker: Tracker, session: Session) -> None:
        """The session keeps the counts."""
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
    def foreground(self) -> str | None:
        """The board is awake: tracks `application_foreground`; -> its eid, or None."""
    def background(self) -> str | None:
        """The board goes to sleep: tracks `application_background`; -> its eid, or None."""
