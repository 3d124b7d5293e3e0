"""Boards that sample together do not send together."""

from host_tests.bench import fleet
from host_tests.bench.machine import Machine


def test_a_fleet_spreads_its_requests():
    found = fleet.run(Machine)
    assert found["send_peak_to_mean"] <= 3
    assert found["send_peak_to_mean_after_outage"] <= 3
