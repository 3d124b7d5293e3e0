"""Small files of state; runs on MicroPython too."""

import os
import sys
from binascii import hexlify

from snowplow_tracker.json_file import load, save


def test_a_state_that_cannot_be_written_for_lack_of_memory_stays_as_it_was():
    def no_memory(*_):
        raise MemoryError

    name = str(hexlify(os.urandom(8)), "ascii")
    path = "%s/state-%s" % (os.getenv("TMPDIR") or "/tmp", name)
    assert save(path, {"boots": 1})
    json_file = sys.modules["snowplow_tracker.json_file"]
    json_file.open = no_memory
    try:
        assert save(path, {"boots": 2}) is False
    finally:
        del json_file.open
    look_up, json_file.can_look_up = json_file.can_look_up, no_memory
    try:
        assert save(path, {"boots": 3}) is False
    finally:
        json_file.can_look_up = look_up
    assert load(path) == {"boots": 1}
    os.remove(path)
