"""What a board gets, and the same tree in a directory for tests and demos on this machine."""

import ast
import json
import sys
import threading
from pathlib import Path

from tools.deploy.features import unused_features
from tools.engine import compile_mpy

ROOT = Path(__file__).resolve().parent.parent.parent
if str(ROOT / "lib") not in sys.path:  # the check of the config uses some of the library
    sys.path.append(str(ROOT / "lib"))
_parsing = threading.Lock()
# Folders on the board that hold nothing but a deploy's files; elsewhere it only writes the files
# that it brings.
OWNED = ("/lib/snowplow_tracker", "/boards", "/firmware")
# The folder of images; see firmware/on_demand/release.py.
RELEASES = "/releases"
# The board runs these by itself, so they arrive when all that they import is there.
LAST = ("/boot.py", "/main.py")
# Modules that the first edition had in the root folder, as .py or .mpy: name -> words that all
# occur in ours, in both forms. A file of that name without them is the user's own.
FORMER = {
    "always_on": ("AlwaysOn", "snowplow_tracker"),
    "app": ("reset_if_wanted", "snowplow_tracker"),
    "battery": ("_wants_to_send", "snowplow_tracker"),
    "begin": ("has_extras", "snowplow_tracker"),
    "config": ("ConfigError", "wakes_per_send"),
    "crash": ("forgive", "bitten", "snowplow_tracker"),
    "extras": ("diagnostics", "lifecycle", "snowplow_tracker"),
    "forget": ("rpartition", "startswith", "modules", "forget"),
    "guard": ("promise", "feed", "snowplow_tracker"),
    "health": ("memoryLargest", "snowplow_tracker"),
    "ntp": ("resolve", "snowplow_tracker"),
    "remote": ("configurationBundle", "snowplow_tracker"),
    "sensing": ("failing", "quantity", "boards"),
    "settings": ("settings_of", "snowplow_tracker"),
    "stores": ("make_store", "store_bytes", "snowplow_tracker"),
    "transport": ("Meter", "send_ms", "snowplow_tracker"),
    "triggers": ("hysteresis", "debounce_ms", "boards"),
}
# What is no module of a board that has plain files: examples, and what starts an image.
APART = ("/firmware/examples/", "/firmware/image_main.py", "/boards/boot/")
# What each link needs; a board gets that of the links in its config, or of Wi-Fi.
LINKS = {
    "wifi": ("/boards/wifi.py", "/boards/join.py"),
    "ethernet": ("/boards/ethernet.py", "/boards/ethernet_start.py"),
    "cellular": ("/boards/cellular.py", "/boards/dial.py"),
}
SEVERAL = "/boards/links.py"
# What is copied only if something that is copied imports it.
CLOCK = ("boards.rtc", "firmware.rtc", "firmware.on_demand.rtc")
LATCH = ("boards.latch", "firmware.latched")
DRIVERS = ("boards.sensors.", "boards.parts.", *CLOCK, *LATCH)
OPTIONAL = (*DRIVERS, "snowplow_tracker")
# What each port alone loads; the last is every other machine, such as a computer.
PORTS = {
    "esp32": ("/boards/esp32.py", "/boards/esp32_adc.py"),
    "rp2": ("/boards/rp2.py",),
    "unix": ("/boards/unix.py", "/boards/base.py"),
}
# The firmware falls back to always_on after many crashes, but never to battery.
BATTERY = ("/firmware/battery.py", "/firmware/retained_memory.py")
# What the firmware never asks the library for: its transport, store and options are its own.
UNASKED = tuple(
    f"/lib/snowplow_tracker/{name}.py"
    for name in (
        "cpython", "transport/cpython", "transport/urequests", "transport/query", "emitter/get",
        "emitter/callbacks", "emitter/full", "emitter/options", "emitter/threads",
        "official/event_store", "official/json_encoder", "official/logger", "official/payload",
        "official/session", "official/workers", "official/emitter", "official/tracker",
    )
)  # fmt: skip
# What begins like this is loaded only for updates, or for a feature of `track`.
UPDATE = (
    "/firmware/on_demand/update", "/firmware/on_demand/signature", "/firmware/on_demand/release",
)  # fmt: skip
FOR_TRACK = {
    "platform": "/lib/snowplow_tracker/entities/mobile_context",
    "lifecycle": "/lib/snowplow_tracker/plugins/lifecycle",
    "diagnostics": "/lib/snowplow_tracker/plugins/diagnostics",
    "install": "/lib/snowplow_tracker/events/install",
}
LINK_CHECKS = ("/firmware/on_demand/link_config.py", "/firmware/on_demand/link_keys.py")


class Stop(Exception):
    """The deploy cannot go on; its text is one line for the user that says what to do."""


def files(root=ROOT):
    """What a board gets: a list of (source: Path, path on the board: str), in copying order.

    `/boot.py` and `/main.py` come last. The config is not among them: it is the user's own.
    """
    root = Path(root)
    found = []
    last = [(root / "firmware" / path[1:], path) for path in LAST]
    for folder in OWNED:
        for source in sorted((root / folder[1:]).rglob("*.py")):
            path = "/" + source.relative_to(root).as_posix()
            if (source, path.removeprefix("/firmware")) not in last and not path.startswith(APART):
                found.append((source, path))
    return found + [f for f in last if f[0].exists()]


