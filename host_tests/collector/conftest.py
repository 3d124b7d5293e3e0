import pytest
from collecting import collector, write_schema


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A collector for the tests of a module, with the schema of a reading."""
    directory = tmp_path_factory.mktemp("collector")
    write_schema(directory / "schemas")
    with collector(directory / "c.db", "--schemas", str(directory / "schemas"), "--quiet") as one:
        yield one


@pytest.fixture
def empty(running):
    """The same collector, without events."""
    running.post("/micro/reset", {})
    return running
