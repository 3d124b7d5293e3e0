# Sets the clock. The address of NTP's server is asked for here: the board's own way of asking
# can block for longer than its watchdog allows.
from snowplow_tracker import clock
from snowplow_tracker.clock.boot_history import is_guess
from snowplow_tracker.transport.dns import resolve


def set_clock(board):
    """Ask NTP; whether the clock is plausible now."""

    def find(host):
        answer = resolve(host, board.dns, 3000)
        while True:
            try:
                clock.sleep_ms(next(answer))
            except StopIteration as e:
                return e.value[0]
            board.idle()

    guess = is_guess() and clock.system_ms() - clock.ms()
    plausible = board.set_clock(find)
    # A guess at boot looks as plausible as a time. It is none as long as it was not moved.
    return plausible and not (guess and abs(clock.system_ms() - clock.ms() - guess) < 3)
