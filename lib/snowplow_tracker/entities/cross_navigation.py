# From where a user came to this board, by a link that a browser, a phone or another board has
# decorated (plugins/cross_navigation.py), such as a QR code that a kiosk scans:
#
#   entity = cross_navigation("https://kiosk.example.com/?_sp=USER.MILLISECONDS.SESSION")
#   tracker.track_struct_event("code", "scanned", context=[entity] if entity else None)
#
# Enrich does the same by itself for the address of an event's page.
from binascii import a2b_base64

from ..clock.date_time import date_time
from ..record import text, utf8
from ..validators import consists, one_of, uuid

SCHEMA = "iglu:com.snowplowanalytics.snowplow/cross_navigation/jsonschema/1-0-0"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PLATFORM = one_of("web mob pc srv app tv cnsl iot headset")


def cross_navigation(url: str) -> "tuple[str, dict] | None":
    """(SCHEMA, data) of the link's _sp; None if it has none, or one that cannot be read."""
    for field in text("url", url, 10000).partition("#")[0].partition("?")[2].split("&"):
        if field.startswith("_sp="):
            try:
                return SCHEMA, _data(field[4:].split("."))
            except ValueError:
                return None
    return None


# domain user id, milliseconds, session id, user id, source id, platform, reason
def _data(parts):
    duid, ms, session, user, source, platform, reason = parts + [""] * (7 - len(parts))
    duid = _unquoted(duid)
    if not duid:
        raise ValueError("_sp: no user")
    data = {"domain_user_id": text("_sp", duid, 128), "timestamp": date_time("_sp", int(ms))}
    if session:
        data["session_id"] = uuid("_sp", session)
    if platform:
        data["source_platform"] = _PLATFORM("_sp", platform)
    for key, value in ("user_id", user), ("source_id", source), ("reason", reason):
        if value:
            if not consists(value, _BASE64):
                raise ValueError("_sp: no base64")
            value = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
            data[key] = text("_sp", str(a2b_base64(value), "utf-8"), 4096)
    utf8("".join(data.values()))
    return data


def _unquoted(value):
    first, *rest = value.split("%")
    found = first.encode()
    for part in rest:
        found += bytes([int(part[:2], 16)]) + part[2:].encode()
    return str(found, "utf-8")
