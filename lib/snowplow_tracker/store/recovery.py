# What a SegmentStore does after a reboot. It is needed once, and can be forgotten then.
import os
from binascii import crc32
from errno import EEXIST, ENOENT
from struct import unpack, unpack_from

from .checkpoint import CAUSES, FORMAT, LEASE, MAGIC, SIZE, state_name
from .segment_format import boundary, file_size, remove, segment_name


def recover(store):
    """Find out where a store is, by its state and its newest segments."""
    try:
        os.mkdir(store.path)
    except OSError as e:
        if e.errno != EEXIST:
            os.stat(store.path)
    r = store._reader
    state, damaged = _load_state(store.path)
    if state:
        r.last, lease = state[1:3]
        r.goto(state[3:12] + (0, 0))
        r.known = store._known_start = state[16:]
        while file_size(segment_name(store.path, r.last + 1)):
            r.last += 1
    else:
        lease = 0
        numbers = _find_segments(store.path)
        damaged = damaged or bool(numbers)
        first, r.last = numbers or (0, 0)
        r.goto((first, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0))
    if damaged and not (state and file_size(segment_name(store.path, r.number))):
        r.seek()  # what is gone was sent, as far as anybody knows
    store._head = head = r.mark()
    store._oldest = number = head[0]
    while number and remove(segment_name(store.path, number - 1)):
        number -= 1
    store._total = head[8]
    store._last = head[4] - 1
    size = 0
    if _find_end(r, head[0]):
        store._total = max(store._total, r.ordinal)
        store._last = max(store._last, r.sequence - 1, r.end - 1)
        if r.number == r.last and r.at == r.size:
            size = r.size
    if size or not file_size(segment_name(store.path, r.last)):
        store._set_size(size)
    else:
        store._roll()  # never append to what cannot be read
    r.close()
    r.goto(head)
    store._count = store._total - head[8]
    if damaged:
        lease = max(lease, store._last) + (LEASE if state else 65536)
    store._lease = lease
    store._ring.next_sequence = max(lease, store._last + 1, store._ring.next_sequence)
    if state:
        store._generation = state[0]
        for i in range(4):
            store.lost[CAUSES[i]] += max(0, state[12 + i] - store._known_losses[i])
        store._saved_losses = sum(state[12:16])


def _find_end(reader, first):
    # Go behind the newest run of all; False if there is none down to segment `first`.
    last = number = reader.last
    found = False
    while number >= first and not found:
        starts = [0]
        reader.number = number
        try:
            reader.open_segment()
            size = reader.size
        except OSError:
            size = 0
        while boundary(starts[-1] + 1) < size:
            starts.append(boundary(starts[-1] + 1))
        while size and starts and not found:
            reader.goto((number, starts.pop(), 0, 0, 0, 0, 0, 0, 0, 0, 0))
            try:
                reader.read_run()
            except OSError:
                break
            found = reader.left > 0
        number -= 1
    if found:
        reader.last = reader.number
        while reader.next():
            pass
        reader.last = last
    return found


def _load_state(path):
    # The newer state that is whole, from the generation on, or None; was one damaged?
    best = None
    damaged = False
    for generation in (0, 1):
        try:
            with open(state_name(path, generation), "rb") as f:
                data = f.read(SIZE + 5)
        except OSError as e:
            damaged = damaged or e.errno != ENOENT
            continue
        if (
            len(data) == SIZE + 4
            and data[:4] == MAGIC
            and unpack_from("<I", data, SIZE)[0] == crc32(data[:SIZE])
        ):
            state = unpack(FORMAT, data[:SIZE])[1:]
            if not best or state[0] > best[0]:
                best = state
        elif data:  # it is empty if the power was cut when it was made
            damaged = True
    return best, damaged


def _find_segments(path):
    # The first and the last number of the segments by the names of the files, or None.
    found = []
    for name in os.listdir(path):
        try:
            number = int(name[:8], 16)
        except ValueError:
            continue
        if name[8:] == ".s1" and 0 <= number < 0x7FFFFFFF:
            found.append(number)
    # They follow one another; what lies far off is not ours.
    best = row = []
    for number in sorted(found):
        if not row or number - row[-1] > 2:
            row = []
        row.append(number)
        if len(row) >= len(best):
            best = row
    return (best[0], best[-1]) if best else None
