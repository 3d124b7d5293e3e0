# Asks NTP for the time: SNTP, RFC 4330. chip.py loads it for that, and the firmware frees it
# afterwards.
#
# What is sent as our time is random: only who has seen the question can answer it, and nobody
# learns what our clock shows. Datagrams that do not repeat it are ignored. A server's answer is
# refused if the server refuses (kiss-of-death), is not synchronised itself, or says that it may
# be wrong by a second or more (section 5).
import socket
import sys
from os import urandom

from boards import chip

_HOST = "pool.ntp.org"
_PORT = 123
_LIMIT_MS = 2000
_STEP_MS = 10


# NTP is UDP: a lost packet is normal. Without `find` a name server that is gone blocks, so the
# link is asked first. A caller with `find` has loops of its own, so one try is enough. Each lasts
# _LIMIT_MS if it fails, however soon: a server that refuses must not be asked at once again.
def ask(board, find=None) -> bool:
    """Set the clock by NTP; whether a server told a plausible time."""
    for _ in range(1 if find else 4):
        if not board.online():
            break
        start = chip.time.ticks_ms()
        try:
            board.set_time(_ask(board, find))
            return True
        except OSError:
            while _left(start):
                _wait(board)
    return False


def _left(start):
    return chip.time.ticks_diff(chip.time.ticks_ms(), start) < _LIMIT_MS


def _wait(board):
    chip.time.sleep_ms(_STEP_MS)  # where tests replace it
    board.idle()


def _ask(board, find):
    # The time in ms since 1970, or OSError.
    host = getattr(sys.modules.get("ntptime"), "host", _HOST)  # where a program has set it
    server = socket.getaddrinfo(find(host) if find else host, _PORT)[0][-1]
    query = b"\x23" + bytes(39) + urandom(8)  # version 4, client
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        start = chip.time.ticks_ms()
        sock.sendto(query, server)
        while _left(start):
            try:
                reply, sender = sock.recvfrom(512)
            except OSError:  # nothing has come yet
                _wait(board)
                continue
            if sender == server and len(reply) >= 48 and reply[24:32] == query[40:]:
                past = chip.time.ticks_diff(chip.time.ticks_ms(), start)
                return _unix_ms(reply) + past // 2 + 500  # the clock is set in whole seconds
    finally:
        sock.close()
    raise OSError("ntp: no answer")


def _unix_ms(reply):
    leap, version, mode = reply[0] >> 6, reply[0] >> 3 & 7, reply[0] & 7
    if leap == 3 or not 3 <= version <= 4 or mode != 4 or not 0 < reply[1] < 16:
        raise OSError("ntp: the server refuses, or does not know the time")
    if reply[4:6] != b"\0\0" or reply[8:10] != b"\0\0":  # root delay and dispersion: whole seconds
        raise OSError("ntp: the server is far from a clock")
    seconds = int.from_bytes(reply[40:44], "big")
    if seconds < 1 << 31:  # the era that begins in 2036
        seconds += 1 << 32
    ms = (seconds - 2208988800) * 1000 + (int.from_bytes(reply[44:46], "big") * 1000 >> 16)
    if not any(reply[40:48]) or not 1735689600000 <= ms < 4102444800000:  # 2025 to 2100
        raise OSError("ntp: no plausible time")
    return ms
