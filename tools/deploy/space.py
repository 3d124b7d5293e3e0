"""Whether what is to be written fits on a board's flash, in blocks as littlefs uses them."""

from tools.deploy import OWNED, RELEASES, Stop
from tools.deploy.board import call

BLOCK = 4096
SLACK = 4  # blocks that littlefs needs beside the files: it copies what it changes
LARGEST = """
import os
def walk(path):
    for e in os.ilistdir(path or '/'):
        name = path + '/' + e[0]
        if e[1] != 0x4000:
            print('@size', e[3], name)
        elif name not in %r:
            walk(name)
walk('')
"""


def blocks(size):
    """How many blocks a file of so many bytes has; see scripts.py."""
    return 1 + (size - 1) // (BLOCK - 8) if size > 128 else 0


def check(port, written, freed, free, folders=0):
    """Stop if files of the sizes `written` do not fit beside what is on the board at `port`.

    freed: sizes of the files that go before. free: bytes, as look() found them. folders: how many
    are made. The message says how much is missing, and which files take the most.
    """
    needed = sum(map(blocks, written)) + 2 * folders + SLACK - sum(map(blocks, freed))
    missing = needed - free // BLOCK
    if missing <= 0:
        return
    lines = call(port, "resume", "exec", LARGEST % ((*OWNED, RELEASES),))
    found = [line.split(" ", 2)[1:] for line in lines if line.startswith("@size ")]
    largest = sorted(((int(size), path) for size, path in found), reverse=True)[:3]
    named = ", ".join(f"{path} ({size // 1024} KiB)" for size, path in largest if size >= 1024)
    raise Stop(
        f"no space left on the board: {needed} blocks of 4 KiB are needed, "
        f"{max(free, 0) // BLOCK} are free, {missing} are missing; remove files of yours "
        "(mpremote fs rm)"
        + (f", such as {named}" if named else "")
    )
