# Measures what takes a while: the space of a file system, and the largest block of the heap.
# Loaded for that, and the firmware frees it afterwards.
import gc

_FOLDER = 0x4000  # in an entry of ilistdir()
_MOST_FOLDERS = 200


def _folders(filesystem):
    # Of one file system alone: other mount points do not show in its own ilistdir().
    count = 0
    waiting = [""]
    while waiting and count < _MOST_FOLDERS:
        path = waiting.pop() + "/"
        for entry in filesystem.ilistdir(path):
            if entry[1] == _FOLDER:
                count += 1
                waiting.append(path + entry[0])
    return count


# statvfs() of littlefs counts the two blocks of each folder twice and then falls below zero
# (vfs_lfsx.c uses lfs2_fs_traverse, which visits folders both in the list of all and in their
# parent). Measured on the VM's littlefs with the geometry of both ports: with 40 folders it
# tells 10 blocks of 4096 where 89.75 can be written; with 2 for each folder added back, 90.
# Where it is below zero, the 64-bit VM gives 2^32 more.
def flash() -> tuple | None:
    """(size, free) of the file system at / in bytes, or None."""
    import vfs  # no computer has it

    for filesystem, where in vfs.mount():
        if where == "/":
            try:
                space = filesystem.statvfs("/")
                free = space[3]
                if free > space[2]:
                    free -= 1 << 32
                if type(filesystem).__name__ == "VfsLfs2":
                    free += 2 * _folders(filesystem)
            except OSError:
                return None
            return space[2] * space[1], max(0, free) * space[1]
    return None


# A TLS handshake needs one block, not the sum. Finds the size by bisection, with blocks
# that are freed at once.
def largest_block(free: int) -> int:
    """Largest block that can be had of so many free bytes."""
    low, high = 0, free
    while high - low > 512:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low
