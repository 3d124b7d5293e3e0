# Anonymous tracking: tracker.anonymous = Anonymous(). On the client side no identifier of a
# user leaves the board; with server=True the collector is asked, by the header SP-Anonymous,
# to keep neither address nor cookie. With session=True events have a session, without its user.
# To switch it on or off begins a new session, so that nothing joins the events of both.
from ..record import ANONYMOUS
from .session import SCHEMA

_NOBODY = "00000000-0000-0000-0000-000000000000"


class Anonymous:
    """No identifier of a user leaves the board: `tracker.anonymous = Anonymous()`."""

    # `session`: whether events have a session; `server`: whether the collector is asked, too.
    def __init__(self, session: bool = False, server: bool = False) -> None:
        self.session = session
        self.server = server

    def __call__(self, pairs: dict, entities: list) -> int:
        for key in ("uid", "duid", "tnuid", "ip"):
            pairs.pop(key, None)
        if not self.session:
            pairs.pop("sid", None)
            pairs.pop("vid", None)
        for entity in list(entities):
            if isinstance(entity, bytes):
                continue
            try:
                schema, data = entity
            except (TypeError, ValueError):
                continue  # the tracker refuses it
            if schema == SCHEMA:
                entities.remove(entity)
                if self.session:
                    data = dict(data, userId=_NOBODY, previousSessionId=None)
                    entities.append((SCHEMA, data))
        return ANONYMOUS if self.server else 0
