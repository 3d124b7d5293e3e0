"""Good events whose time is impossible. Enrich takes them, and they land in the wrong year.

Seconds in place of milliseconds, a clock that shows 2036, local time sent as UTC: the pipeline
takes each of them, so the events are good. But who looks for them will not find them.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from tools.collector.enrich.failures import failure

EARLIEST_EVENT = 1325376000000  # 2012: the tracker protocol is not older
# 2023: this project's tracker is not older. A board's clock that was never set begins in 2000 or
# in 2021.
_EARLIEST_FIRMWARE = 1672531200000
_TRACKER = "mpy-"  # begins the version of this project's tracker
_MINUTE, _HOUR, _DAY = 60000, 3600000, 86400000
_TOLERANCE = 10 * _MINUTE  # by which a board's clock and this computer's may differ
_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)


def derived_time(columns, received):
    """Return an event's derived time in milliseconds since 1970; ``received`` if it has none."""
    try:
        return _since_1970(columns["derived_tstamp"])
    except (KeyError, ValueError):  # A bad event may have none; Python has no year 0
        return received


@lru_cache(256)
def _since_1970(text):
    return (datetime.fromisoformat(text.removesuffix("Z")) - _EPOCH) // _MILLISECOND


def suspicions(columns, parameters, received):
    """Return a :class:`failures.Failure` for each time of a good event that cannot be right.

    ``columns`` are those that are set, ``parameters`` what was sent, ``received`` is in
    milliseconds since 1970.
    """
    found = [
        failure(key, parameters[key], "is a time in January 1970", "Seconds? Multiply by 1000.")
        for key in ("ttm", "dtm", "stm")
        if key in parameters and _are_seconds(parameters[key], received)
    ]
    at = derived_time(columns, received)
    if not found and not is_possible(at, columns, received):
        found.append(_suspicion(at, columns, parameters, received))
    return found


def is_possible(at, columns, received):
    """Whether an event can have happened at ``at``, the milliseconds since 1970."""
    earliest = EARLIEST_EVENT
    if columns.get("v_tracker", "").startswith(_TRACKER) and received > _EARLIEST_FIRMWARE:
        earliest = _EARLIEST_FIRMWARE
    return earliest <= at <= received + _TOLERANCE or at == received


def _are_seconds(text, received):
    # The tracker of this project sends 13 digits, also of a clock that was never set.
    return (
        len(text) <= 11
        and text.isdecimal()
        and EARLIEST_EVENT <= int(text) * 1000 <= received + _DAY
    )


def _suspicion(at, columns, parameters, received):
    shown = columns["derived_tstamp"]
    if at > received:
        ahead, rule = at - received, "is later than the event arrived"
        hint = f"It is {shown}. Check the clock that sets it."
        if ahead <= 14 * _HOUR + _TOLERANCE:
            hint = f"It is {shown}. Local time? It has to be UTC."
        return failure("ttm", parameters.get("ttm"), rule, hint)
    rule = "puts the event at a time when there was no such tracker"
    if "true_tstamp" in columns:
        hint = f"It is {shown}. Milliseconds since 1970 in UTC? Check the clock that sets it."
        return failure("ttm", parameters.get("ttm"), rule, hint)
    hint = (
        f"The event was dated {shown}, which is its arrival less stm - dtm. Both have to come from"
        " one clock: correct both when the clock is set."
    )
    return failure("dtm", parameters.get("dtm"), rule, hint)
