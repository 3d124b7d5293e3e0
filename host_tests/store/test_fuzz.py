"""Damage of every kind in every file of a store, each case of it seeded.

10,000 cases on CPython's file system, and 10,000 on the real littlefs in the VM (fuzz.py): these
take some 30 s of one core, 330 cases a second. A fifth of them damage the flash below littlefs.
"""

import random
import shutil

import pytest
from stored import reboot, stored

from snowplow_tracker import clock
from snowplow_tracker.store.segments import SegmentStore

CASES = 10000
EVENTS = 60


def flip(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def overwrite(rng, data):
    at = rng.randrange(len(data))
    new = rng.randbytes(rng.randint(1, 40))
    return (data[:at] + new + data[at + len(new) :])[: len(data)]


def truncate(rng, data):
    return data[: rng.randrange(len(data))]


def empty(rng, data):
    return b""


def grow(rng, data):
    return data + rng.choice([rng.randbytes(rng.randint(1, 5000)), bytes(rng.randint(1, 5000))])


def replace(rng, data):
    return rng.randbytes(len(data))


def lie(rng, data):
    # A number somewhere becomes as large or as small as it can be.
    at = rng.randrange(max(1, len(data) - 4))
    new = rng.choice([b"\xff\xff", b"\xff" * 4, b"\0\0", b"\0" * 4, b"\xff\x7f"])
    return data[:at] + new + data[at + len(new) :]


DAMAGE = [flip, flip, overwrite, truncate, empty, grow, replace, lie, lie]
FOREIGN = ["notes.txt", "zzzzzzzz.s1", "00000000.s2", "0000ffff.s1", "a.s2", "-0000001.s1"]


def build(path):
    """A store with several segments, a boot in between and some of it sent: its events."""
    events = {}
    store = SegmentStore(path, 65536, page_bytes=1024)
    for n in range(EVENTS):
        json = b"%04d" % n + bytes([65 + n % 26]) * (n * 37 % 300)
        events[store.put(clock.ms(), 0, json)] = json
        if n == 30:
            store.sync()
            reboot(store)
            store = SegmentStore(path, 65536, page_bytes=1024)
    store.drop(5)
    assert store.sync() and not store.dropped
    return {sequence: json for sequence, json in events.items() if sequence > 5}


def use(path, events, exact=False):
    """Open what was damaged: no exception, nothing invented, and it works on."""
    reboot()
    store = SegmentStore(path, 65536, page_bytes=1024)
    found = stored(store)
    assert found == stored(store)
    sequences = [sequence for sequence, _ in found]
    assert sequences == sorted(set(sequences))
    for sequence, json in found:
        # Progress may be lost with the state: events that were sent may come again.
        assert events.get(sequence, json) == json and json[4:] == json[4:5] * (len(json) - 4)
    new = store.put(clock.ms(), 0, b"new")
    assert new > max([*events, 0]) if exact else new > max([*sequences, 0])
    assert stored(store) == [*found, (new, b"new")]
    assert store.sync()
    reboot(store)
    store = SegmentStore(path, 65536, page_bytes=1024)
    assert stored(store) == [*found, (new, b"new")]
    store.drop(new)
    assert len(store) == 0 and store.peek() is None and store.error is None
    store.sync()
    return found, store


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "events"
    events = build(str(path))
    return path, events, {f.name: f.read_bytes() for f in path.iterdir()}


def restore(path, files):
    shutil.rmtree(path)
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)


@pytest.mark.parametrize("part", range(10))
def test_damage_is_never_a_wedge(files, part):
    path, events, whole = files
    for case in range(part, CASES, 10):
        rng = random.Random(case)
        damaged = dict(whole)
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            name = rng.choice(sorted(damaged))
            if damaged[name]:
                damaged[name] = rng.choice(DAMAGE)(rng, damaged[name])
        if rng.random() < 0.1:
            damaged[rng.choice(FOREIGN)] = rng.randbytes(rng.randint(0, 200))
        if rng.random() < 0.05:
            del damaged[rng.choice(sorted(damaged))]
        restore(path, damaged)
        try:
            use(str(path), events)
        except Exception as e:
            e.add_note(f"case {case}") if hasattr(e, "add_note") else print("case", case)
            raise


def test_every_flip_in_a_segment_is_counted_exactly(files):
    path, events, whole = files
    name = sorted(whole)[0]
    assert name == "00000000.s1"
    for at in range(0, len(whole[name]), 7):
        data = bytearray(whole[name])
        data[at] ^= 1 << at % 8
        restore(path, {**whole, name: bytes(data)})
        found, store = use(str(path), events, exact=True)
        assert store.dropped == store.lost["corruption"] == len(events) - len(found), at
        assert len(found) >= len(events) - 24  # what is left of a block, at most


def test_no_segment_is_written_over_that_the_state_does_not_know(tmp_path):
    """The newer state is emptied: the older one is of a time before the newest segment."""
    path = str(tmp_path / "events")
    store = SegmentStore(path, 65536, page_bytes=1024)
    while not (tmp_path / "events" / "00000001.s1").exists():
        store.put(clock.ms(), 0, b"x" * 200)
    assert store.sync()
    found = stored(store)
    (tmp_path / "events" / "b.s1").write_bytes(b"")
    reboot(store)
    store = SegmentStore(path, 65536, page_bytes=1024)
    for _ in range(40):
        store.put(clock.ms(), 0, b"y" * 200)
    assert store.sync() and not store.dropped
    assert stored(store)[: len(found)] == found and len(stored(store)) == len(found) + 40
    reboot(store)


def test_damage_on_littlefs_is_never_a_wedge(on_vm, closing_line):
    cases = raw = 0
    for geometry, first in (("rp2", 0), ("esp32", CASES // 2)):
        result = on_vm("fuzz.py", geometry, first, first + CASES // 2)
        assert not result["failures"], "\n".join([geometry, *result["failures"]])
        # Every kind of case was among them.
        assert result["exact"] and result["raw"] > result["in_ram"] >= result["unmountable"] > 0
        cases += result["cases"]
        raw += result["raw"]
    assert cases >= CASES
    closing_line(f"fuzz on littlefs: {cases} cases, 0 failures ({raw} below littlefs)")
