"""A short soak; `make soak` is the long one."""

import pytest

from host_tests.soak.__main__ import soak, well
from tools.engine import find_engine


def test_a_short_soak_loses_nothing_and_stays_flat():
    if "CPython" in find_engine()[1]:
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    result = soak(6000, seed=7)
    assert result["events"] >= 6000 and result["faults"] > 20
    assert well(result), result
