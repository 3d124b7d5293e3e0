# Makes a new image of the one that runs and a patch, whose form tools/release/patch.py describes.
# A patch may be wrong in any way: what it makes is verified by its hash, and has `size` bytes.
_BUFFER = 512


def apply(old, patch, new, size):
    """From three open files; yields now and then; ValueError if it is no patch of `old`."""
    buf = memoryview(bytearray(_BUFFER))
    if patch.read(4) != b"SMP1":
        raise ValueError("it is no patch")
    place = 0
    while size:
        copied = _number(patch)
        distance = _number(patch)
        fresh = _number(patch)
        place += -(distance + 1 >> 1) if distance & 1 else distance >> 1
        size -= copied + fresh
        if not copied + fresh:
            yield 0  # so that a patch of empty steps holds nothing up
        if size < 0 or place < 0:
            raise ValueError("the patch makes another size")
        old.seek(place)
        yield from _copy(old, new, copied, buf)
        yield from _copy(patch, new, fresh, buf)
        place += copied + fresh
    if patch.read(1):
        raise ValueError("the patch goes on")


def _number(file):
    n = shift = 0
    while shift < 35:
        byte = file.read(1)
        if not byte:
            break
        n |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return n
        shift += 7
    raise ValueError("the patch is cut short")


def _copy(source, target, n, buf):
    while n:
        part = source.readinto(buf[:n] if n < len(buf) else buf)
        if not part:
            raise ValueError("the patch is cut short, or is one of another image")
        if target.write(buf[:part]) != part:
            raise OSError(28, "no space left")  # ENOSPC
        n -= part
        yield 0
