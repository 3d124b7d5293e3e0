"""Whether boards send together: a fleet on one virtual clock."""

from host_tests.bench.machine import LIB

FIGURES = {
    "send_peak_to_mean": (
        "x",
        "most requests in a second / their mean, 1,000 boards that sample each 5 s at the same "
        "moments and send each 10 s",
        "<= 3",
    ),
    "send_peak_to_mean_after_outage": (
        "x",
        "the same, in the minute after a collector's outage of 90 s, over the mean before it",
        "<= 3",
    ),
}
START, DOWN, UP, END = 30, 120, 210, 270  # seconds of the fleet's life


def run(machine):
    """Once: a thousand boards are a mean."""
    found = machine.cpython("fleet.py", LIB, arguments=(DOWN, UP, END))
    mean = sum(found[START:DOWN]) / (DOWN - START)
    return {
        "send_peak_to_mean": max(found[START:DOWN]) / mean,
        "send_peak_to_mean_after_outage": max(found[UP:]) / mean,
    }
