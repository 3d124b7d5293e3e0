# What a SegmentStore does after a reboot. It is needed once, and can be forgotten then.
import os
from binascii import crc32
from errno import ENOENT
from struct import unpack, unpack_from

from .checkpoint import FORMAT, LEASE, MAGIC, SIZE, state_name
from .segment_format import boundary, file_size, is_gone, make_folder, remove, segment_name


def recover(log):
    """Find out where a SegmentLog is, by its state and its newest segments; -> its losses."""
    path = log.path
    make_folder(path)
    r = log.reader
    r.close()
    log.moved = log.in_doubt = False
    log.older_blocks = None
    log.saved_newest = -1
    log.saved_lost = log.generation = log.number = 0
    log.known_start = (0, 0)
    state, damaged = _load_state(path)
    lost = (0, 0, 0, 0)
    if state:
        log.generation, log.number, lease = state[:3]
        r.set(*state[3:12])
        lost = state[12:16]
        log.known_start = state[16:]
        log.saved_lost = sum(lost)
        while file_size(segment_name(path, log.number + 1)):
            log.number += 1
    else:
        lease = 0
        numbers = _find_segments(path)
        damaged = damaged or bool(numbers)
        first, log.number = numbers or (0, 0)
        r.set(first, 0, 0, 1, 1, 0, 0, 0, 0)
    if damaged and not (state and file_size(segment_name(path, r.number))):
        r.seek()  # what is gone was sent, as far as anybody knows
        if r.error:
            raise r.error
    head = r.head
    head.copy(r)
    log.oldest = number = head.number
    while number and remove(segment_name(path, number - 1)):
        number -= 1
    log.ordinal = head.ordinal
    log.last = head.sequence - 1
    size = 0
    if _find_end(r, log, head.number):
        log.ordinal = max(log.ordinal, r.ordinal)
        log.last = max(log.last, r.sequence - 1, r.end - 1)
        if r.number == log.number and r.at == r.size:
            size = r.size
    if size or not file_size(segment_name(path, log.number)):
        log.set_size(size)
    else:
        log.begin()  # never append to what cannot be read
    r.close()
    if damaged:
        lease = max(lease, log.last) + (LEASE if state else 65536)
    following = max(lease, log.last + 1)
    # Sequences begin again at 1 if nothing is stored: ints above 2^30 are objects on a board, and
    # 2^32 is the end.
    if following > 1 << 28 and log.ordinal == head.ordinal and not log.size:
        following = 1
        log.last = log.ordinal = lease = 0
        head.set(log.number, 0, 0, 1, 1, 0, 0, 0, 0)
    log.lease = lease
    r.copy(head)
    r.back.copy(head)
    ring = log.ring
    if not ring.count:
        ring.next_sequence = max(following, ring.next_sequence)
    elif ring.next_sequence - ring.count <= log.last:
        raise OSError(11, "what is in RAM has to be sent first")
    return lost


def _find_end(reader, log, first):
    # Go behind the newest run of all; False if there is none down to segment `first`.
    last = number = log.number
    found = False
    while number >= first and not found:
        starts = [0]
        reader.set(number, 0, 0, 0, 0, 0, 0, 0, 0)
        try:
            reader.open_segment()
            size = reader.size
        except OSError as e:
            if not is_gone(e):
                raise
            size = 0
        while boundary(starts[-1] + 1) < size:
            starts.append(boundary(starts[-1] + 1))
        while size and starts and not found:
            reader.set(number, starts.pop(), 0, 0, 0, 0, 0, 0, 0)
            try:
                reader.read_run()
            except OSError as e:
                if not is_gone(e):
                    raise
                break
            found = reader.left > 0
        number -= 1
    if found:
        log.number = reader.number
        try:
            while reader.seek(True):
                pass
        finally:
            log.number = last
        if reader.error:
            raise reader.error
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
            if not is_gone(e):
                raise
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
    for name in os.listdir(path or "/"):
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
