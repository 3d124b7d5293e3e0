"""Small files of state; runs on MicroPython too."""

import os
from binascii import hexlify

import snowplow_tracker.json_file as json_file
from snowplow_tracker.json_file import load, read, save


def test_a_state_that_cannot_be_written_for_lack_of_memory_stays_as_it_was():
    def no_memory(*_):
        raise MemoryError

    name = str(hexlify(os.urandom(8)), "ascii")
    path = "%s/state-%s" % (os.getenv("TMPDIR") or "/tmp", name)
    assert save(path, {"boots": 1})
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


def test_a_read_that_fails_or_has_no_memory_is_not_an_empty_state():
    name = str(hexlify(os.urandom(8)), "ascii")
    path = "%s/state-%s" % (os.getenv("TMPDIR") or "/tmp", name)
    assert load(path) == {} and save(path, {"boots": 1})
    for error, times, expected in (
        (OSError(5), 1, {"boots": 1}),
        (OSError(5), 2, {"boots": 1}),
        (OSError(5), 3, {}),  # as long as that lasts save() does nothing
        (MemoryError(), 1, None),
    ):
        errors = [error] * times

        def failing(*given, errors=errors):
            if errors:
                raise errors.pop()
            return open(*given)

        json_file.open = failing
        try:
            found = read(path)
        except MemoryError:
            found = None
        finally:
            del json_file.open
        assert found == expected, (error, times, found)
        errors += [error] * times
        json_file.open = failing
        try:
            assert load(path) == (expected or {})
        finally:
            del json_file.open
    os.remove(path)
