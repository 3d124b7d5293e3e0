# Spreads the requests of many boards. It is apart from retry.py, so that a board which sends has
# not that in RAM.
from os import urandom


def random(limit: int) -> int:
    """An int from 0 to `limit`."""
    return int.from_bytes(urandom(4), "little") % (limit + 1)
