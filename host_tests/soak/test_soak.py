"""A short soak; `make soak` is the long one."""

from host_tests.soak.__main__ import soak, well


def test_a_short_soak_loses_nothing_and_stays_flat(vm_program, compiler):
    result = soak(6000, seed=7)
    assert result["events"] >= 6000 and result["faults"] > 20
    assert well(result), result
