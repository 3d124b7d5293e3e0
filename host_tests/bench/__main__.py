"""`make bench`: measures, prints a table, and writes build/bench.json (flat: name to number) and
docs/figures.json, from which `make docs` draws its charts.

A bench is a module of this package with

    FIGURES = {name: (unit, what it is, target or None)}
    def run(machine): -> {name: number}, or a list of numbers, of which the median counts

Times are only ever given as ratios of things measured in turn in the same run, since machines
differ and are noisy. A target is a string such as "<= 2.0"; `make bench` fails on none of them,
it shows what is missed.
"""

import argparse
import importlib
import json
import operator
import statistics
import sys
from pathlib import Path

from host_tests.bench.machine import BUILD, Machine
from tools.pictures import figures

NOT_BENCHES = ("__init__", "__main__", "machine")
BENCHES = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - {*NOT_BENCHES})
COMPARE = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}


def verdict(value, target):
    """`ok`, `MISSED`, or nothing where there is no target."""
    if not target:
        return ""
    sign, bound = target.split()
    return "ok" if COMPARE[sign](value, float(bound)) else "MISSED"


def main():
    """Run the benches that are named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n")[0])
    parser.add_argument("bench", nargs="*", default=BENCHES, help="only these: %(default)s")
    names = parser.parse_args().bench
    machine = Machine()
    path = BUILD / "bench.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    rows, measured = [], {}
    for name in names:
        module = importlib.import_module("host_tests.bench." + name)
        print(f"{name}: {module.__doc__.splitlines()[0]}", flush=True)
        found = module.run(machine)
        assert found.keys() == module.FIGURES.keys(), found.keys() ^ module.FIGURES.keys()
        for figure, values in found.items():
            unit, what, target = module.FIGURES[figure]
            values = values if isinstance(values, list) else [values]
            results[figure] = round(statistics.median(values), 4)
            measured[figure] = (results[figure], unit, what)
            spread = f"{min(values):g} to {max(values):g}" if len(values) > 1 else ""
            rows.append(
                (figure, f"{results[figure]:g}", unit, target or "", spread)
                + (verdict(results[figure], target), what)
            )
    head = ("figure", "median", "unit", "target", "min to max", "", "what it is")
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    figures.note(measured)
    print(f"written to {path} and {figures.PATH}")


if __name__ == "__main__":
    sys.exit(main())
