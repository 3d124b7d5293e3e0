"""Reads the mutants: plausible mistakes in the library, in the .txt files of this folder.

    emitter/retry.py: A Retry-After counts as a failure of the oldest.
    -        if batch.after or asked or not status:
    +        if batch.after or not status:

The first line has the file in lib/snowplow_tracker and what the mistake is. Below it are whole
lines: `-` for those that go, `+` for those that come, a space for those that stay. A line
`tests: PATH ...` names the tests that find it, where those of host_tests/library cannot.
Lines that begin with # are comments.
"""

from dataclasses import dataclass
from pathlib import Path

from tools.engine import ROOT

HERE = Path(__file__).parent
LIBRARY = "lib/snowplow_tracker/"


@dataclass
class Mutant:
    """One mistake: the lines `old` of a file, each with its end, become `new`."""

    table: str  # the .txt file that has it
    file: str  # below LIBRARY
    what: str
    tests: list  # paths for pytest; empty: host_tests/library
    old: str = ""
    new: str = ""

    def apply(self, source):
        """The text of its file with the mistake; ValueError if its lines are not there once."""
        n = ("\n" + source).count("\n" + self.old)
        if n != 1:
            raise ValueError(
                f"host_tests/mutants/{self.table}: {self.what} Its lines are {n} times in "
                f"{LIBRARY}{self.file}, and have to be there once. Write them there as they are "
                "in the library now, with more lines around them if they are there twice. If the "
                "code that could be wrong like this is gone, remove the mutant."
            )
        return ("\n" + source).replace("\n" + self.old, "\n" + self.new)[1:]

    def source(self):
        """Its file as it is in the project; "" if it is not there."""
        path = ROOT / LIBRARY / self.file
        return path.read_text(encoding="utf-8") if path.exists() else ""


def load():
    """All mutants: a list of Mutant. ValueError for a line that has no place in a table."""
    found = []
    for path in sorted(HERE.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            kind, rest = line[:1], line[1:] + "\n"
            if kind in ("", "#"):
                continue
            if kind in "-+ " and found:
                found[-1].old += rest if kind in "- " else ""
                found[-1].new += rest if kind in "+ " else ""
                continue
            file, colon, what = line.partition(": ")
            if not colon:
                raise ValueError(f"{path.name}:{number}: expected `file: what the mistake is`")
            if file == "tests":
                found[-1].tests += what.split()
            else:
                found.append(Mutant(path.name, file, what, []))
    return found
