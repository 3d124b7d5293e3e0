"""Patches: how an image is made from an earlier one.

A patch begins with `SMP1`. Then come steps, until the new image is complete:

    copied    varint    so many bytes of the old image,
    from      varint    at this place, as a distance from the end of what was copied before plus
                        what was new since then; zigzag: 0, -1, 1, -2 are 0, 1, 2, 3
    new       varint    so many bytes that follow here,
    bytes

A varint has 7 bits in a byte, the lowest first; bit 7 says that more follow. An image that was
changed in one module differs in that, and in the numbers of blocks that moved, with which a
littlefs begins each block: the bytes between them are one step each, of some 8 bytes.
"""

MAGIC = b"SMP1"
KEY = 8  # a match has at least so many bytes
CANDIDATES = 64  # places in the old image at which a match is tried


def make(old, new):
    """The patch that makes `new` of `old`: bytes, all three."""
    places = {}
    for at in range(len(old) - KEY + 1):
        found = places.setdefault(old[at : at + KEY], [])
        if len(found) < CANDIDATES:
            found.append(at)
    patch = bytearray(MAGIC)
    copied = source = 0  # the step that is not written yet
    expected = 0  # where in the old image that step was thought to begin
    fresh = at = 0  # what is new after it begins at `fresh`; all before `at` was looked at
    while at < len(new):
        place = source + copied + at - fresh
        found, size = _match(old, new, at, (place, *places.get(new[at : at + KEY], ())))
        if not size:
            at += 1
            continue
        while at > fresh and found and old[found - 1] == new[at - 1]:
            at, found, size = at - 1, found - 1, size + 1
        _add(patch, copied, source - expected, new[fresh:at])
        expected = source + copied + at - fresh
        copied, source = size, found
        fresh = at = at + size
    if new:
        _add(patch, copied, source - expected, new[fresh:])
    return bytes(patch)


def _match(old, new, at, places):
    """(place, size) of the longest of `places` in `old` that goes on as `new` does at `at`."""
    best = (0, 0)
    for place in places:
        size = _common(old, place, new, at) if 0 <= place < len(old) else 0
        if size >= KEY and size > best[1]:
            best = (place, size)
    return best


def _common(old, place, new, at):
    size = 0
    step = 256
    most = min(len(old) - place, len(new) - at)
    while step:
        while size + step <= most and (
            old[place + size : place + size + step] == new[at + size : at + size + step]
        ):
            size += step
        step //= 4
    return size


def _add(patch, copied, distance, fresh):
    for number in (copied, distance * 2 if distance >= 0 else -distance * 2 - 1, len(fresh)):
        while number > 127:
            patch.append(number & 127 | 128)
            number >>= 7
        patch.append(number)
    patch += fresh
