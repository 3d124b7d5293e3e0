"""The one line that the faults come to."""

import pytest

OUTCOMES = pytest.StashKey()


def pytest_configure(config):
    config.stash[OUTCOMES] = {"cpython": set(), "vm": set(), "lost": 0}


@pytest.fixture(scope="session")
def outcomes(pytestconfig):
    """What is counted for the line at the end."""
    return pytestconfig.stash[OUTCOMES]


def pytest_terminal_summary(terminalreporter, config):
    found = config.stash.get(OUTCOMES, None)
    if found and (found["cpython"] or found["vm"]):
        terminalreporter.write_line(
            "faults: %d scenarios on CPython, %d on the VM, %d events lost"
            % (len(found["cpython"]), len(found["vm"]), found["lost"])
        )
