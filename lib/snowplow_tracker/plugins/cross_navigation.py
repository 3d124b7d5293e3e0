# Joins a board and a browser or phone: a link, as on a display's QR code, that says which user
# and session it was shown to. Enrich reads it from the address of the page that it leads to.
#
#   decorate_link(tracker, "https://shop.example.com/")
#   -> https://shop.example.com/?_sp=USER.MILLISECONDS.SESSION..APP
#
# The user and the session are those of the tracker's Session; a domain user id of its Subject
# goes before. An anonymous tracker's links say nothing. Make the link when it is shown.
import json

from .. import clock
from ..pairs import address
from ..record import text
from ..self_describing import base64
from ..transport.query import quote


def decorate_link(
    tracker,
    url: str,
    session_id: bool = True,
    user_id: bool = False,
    source_id: bool = True,
    source_platform: bool = False,
    reason: "str | None" = None,
) -> str:
    """`url` with _sp=duid.ms.sessionId.userId.sourceId.platform.reason; it needs a user."""
    address("url", url)
    if tracker.anonymous:
        return url
    pairs = tracker.subject.standard_nv_pairs if tracker.subject else {}
    duid, session = pairs.get("duid"), pairs.get("sid")
    for plugin in tracker.plugins:
        if hasattr(plugin, "session_id"):
            duid = duid or plugin.user_id
            # That of anonymous events lasts until the next event.
            if not getattr(plugin, "anonymous", False):
                session = session or plugin.session_id
    if not duid:
        raise ValueError("user: add a Session to tracker.plugins, or set_domain_user_id(), first")
    if "." in duid:
        raise ValueError("duid: %r has a dot, which a link cannot carry" % duid)
    app = json.loads(str(tracker._head, "utf-8") + '"}').get("aid")
    parts = (
        quote(duid),
        str(clock.unix_ms()),
        session if session_id else "",
        _encoded(user_id and pairs.get("uid")),
        _encoded(source_id and app),
        pairs.get("p", "iot") if source_platform else "",
        _encoded(reason and text("reason", reason, 4096)),
    )
    return _with_query(url, "_sp", ".".join([part or "" for part in parts]).rstrip("."))


def _encoded(value):
    return base64(value.encode()).decode() if value else ""


# First in the query, in place of one that is there, as the tracker for browsers puts it.
def _with_query(url, name, value):
    start, mark, fragment = url.partition("#")
    page, _, query = start.partition("?")
    pair = name + "=" + value
    fields = query.split("&") if query else []
    for i, field in enumerate(fields):
        if field.startswith(name + "="):
            fields[i] = pair
            break
    else:
        fields.insert(0, pair)
    return page + "?" + "&".join(fields) + mark + fragment
