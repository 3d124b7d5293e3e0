"""Lives one after another, on the VM:

    micropython lives.py FIRST COUNT [--mistake NAME] [--trace] [--stop] [--firmware]

Prints a JSON line for each life that failed, and one at the end: how many lives there were, and
what happened in them.
"""

import gc
import json
import sys

from board import Board, patch
from world import Fault, File, World


def live(seed, trace, real_time, make):
    """-> None, or what was wrong with that life."""
    w = World(seed, trace)
    board = None
    wrong = None
    try:
        board = make(w, real_time)
        board.live()
    except Fault as e:
        w.unlock()
        wrong = e.args
    except Exception as e:
        w.unlock()
        if trace:
            sys.print_exception(e)
        wrong = "raised", "%s: %s" % (type(e).__name__, e), 1
    if wrong:
        try:
            import vfs

            w.dead = False
            w.trouble = 0
            File.close_all()
            vfs.umount("/f")
        except OSError:
            pass
        kind, what, n = wrong
        store = board.kind if board else ""
        found = {"seed": seed, "kind": kind, "what": what, "n": n, "store": store}
        return dict(found, firmware=make is not Board)
    account = board.account
    for key, value in (
        ("events", len(account.events)),
        ("delivered", account.delivered),
        ("duplicates", account.duplicates),
        ("lost", board.store.dropped),
    ):
        totals[key] = totals.get(key, 0) + value
    return None


totals = {}
FIRMWARE = 8  # one life in so many runs the firmware


def main():
    arguments = sys.argv[1:]
    trace = "--trace" in arguments
    later = None
    if "--mistake" in arguments:
        import mistakes

        later = getattr(mistakes, arguments[arguments.index("--mistake") + 1])()
    real_time = patch()
    import firmware_board  # it imports what patch() has changed

    firmware_board.patch()
    if later:
        later()
    first, count = int(arguments[0]), int(arguments[1])
    lived = 0
    every = 1 if "--firmware" in arguments else FIRMWARE
    for seed in range(first, first + count):
        lived += 1
        make = Board if seed % every else firmware_board.FirmwareBoard
        wrong = live(seed, trace, real_time, make)
        if wrong:
            print(json.dumps(wrong))
            if "--stop" in arguments:
                break
        if not seed % 8:
            gc.collect()
    totals["lives"] = lived
    print(json.dumps(totals))


main()
