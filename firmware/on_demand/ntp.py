# Sets the clock. The address of NTP's server is asked for here: the board's own way of asking
# can block for longer than its watchdog allows.
from os import urandom

from snowplow_tracker import clock
from snowplow_tracker.transport.dns import resolve


def set_clock(board):
    """Ask NTP; whether it told a plausible time."""

    # Any of its addresses: the pool gives four, and one of them may refuse, or not answer.
    def find(host):
        answer = resolve(host, board.dns, 3000)
        while True:
            try:
                clock.sleep_ms(next(answer))
            except StopIteration as e:
                return e.value[urandom(1)[0] % len(e.value)]
            board.idle()

    return board.set_clock(find)
