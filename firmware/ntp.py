# Sets the clock. The name of NTP's server is not left to NTP, which would ask for it in a way
# that can block for longer than a watchdog is patient.
from snowplow_tracker import clock
from snowplow_tracker.transport.dns import resolve


def set_clock(board):
    """Ask NTP; whether the clock is plausible now."""

    def find(host):
        finding = resolve(host, board.dns, 3000)
        while True:
            try:
                clock.sleep_ms(next(finding))
            except StopIteration as e:
                return e.value[0]
            board.idle()

    return board.set_clock(find)
