"""Deploy as files, for people who develop on the board, and boards that load no .mpy of ours.

The old main.py is removed first and the new one is copied last, when the hashes of all other
files are right: a board whose deploy was cut short stops at its REPL, and never runs half a
firmware. In between the board is reset, since a watchdog that the old firmware started would
reset it in the middle of the copy. Only files that differ are copied. One listing with hashes
finds them, and the same listing verifies them afterwards; mpremote's own comparison asks for one
file at a time, which took 26 times as long for the same files.
"""

from tools.deploy import LAST, space
from tools.deploy.board import copy_files, prepare, reset, sha256
from tools.deploy.image import CONFIG


def deploy_files(port, wanted, config, has, free):
    """Make the board hold the files of `wanted`, as compiled() returns it, and that of `config`.

    config: None if the board keeps the one that it has. `has` is what look() found, `free` bytes
    of flash. The board has no main.py from the first change to the last.
    """
    at = next((i for i, f in enumerate(wanted) if f[1] in LAST), len(wanted))
    if config:
        wanted = [*wanted[:at], (config, CONFIG), *wanted[at:]]
    else:
        has = {path: has[path] for path in has if path != CONFIG}
    copy = [f for f in wanted if f[1] not in has or has[f[1]][0] != sha256(f[0])]
    remove = sorted(set(has) - {path for _, path in wanted})
    print(f"Compare  {len(wanted)} files: {len(copy)} to copy, {len(remove)} to remove")
    if copy or remove:
        check_space(port, copy, remove, has, free)
        prepare(port, copy, remove)
        for path in remove:
            print(f"Remove   {path}")
        if "/main.py" in has:
            print("Stop     the old firmware")
            reset(port)
        copy_files(port, [f for f in copy if f[1] != "/main.py"])
        copy_files(port, [f for f in wanted if f[1] == "/main.py"])


def check_space(port, copy, remove, has, free):
    """Stop when the copies cannot fit: better now than with half of them on the board."""
    folders = {path.rpartition("/")[0] for _, path in copy}
    there = {path.rpartition("/")[0] for path in has}
    freed = [has[path][1] for path in remove + [p for _, p in copy if p in has]]
    written = [source.stat().st_size for source, _ in copy]
    space.check(port, written, freed, free, len(folders - there))
