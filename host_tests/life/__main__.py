"""Random lives on the MicroPython VM, in as many processes as there are cores.

    python -m host_tests.life --lives 100000
    python -m host_tests.life --seed 1005 --lives 1 --trace

One life in eight runs the whole firmware; with --firmware each does. Each life has a seed. A life
that fails is told with the command that replays it alone; --trace prints all that happens in it.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.engine import ROOT, find_vm

HERE = Path(__file__).parent
CHUNK = 100  # lives of one process
KINDS = ("lost", "torn", "time", "overcounted")
WORDS = "events lost uncounted", "torn", "wrong times", "losses overcounted"


def run(vm, first, count, *options):
    """Some lives in one process: a list of the dicts that it prints, the last with totals."""
    paths = (HERE, HERE.parent / "store", ".frozen", ROOT / "lib")
    done = subprocess.run(
        [vm, "-X", "heapsize=32m", HERE / "lives.py", str(first), str(count), *options],
        env=dict(os.environ, MICROPYPATH=os.pathsep.join(map(str, paths))),
        capture_output=True,
        text=True,
        timeout=3600,
    )
    try:
        # The firmware prints too.
        found = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    except ValueError:
        found = []
    if not found or "lives" not in found[-1]:
        what = (done.stdout + done.stderr).strip()[-500:]
        what = f"the VM ended with {done.returncode}: {what}"
        lost = {"seed": first, "kind": "raised", "n": 1, "store": "", "what": what}
        found += [lost, {"lives": 0}]
    return found


def live(vm, first, count, *options):
    """That many lives from that seed on: (totals, failures), as lives.py prints them."""
    starts = range(first, first + count, CHUNK)
    totals, failures = {}, []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        stop = first + count
        for found in pool.map(lambda at: run(vm, at, min(CHUNK, stop - at), *options), starts):
            failures += found[:-1]
            for key, value in found[-1].items():
                totals[key] = totals.get(key, 0) + value
    return totals, failures


def summary(totals, failures):
    """The closing line."""
    found = [sum(f["n"] for f in failures if f["kind"] == kind) for kind in KINDS]
    return f"lives: {totals['lives']}, " + ", ".join(
        f"{n} {words}" for n, words in zip(found, WORDS, strict=True)
    )


def describe(failure):
    """What went wrong in a life, and how to see it again."""
    firmware = " --firmware" if failure.get("firmware") else ""
    return (
        f"life {failure['seed']} ({failure['store']}): {failure['kind']}: {failure['what']}\n"
        f"  again: python -m host_tests.life --seed {failure['seed']} --lives 1{firmware} --trace"
    )


def main():
    parser = argparse.ArgumentParser(prog="host_tests.life", description=__doc__.split("\n")[0])
    parser.add_argument("--lives", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="of the first life")
    parser.add_argument("--firmware", action="store_true", help="each life runs the firmware")
    parser.add_argument("--trace", action="store_true", help="print all that happens")
    options = parser.parse_args()
    vm = find_vm()
    if not vm:
        return "no MicroPython VM here: it has no wheel for this machine"
    more = ["--firmware"] if options.firmware else []
    if options.trace:
        paths = (HERE, HERE.parent / "store", ".frozen", ROOT / "lib")
        os.environ["MICROPYPATH"] = os.pathsep.join(map(str, paths))
        script = [HERE / "lives.py", str(options.seed), str(options.lives), "--trace", *more]
        return subprocess.run([vm, "-X", "heapsize=32m", *script]).returncode
    totals, failures = live(vm, options.seed, options.lives, *more)
    for failure in failures:
        print(describe(failure))
    found = [totals.get(key, 0) for key in ("events", "delivered", "duplicates", "lost")]
    print("events: %d, accepted %d, again %d, counted as lost %d" % tuple(found))
    print(summary(totals, failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
