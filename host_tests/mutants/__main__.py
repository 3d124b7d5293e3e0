"""Makes each mutant in a copy of the library, and runs the tests on it: one has to fail.

    python -m host_tests.mutants
    python -m host_tests.mutants retry          those whose table, file or text has this word

A mutant that no test finds is a survivor: write the test that finds it, at the public surface.
The tests of host_tests/library run, those first whose files have the name of the mutant's.
"""

import argparse
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from host_tests.mutants.table import LIBRARY, load
from tools.engine import ROOT

COPIED = ("lib", "boards", "firmware", "host_tests", "tools", "pyproject.toml")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "node_modules", "*.mpy")
TESTS = "host_tests/library"
# Folders of the library whose tests have another name; "": the files beside the folders.
NAMED_OTHERWISE = {"": "tracker", "transport": "http"}
TIMEOUT = 300  # seconds; a mistake may as well let a test wait for ever
PASSED, FAILED = 0, 1  # as pytest exits


def copy(folder):
    """The project's files that tests need, in a new folder: its Path."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=NOT_COPIED)
        else:
            shutil.copy2(source, folder / name)
    return folder


def tests_of(mutant):
    """What pytest is given for a mutant: a list of str."""
    if mutant.tests:
        return mutant.tests
    words = mutant.file[:-3].replace("/", "_").split("_")
    folder = mutant.file.rpartition("/")[0]
    words = [word for word in (*words, NAMED_OTHERWISE.get(folder, "")) if word]
    names = sorted(path.stem for path in (ROOT / TESTS).glob("test_*.py"))
    names.sort(key=lambda name: not any(word.rstrip("s") in name for word in words))
    return [f"{TESTS}/{name}.py" for name in names]


def run(folder, tests):
    """Run tests in a copy: (how pytest exits, what it printed); FAILED if it takes too long."""
    command = [sys.executable, "-m", "pytest", "-x", "--tb=no", "-p", "no:cacheprovider", *tests]
    process = subprocess.Popen(
        command,
        cwd=folder,
        # A .pyc is known by its file's second and size, which a mutant may have in common.
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        return process.communicate(timeout=TIMEOUT)[0], process.returncode
    except subprocess.TimeoutExpired:
        return f"FAILED: no end in {TIMEOUT} seconds", FAILED
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def found_by(printed):
    """Which test failed, from what pytest printed."""
    for line in printed.splitlines():
        if line.startswith("FAILED"):
            return line.partition(" - ")[0].rpartition("::")[2]
    return printed[-300:]


def judge(mutant, folder):
    """Make a mutant in a copy, run its tests, take it back: (exit of pytest, what it printed)."""
    path = folder / LIBRARY / mutant.file
    source = path.read_text(encoding="utf-8")
    path.write_text(mutant.apply(source), encoding="utf-8")
    try:
        printed, status = run(folder, tests_of(mutant))
    finally:
        path.write_text(source, encoding="utf-8")
    return status, printed


def judge_all(mutants, folders):
    """Judge mutants, as many at a time as there are folders.

    Yields (mutant, status, printed) as they are done.
    """
    free = queue.Queue()
    for folder in folders:
        free.put(folder)

    def judge_one(mutant):
        folder = free.get()
        try:
            return mutant, *judge(mutant, folder)
        finally:
            free.put(folder)

    pool = ThreadPoolExecutor(len(folders))
    try:
        for done in as_completed([pool.submit(judge_one, mutant) for mutant in mutants]):
            yield done.result()
    finally:  # after Ctrl-C only those that run are waited for
        pool.shutdown(cancel_futures=True)


def main():
    parser = argparse.ArgumentParser(prog="host_tests.mutants", description=__doc__.split("\n")[0])
    parser.add_argument("word", nargs="?", default="", help="of the mutants' files or texts")
    word = parser.parse_args().word
    mutants = [m for m in load() if word in f"{m.table} {m.file}: {m.what}"]
    if not mutants:
        return f"no mutant has the word {word!r}"
    for mutant in mutants:
        mutant.apply(mutant.source())
    start = time.monotonic()
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        folders = []
        for i in range(os.cpu_count()):
            folders.append(Path(folder) / str(i))
            folders[-1].mkdir()
            copy(folders[-1])
        # What fails without a mutant would find all of them.
        for tests in sorted({tuple(m.tests) or (TESTS,) for m in mutants}):
            printed, status = run(folders[0], tests)
            if status != PASSED or "SKIPPED" in printed:
                return f"{printed}\nWithout a mutant these tests have to pass: mend that first."
        for n, (mutant, status, printed) in enumerate(judge_all(mutants, folders), 1):
            if status not in (PASSED, FAILED):
                return f"{printed}\n{mutant.file}: {mutant.what} The tests do not run with it."
            if status == PASSED:
                survivors.append(mutant)
            by = "SURVIVED" if status == PASSED else "found by " + found_by(printed)
            print(f"{n}/{len(mutants)} {mutant.file}: {mutant.what} {by}", flush=True)
    for mutant in survivors:
        print(f"\nsurvivor: {mutant.file}: {mutant.what} ({mutant.table})")
        print(f"{mutant.old}becomes\n{mutant.new}")
    print(f"mutants: {len(mutants)}, {len(survivors)} survivors", end="")
    print(f" ({time.monotonic() - start:.0f} s)")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