def unused_links(config):
    """Paths on the board of the code of links that the dict `config` does not name."""
    used = [kind for kind in LINKS if config.get(kind) is not None] or ["wifi"]
    unused = {path for kind in LINKS if kind not in used for path in LINKS[kind]}
    if len(used) == 1:
        unused.add(SEVERAL)
    if used == ["wifi"] and config.get("links") is None:
        unused.update(LINK_CHECKS)
    return unused


def used(found, config, port=None):
    """`found`, a list as files() returns it, as far as the dict `config` makes a board load it.

    So it is without the links that are not named, the drivers that no sensor has, and what of the
    library nothing else imports. A trigger `edge` counts as `pulses` do. `port`, a sys.platform:
    without what this port, the mode and the features that are off do not load, too. A board that
    takes its whole config from afar has to have everything, so do not call it for one.
    """
    unused = unused_links(config) | unused_features(config)
    if port:
        unused.update(_unused_on(port, config, found))
    modules = {_module(path): (source, path) for source, path in found if path not in unused}
    todo = [name for name in modules if not name.startswith(OPTIONAL)]
    todo += ["boards.sensors", "boards.parts"]
    kinds = [sensor["type"] for sensor in config.get("sensors", {}).values()]
    if any(trigger["when"] in ("edge", "wake") for trigger in config.get("triggers", [])):
        kinds.append("pulses")
    todo += ["boards.sensors." + kind for kind in kinds]
    for sensor in config.get("sensors", {}).values():
        if any("points" in row for row in sensor.get("quantities", {}).values()):
            todo.append("boards.parts.points")
    if config.get("rtc"):
        todo += [*CLOCK, "boards.rtc." + config["rtc"]["type"]]
    if config.get("hold_pin") is not None:
        todo += LATCH
        root = next(source for source, path in found if path == "/boot.py").parent.parent
        held = root / boot_file(config)
        found = [(held if path == "/boot.py" else source, path) for source, path in found]
    needed = set()
    while todo:
        name = todo.pop()
        if name in modules and name not in needed:
            needed.add(name)
            imports = _imports(name, *modules[name])
            # The firmware imports drivers, too, of which the config tells whether it will.
            # The user's own modules are in no package.
            driver = name.startswith(DRIVERS) or "." not in name
            todo += [n for n in imports if driver or not n.startswith(DRIVERS)]
    return [(source, path) for source, path in found if _module(path) in needed]


def boot_file(config):
    """The path in the project of what is the boot.py of a board with the dict `config`."""
    return "firmware/boot.py" if config.get("hold_pin") is None else "boards/boot/held.py"


def _unused_on(port, config, found):
    own = PORTS.get(port, PORTS["unix"])
    unused = [path for paths in PORTS.values() for path in paths if path not in own]
    unused += UNASKED
    if config.get("mode") != "battery":
        unused += BATTERY
    begins = [] if config.get("update") else list(UPDATE)
    if config.get("remote") is None:  # which may change `track`
        track = config.get("track", ())
        begins += [FOR_TRACK[feature] for feature in FOR_TRACK if feature not in track]
    return unused + [path for _, path in found if path.startswith(tuple(begins))]


def _module(path):
    # The name of the module at a path on the board.
    name = path.removeprefix("/lib")[1:].removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


def parse(source):
    """Return the syntax tree of a file (a Path); SyntaxError if it has none."""
    # Each board has a thread, and Python 3.11 counts the depth of a tree for all threads together.
    with _parsing:
        return ast.parse(source.read_text(encoding="utf-8"))


def _imports(name, source, path):
    # The names that may be modules, of a file's imports anywhere in it, and the packages it is in.
    package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
    yield name.rpartition(".")[0]
    try:
        tree = parse(source)
    except SyntaxError:
        return  # the compiler will say so
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                start = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level])
                module = start + "." + module if module else start
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and node.attr[:6] == "track_" and "." not in name:
            yield "snowplow_tracker.events." + node.attr[6:]  # a call of the user's own module


def compiled(found, folder):
    """`found`, a list as files() returns it, with .mpy (in `folder`) for what a board imports.

    It would compile a .py at each boot, for which it has little heap.
    """
    result = []
    for source, path in found:
        if path.endswith(".py") and path not in LAST:
            mpy = path.removesuffix("py") + "mpy"
            source, path = compile_mpy(source, folder / mpy[1:]), mpy
        result.append((source, path))
    return result


def stage(directory, config, root=ROOT, mpy=False, own=()):
    """Write the tree that a board gets into `directory`, with the dict `config` as config.json.

    `mpy`: compiled. `own`: files of the user's own, as own_files() lists them. Other files in the
    directory stay. Returns the directory as a Path. A preset that the config names must have been
    merged: see presets.py.
    """
    directory = Path(directory)
    found = used(files(root) + list(own), config)
    for source, path in compiled(found, directory) if mpy else found:
        target = directory / path[1:]
        if source != target:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    text = json.dumps(config, indent=2, ensure_ascii=False)
    (directory / "config.json").write_text(text + "\n", encoding="utf-8")
    return directory
