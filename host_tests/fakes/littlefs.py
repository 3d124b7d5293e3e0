"""`vfs` for CPython: one littlefs at /, as the boards have it, with the world's `folders`.

simulation.py makes it the module `vfs`; the VM keeps its own, which cannot be replaced."""
import simulation


class VfsLfs2:
    # ports/rp2 and ports/esp32 take blocks of 4096. extmod/vfs_lfsx.c subtracts what
    # lfs2_fs_traverse visits, and that visits the two blocks of a folder twice: in the list of
    # all folders, and as a structure in its parent (seen on the VM: host_tests/vm/
    # test_board_unix.py). The difference may be negative, as on a board of 32 bits.
    def statvfs(self, path):
        world = simulation.world
        used = 2 + 4 * len(world.folders) + world.file_blocks
        free = world.flash_blocks - used
        return (4096, 4096, world.flash_blocks, free, free, 0, 0, 0, 0, 255)

    def ilistdir(self, path):
        prefix = path.rstrip("/") + "/"
        for folder in simulation.world.folders:
            if folder.startswith(prefix) and "/" not in folder[len(prefix) :]:
                yield (folder[len(prefix) :], 0x4000, 0, 0)
        yield ("main.py", 0x8000, 0, 500)


_ROOT = VfsLfs2()


def mount():
    return [(_ROOT, "/")]
