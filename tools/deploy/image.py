"""Deploy by image: the firmware is one file, and a cut at any byte leaves what the board had.

The next image is written beside the one that runs, with what the board has of it already copied
there. Then one rename switches to it; firmware/on_demand/release.py says what lies where, and
boards/boot/ has the code that starts it. A board with plain files gets an image in the same way,
and its files of ours are removed after the switch.
"""

import hashlib
import json
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from tools.deploy import LAST, OWNED, RELEASES, ROOT, Stop, boot_file, compiled, space
from tools.deploy.board import call, sha256
from tools.deploy.scripts import SWITCH, WRITE
from tools.engine import compile_mpy
from tools.release.image import make, modules_of
from tools.release.manifest import id_of, next_version

CONFIG = "/config.json"
FOLDERS = tuple(folder + "/" for folder in OWNED)
LEFT = (".new", CONFIG + ".a", CONFIG + ".b", CONFIG + ".old", RELEASES + "/patch")
# What a deploy writes into the root folder, or an update.
ON_ROOT = [*LAST, *(path + ".new" for path in (*LAST, CONFIG)), CONFIG, *LEFT[1:4]]
PIECE = 3072  # bytes in one call of the board
STEP = 30 * 1024  # bytes between two lines of progress


class Part(NamedTuple):
    """A file to write: its path on the board, its bytes, and the pieces to write it from."""

    path: str
    data: bytes
    pieces: list


def modules(found):
    """The modules of an image, {path in it: bytes}, of `found`, as compiled() returns it."""
    return {
        path.removeprefix("/lib")[1:]: source.read_bytes()
        for source, path in found
        if path.endswith(".mpy") and path.startswith(FOLDERS)
    }


def own_modules(found):
    """Those of `found` that are the user's own: beside the image, so that they outlive it."""
    return [f for f in found if not f[1].startswith(FOLDERS) and f[1] not in LAST]


def starters(folder, config, root=ROOT):
    """What starts an image: a list of (source: Path, path on the board: str), /main.py last.

    config: the board's, as a dict.
    """
    boot = root / "boards/boot"
    return [
        (compile_mpy(boot / "image.py", folder / "image.mpy"), RELEASES + "/image.mpy"),
        (compile_mpy(boot / "loader.py", folder / "loader.mpy"), RELEASES + "/loader.mpy"),
        (root / boot_file(config), "/boot.py"),
        (root / "firmware/image_main.py", "/main.py"),
    ]


def stage_image(directory, config, found, root=ROOT):
    """Write a board's flash with an image of `found`, as files() returns it, and config."""
    build = directory / "build"
    made = compiled([f for f in found if f[1] not in LAST], build)
    (directory / "releases").mkdir(parents=True, exist_ok=True)
    (directory / "releases/a.img").write_bytes(make(modules(made)))
    (directory / "releases/state.json").write_text(state_text("a"))
    for source, path in starters(build, config, root):
        (directory / path[1:]).write_bytes(source.read_bytes())
    (directory / "config.json").write_text(json.dumps(config))
    return directory


def state_text(run, config=None, deployed=None):
    """state.json of a board that runs the image `run`, see firmware/on_demand/release.py."""
    return json.dumps({"run": run, "trial": None, "config": config, "deployed": deployed})


class Plan(NamedTuple):
    """The parts to write, the script that switches, the bytes to send, the paths to remove."""

    parts: list
    switch: str
    sent: int
    remove: list


def plan(image, config, has, state, build, root=ROOT, own=(), data=None):
    """The Plan that makes a board run this image with the config at this Path (None: with the one
    that it has); None: it does.

    `own`: by own_modules(); `has`, `state`: by look(); `data`: the config, if it is another one.
    """
    name, source = _place(image, has, state)
    parts, first, renames, mine = [], [], [], [path for _, path in own]
    if source:
        old = _known(has.get(_path(source)), build)
        parts.append(Part(_path(name), image, pieces(image, old, _path(source))))
    data = data or (json.loads(config.read_bytes()) if config else {})
    started = starters(build / "boot", data, root)
    for source, path in [*own, *started]:
        if path not in has or has[path][0] != sha256(source):
            data = source.read_bytes()
            # Beside it: a cut in a rename between folders may hide other files of littlefs.
            parts.append(Part(path + ".new", data, [data]))
            # A config may name own modules, so they come before the state that brings it.
            (first if path in mine else renames).append((path + ".new", path))
    letter = None
    if config and has.get(CONFIG, ("",))[0] != sha256(config):
        # Not the one that a deploy before has left for the next boot: this one may be cut short.
        letter = "b" if state.get("config") == "a" else "a"
        data = config.read_bytes()
        parts.append(Part(f"{CONFIG}.{letter}", data, [data]))
    written = [part.path for part in parts]  # what is left of a deploy that was cut short goes
    remove = [
        path
        for path in sorted(has)
        if path.startswith(FOLDERS)
        or has[path][0] == "-"
        or path.removesuffix("py") + "mpy" in mine
        or (path.endswith(LEFT) and path not in written)
    ]
    as_wanted = state.get("run") == name and not state.get("trial") and not state.get("config")
    if not parts and not remove and as_wanted:
        return None
    sent = sum(len(piece) for part in parts for piece in part.pieces if isinstance(piece, bytes))
    new_state = state_text(name, letter, [next_version(0), id_of(image)])
    switch = SWITCH % (first, new_state, renames, remove, OWNED)
    return Plan(parts, switch, sent, remove)


