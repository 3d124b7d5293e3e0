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
# The file in `directory` is written by background() and when a session begins, and at no other
# time. Without a directory, or if the filesystem fails, the identity lasts until the reset.
import time

from .. import clock
from ..json_file import load, save
from ..record import uuid4

SCHEMA = "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2"


# What is kept: identifiers, counts (the schema's have 31 bits), and times, which may be None.
_UUIDS = ("user_id", "session_id", "previous_session_id", "first_event_id")
_COUNTS = ("session_index", "event_index", "foregrounds", "backgrounds")
_TIMES = ("first_event_ms", "slept")


class Session:
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

    def __init__(self, directory=None, foreground_timeout=1800, background_timeout=1800):
        self.foreground_timeout = foreground_timeout
        self.background_timeout = background_timeout
        self.failed = 0  # writes that the filesystem did not take
        self._path = directory and directory.rstrip("/") + "/session.json"
        self._last = clock.ms()
        try:
            self._load(load(self._path) if self._path else {})
        except ValueError:
            state = {name: 0 for name in _COUNTS}
            self._load(dict(state, user_id=str(uuid4(), "ascii")))
        # A session that was not told of a sleep ended with the reset.
        self._over = True
        if self.slept is not None:
            self.foreground()

    def __call__(self, eid, pairs, schema, entities):
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

    def background(self):
        """Call before a sleep: writes down where the session is, and when."""
        self.slept = clock.unix_ms()
        self._save()

    def foreground(self):
        """Call after a light sleep: ends the session if it was too long."""
        if self.slept is None:
            return
        slept = clock.unix_ms() - self.slept
        self._over = not (self.session_id and 0 <= slept <= self.background_timeout * 1000)
        self.slept = None
        self._last = clock.ms()

    def end(self):
        """The next event begins a new session."""
        self._over = True

    def _begin(self):
        self._over = False
        self.previous_session_id = self.session_id
        self.session_id = str(uuid4(), "ascii")
        self.session_index += 1
        self.event_index = 0
        self.first_event_id = self.first_event_ms = self.slept = None
        self._save()

    def _load(self, state):
        from ..validators import integer, uuid

        for name in _UUIDS:
            value = state.get(name)
            setattr(self, name, None if value is None else uuid(name, value))
        if not self.user_id or self.user_id != self.user_id.lower():
            raise ValueError("user_id")
        for name in _COUNTS:
            setattr(self, name, integer(name, state.get(name), 0, 2000000000))
        for name in _TIMES:  # up to the end of the year 9999
            value = state.get(name)
            if value is not None:
                value = integer(name, value, 0, 253402300799999)
            setattr(self, name, value)

    def _save(self):
        state = {name: getattr(self, name) for name in _UUIDS + _COUNTS + _TIMES}
        if self._path and not save(self._path, state):
            self.failed += 1


def iso(ms):
    """Milliseconds since 1970 as the date-time of JSON Schema, in UTC."""
    seconds = (ms - clock.EPOCH_MS) // 1000
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (tuple(time.gmtime(seconds)[:6]) + (ms % 1000,))
