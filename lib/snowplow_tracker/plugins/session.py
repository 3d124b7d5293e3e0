# The client_session entity: who, which session, which event of it. A plugin:
#
#   session = Session("/state")
#   tracker.plugins.append(session)
#
# A session ends when nothing is tracked for `foreground_timeout` seconds, at a reboot, or when
# the board slept for more than `background_timeout` seconds, by its wall clock. A clock that
# went backwards ends it too. Call background() before a sleep, deep or light, and foreground()
# after a light one; after a deep one the board boots, and Session() goes on where it was (also
# after a reset that comes within that time of a sleep, since foreground() writes nothing).
#
# new_session() begins one at once: for a kiosk's next customer.
#
# The file in `directory` is written by background() and when a session begins, and at no other
# time. Without a directory, or if the filesystem fails, the identity lasts until the reset.
import time

from .. import clock
from ..json_file import save
from ..record import uuid4

SCHEMA = "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2"


# What is kept: identifiers, counts (the schema's have 31 bits), and times, which may be None.
UUIDS = ("user_id", "session_id", "previous_session_id", "first_event_id")
COUNTS = ("session_index", "event_index", "foregrounds", "backgrounds")
TIMES = ("first_event_ms", "slept")


class Session:
    """Who, which session, and which event of it: the entity `client_session`; a plugin."""
    user_id: str
    session_id: "str | None"
    previous_session_id: "str | None"
    first_event_id: "str | None"
    session_index: int
    event_index: int
    foregrounds: int
    backgrounds: int
    first_event_ms: "int | None"
    slept: "int | None"

    # `directory` is where the file session.json lies; the timeouts are in seconds.
    def __init__(
        self,
        directory: "str | None" = None,
        foreground_timeout: int = 1800,
        background_timeout: int = 1800,
    ) -> None:
        self.foreground_timeout = foreground_timeout
        self.background_timeout = background_timeout
        self.anonymous = False  # whether its events are
        self.failed = 0  # writes that the filesystem did not take
        self._path = directory and directory.rstrip("/") + "/session.json"
        self._last = clock.ms()
        from .session_file import restore

        restore(self, self._path)
        # A session that was not told of a sleep ended with the reset.
        self._over = True
        if self.slept is not None:
            self.foreground()

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        now = clock.ms()
        if self._over or not 0 <= now - self._last <= self.foreground_timeout * 1000:
            self._begin()
        self._last = now
        self.event_index += 1
        if self.first_event_id is None:
            self.first_event_id = eid
            self.first_event_ms = clock.unix_ms() if clock.known() else None
        data = {
            "userId": self.user_id,
            "sessionId": self.session_id,
            "sessionIndex": self.session_index,
            "previousSessionId": self.previous_session_id,
            "eventIndex": self.event_index,
            "firstEventId": self.first_event_id,
            "storageMechanism": "LOCAL_STORAGE",  # flash: of the schema's values, the honest one
        }
        if self.first_event_ms is not None:
            data["firstEventTimestamp"] = iso(self.first_event_ms)
        entities.append((SCHEMA, data))

    def background(self) -> None:
        """Call before a sleep: writes down where the session is, and when."""
        self.slept = clock.unix_ms()
        self._save()

    def foreground(self) -> None:
        """Call after a light sleep: ends the session if it was too long."""
        if self.slept is None:
            return
        slept = clock.unix_ms() - self.slept
        self._over = not (self.session_id and 0 <= slept <= self.background_timeout * 1000)
        self.slept = None
        self._last = clock.ms()

    def end(self) -> None:
        """Have the next event begin a new session."""
        self._over = True

    def set_anonymous(self, anonymous: bool) -> None:
        """Begin a new session, which leads to no other one, if that changes."""
        if anonymous != self.anonymous:
            self.anonymous = anonymous
            self.session_id = None
            self._over = True

    def new_session(self) -> None:
        """Begin a new session now."""
        self._begin()
        self._last = clock.ms()

    def _begin(self):
        new = str(uuid4(), "ascii")  # if memory runs out here, the old session goes on
        self._over = False
        self.previous_session_id = self.session_id
        self.session_id = new
        self.session_index += 1
        self.event_index = 0
        self.first_event_id = self.first_event_ms = self.slept = None
        self._save()

    def _save(self):
        state = {name: getattr(self, name) for name in UUIDS + COUNTS + TIMES}
        if self.anonymous:
            state["anonymous"] = True
        if self._path and not save(self._path, state):
            self.failed += 1


def iso(ms: int) -> str:
    """Milliseconds since 1970 as the date-time of JSON Schema, in UTC."""
    seconds = (ms - clock.EPOCH_MS) // 1000
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (tuple(time.gmtime(seconds)[:6]) + (ms % 1000,))
