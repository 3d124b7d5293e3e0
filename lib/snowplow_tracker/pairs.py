# The protocol's pairs: which keys there are, and what Enrich accepts as the value of each. For
# pairs that no call has checked: those that a plugin changes, of an Event's payload, of
# Emitter.input(), and of pixel_url().
from .record import MAX_JSON, text
from .validators import consists, digits, one_of, timestamp, uuid

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_SPACES = "\u1680\u2028\u2029\u202f\u205f\u3000"
_SCHEME = _ALPHABET + _DIGITS + "+-."


def _integer(name, value):
    number = text(name, value, 11).lstrip("+-")
    digits(name, int(value) if consists(number, _DIGITS) else value)


def _number(name, value):
    try:
        good = consists(value, _DIGITS + "+-.eE") and float(value) - float(value) == 0
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError("%s: expected a number as text, got %r" % (name, value))


def _size(name, value):
    width, x, height = text(name, value, 21).partition("x")
    if not x or not consists(width + height, _DIGITS):
        raise ValueError("%s: expected WIDTHxHEIGHT, got %r" % (name, value))
    _integer(name, width)
    _integer(name, height)


def _time(name, value):
    timestamp(name, int(value) if consists(text(name, value, 13), _DIGITS) else value)


def address(name: str, value) -> str:
    """A URL whose scheme, host and port Enrich can read."""
    text(name, value, 10000)
    scheme, colon, rest = value.partition(":")
    for c in "/?#":
        if c in scheme:  # a relative one
            scheme, colon, rest = "", "", value
    good = not colon or scheme[:1] not in _DIGITS and consists(scheme, _SCHEME)
    good = good and (rest[:1] not in ("", "#") or not colon)
    if good and rest[:2] == "//":
        host = rest[2:]
        for c in "/?#":
            host = host.partition(c)[0]
        for c in host:
            good = good and c > " " and c not in '"<>\\^`{|}%' and not "\x7f" <= c <= "\xa0"
            good = good and c not in _SPACES and not "\u2000" <= c <= "\u200a"
        host = host.rpartition("@")[2]
        if "[" in host or "]" in host:
            host, end, port = host.partition("]")
            good = good and end and host[:1] == "[" and _is_ipv6(host[1:])
            good = good and port[:1] in ("", ":")
            colon = port
            port = port[1:]
        else:
            host, colon, port = host.partition(":")
        good = good and (host or len(rest) > 2 and scheme not in ("http", "https") and not colon)
        good = good and (not colon or consists(port, _DIGITS) and int(port) < 65536)
    if not good:
        raise ValueError("%s: expected one such as http://host:80/path, got %r" % (name, value))
    return value


# Without the rare form that ends in an IPv4 address.
def _is_ipv6(host):
    parts = host.split(":")
    short = "::" in host
    for part in parts:
        if len(part) > 4 or not consists(part or "0", _DIGITS + "abcdefABCDEF"):
            return False
    # A colon at an end is one of two.
    if (host[:1] == ":" and host[:2] != "::") or (host[-1:] == ":" and host[-2:] != "::"):
        return False
    if short:
        return len(parts) <= 8 and host.count("::") == 1 and ":::" not in host
    return len(parts) == 8 and "" not in parts


_CHECKS = (
    (255, " aid uid lang tz tr_id tr_af tr_ci tr_st tr_co ti_id ti_sk ti_nm ti_na ti_ca "),
    (128, " tna duid tnuid nuid ip fp cs "),
    (1000, " se_ca se_ac se_pr ua "),
    (MAX_JSON, " ue_pr ue_px co cx mac ue_na ctype sa sn st sp ad_ba ad_ca ad_ad ad_uid "),
    (address, " url refr "),
    (_number, " se_va tr_tt tr_tx tr_sh ti_pr "),
    (_integer, " vid tid ti_qu pp_mix pp_max pp_miy pp_may "),
    (_time, " dtm stm ttm "),
    (uuid, " eid sid "),
    (_size, " res vp ds "),
    (one_of("iot pc tv mob cnsl web srv app headset"), " p "),
    (one_of("se ue pv pp tr ti"), " e "),
    (4096, " se_la "),
    (2000, " page "),
    (100, " tv "),
    (12, " cd "),
    (3, " tr_cu ti_cu "),
    (
        one_of("0 1"),
        " cookie f_pdf f_qt f_realp f_wma f_dir f_fla f_java f_gears f_ag ",
    ),
)


OF_THE_TRACKER = ("eid", "tv", "tna", "aid", "dtm", "stm")


def check(key: str, value) -> None:
    """Refuse a pair that Enrich would: a key that it does not know, or a value of another kind."""
    for rule, keys in _CHECKS:
        if isinstance(key, str) and " " + key + " " in keys:
            if callable(rule):
                rule(key, value)
            else:
                text(key, value, rule)
            return
    raise ValueError("%r is not a key of the protocol" % (key,))


def check_changes(before: dict, pairs: dict) -> None:
    """Refuse what was put into `pairs` since it was as `before`."""
    for key in pairs:
        if key not in before or before[key] is not pairs[key]:
            if key in OF_THE_TRACKER:
                raise ValueError("%s: the tracker sets it" % key)
            check(key, pairs[key])
