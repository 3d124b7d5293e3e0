"""Boards that sample together do not send together."""

from host_tests.bench import fleet


def test_a_fleet_spreads_its_requests():
    found = fleet.run(None)
    assert found["send_peak_to_mean"] <= 3
    assert found["send_peak_to_mean_after_outage"] <= 3