def deploy_image(port, found, config, has, state, free, build, root=ROOT, data=None):
    """Make the board run an image of `found`, a list as compiled() returns it, with this config.

    `has`, `state`, `data`: as for plan(); `free` bytes of flash. After a Stop it runs as before.
    """
    image = make(modules(found))
    todo = plan(image, config, has, state, build, root, own_modules(found), data)
    keep(image, build)
    if not todo:
        print(f"Image    {len(image)} bytes: the board has it")
        return
    print(f"Image    {len(image)} bytes: {todo.sent} to send, {len(todo.remove)} files to remove")
    # A file that is overwritten gives its blocks when the new one is whole, but the spare image is
    # removed before.
    written = [len(part.data) for part in todo.parts]
    freed = [has[part.path][1] for part in todo.parts if part.path in has]
    space.check(port, written, freed, free, folders=1)

    def progress(line):
        if line.startswith("@sent "):
            print(f"Send     {line[6:]} KiB", flush=True)

    # In one run of mpremote, since each takes a part of a second; by files that nobody else can
    # read, since all programs see the arguments of others, and the config has passwords.
    commands = ["resume"]
    with tempfile.TemporaryDirectory() as scripts:
        for number, text in enumerate([*writing(todo.parts), todo.switch]):
            path = Path(scripts) / f"{number}.py"
            path.write_text(text, encoding="utf-8")
            commands += ["run", str(path), "+"]
        if "@switched" not in call(port, *commands[:-1], each_line=progress):
            raise Stop(f"the board at {port} went away: check the cable and try again")


def _path(name):
    return f"{RELEASES}/{name}.img"


def _place(image, has, state):
    # The name that the image is to have, and that of the one to copy from; None if it is there.
    run = state.get("run") if state.get("run") in ("a", "b") else "a"
    trial = state.get("trial")
    # An image on trial makes room, since the one before is known to work.
    good = trial["from"] if isinstance(trial, dict) and trial.get("from") in ("a", "b") else run
    digest = hashlib.sha256(image).hexdigest()
    spare = "b" if good == "a" else "a"
    for name in (good, spare):
        if has.get(_path(name), ("",))[0] == digest:
            return name, None
    return (spare if _path(good) in has else good), good


def keep(image, build):
    """Keep an image in the folder `build`: the next one is sent as what differs from it."""
    path = build / (hashlib.sha256(image).hexdigest()[:16] + ".img")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image)
    kept = sorted(build.glob("*.img"), key=lambda p: p.stat().st_mtime_ns)
    for old in kept[:-20]:
        old.unlink()


def _known(entry, build):  # the bytes of an image on the board, if it is one from here
    path = build / f"{entry[0][:16]}.img" if entry else None
    return path.read_bytes() if path and path.exists() else None


def pieces(image, old, path):
    """What to write an image from: bytes, and (path, place, size) of what `old` there has too.

    `old` is the image at `path` on the board, or None if its bytes are not known here.
    """
    places, at = {}, 0
    if old:
        at = len(old) - sum(map(len, modules_of(old)))
        for module in modules_of(old):
            places[module] = at
            at += len(module)
    found = [image[: len(image) - sum(map(len, modules_of(image)))]]
    for module in modules_of(image):
        place = places.get(module)
        last = found[-1]
        if place is None and isinstance(last, bytes):
            found[-1] = last + module
        elif place is None:
            found.append(module)
        elif isinstance(last, tuple) and last[1] + last[2] == place:
            found[-1] = (path, last[1], last[2] + len(module))
        else:
            found.append((path, place, len(module)))
    return found


def writing(parts):
    """What the board runs to write these Parts: a list of scripts, none of them long."""
    scripts = [WRITE] if parts else []
    sent = shown = 0
    for part in parts:
        scripts.append(f"begin({part.path!r})")
        for piece in part.pieces:
            if isinstance(piece, tuple):
                scripts.append(f"copy{piece!r}")
                continue
            for at in range(0, len(piece), PIECE):
                some = piece[at : at + PIECE]
                scripts.append(f"add('{b64encode(some).decode()}')")
                sent += len(some)
                if sent - shown >= STEP:
                    shown = sent
                    scripts[-1] += f"; print('@sent', {sent // 1024})"
        scripts.append(f"end({part.path!r}, {hashlib.sha256(part.data).hexdigest()!r})")
    return scripts
