"""Make the config of a board by questions, or those of many boards from a CSV file."""

import argparse
import sys
from pathlib import Path

from tools.deploy import ROOT, Stop
from tools.deploy.several import FOLDER
from tools.deploy.user_config import check_config, read
from tools.provision import NEW, fleet, save
from tools.provision.questions import ask_all


def main(argv=None, root=ROOT):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="provision", description=__doc__)
    parser.add_argument("--csv", type=Path, help="a row for each board, into config/NAME.json")
    parser.add_argument("--base", type=Path, help="what the CSV's configs are made from")
    parser.add_argument("--name", help="write config/NAME.json instead of config.json")
    args = parser.parse_args(argv)
    try:
        return _many(args, root) if args.csv else _one(args, root)
    except Stop as stop:
        print(f"provision: {stop}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nprovision: interrupted; run it again to go on", file=sys.stderr)
        return 130


def _many(args, root):
    base = args.base or root / "config.json"
    if args.base or base.exists():
        common = read(base)
        if not isinstance(common, dict):
            raise Stop(f"{base}: expected a JSON object in braces")
    else:
        common = NEW
    made = fleet.configs(args.csv, common)
    result = fleet.write(made, root / FOLDER)
    counts = {what: list(result.values()).count(what) for what in ("new", "changed", "the same")}
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    print(f"Wrote {root / FOLDER}: {told}. Next: make deploy PORT=all")
    return 0


def _one(args, root):
    if args.name and not fleet.NAME.fullmatch(args.name):
        raise Stop(f"NAME: expected letters, digits, - and _, got {args.name!r}")
    path = root / FOLDER / f"{args.name}.json" if args.name else root / "config.json"
    config = read(path) if path.exists() else NEW
    if not isinstance(config, dict):
        raise Stop(f"{path}: expected a JSON object in braces")
    if args.name and not config.get("name"):
        config = {**config, "name": args.name}
    what = save(path, ask_all(config))
    print(f"{path} is {what}")
    check_config(path, root)  # which asks for the roots of an https collector
    print("Next: add your sensors to it (docs/sensors.md), then make deploy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
