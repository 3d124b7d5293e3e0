# Asks NTP for the time. chip.py loads it for that, and the firmware frees it afterwards.
import ntptime
from boards import chip

_STEP_MS = 100


# NTP is UDP: a lost packet is normal. Without `find` a name server that is gone blocks, so the
# link is asked first. A caller with `find` has loops of its own, so one try is enough.
# What the clock shows without an answer says nothing: it may have been set to a guess.
def ask(board, find=None) -> bool:
    """Set the clock by NTP; whether a server told a plausible time."""
    for _ in range(1 if find else 4):
        if not board.online():
            break
        try:
            _ask(board, find)
            return chip.time.gmtime()[0] >= 2025
        except (OSError, ValueError):  # ValueError: a reply cut short
            for _ in range(1000 // _STEP_MS):
                chip.time.sleep_ms(_STEP_MS)  # where tests replace it
                board.idle()
    return False


# A server that refuses (kiss-of-death) sends 0 for the time, which ntptime takes for the
# moment in 2036 when NTP's seconds start anew.
def _ask(board, find):
    time = chip.time
    name = ntptime.host
    if find:
        ntptime.host = find(name)
    before = time.time_ns() // 1000000 + chip.epoch() * 1000
    try:
        ntptime.settime()
    finally:
        ntptime.host = name
    if time.gmtime()[:5] == (2036, 2, 7, 6, 28):
        board.set_time(before)
        raise OSError("ntp: the server refuses")
