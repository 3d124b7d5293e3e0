"""``python -m tools.release``: make a release, a config by air, or the key that signs them.

    python -m tools.release key release.pem
    python -m tools.release make --key release.pem [--folder build/firmware]
    python -m tools.release rollout --key release.pem --percent 50
    python -m tools.release config --key release.pem --config barn.json --group barn
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tools.deploy import Stop
from tools.engine import NO_COMPILER, find_compiler
from tools.release import config, manifest, signing
from tools.release.build import build_image

FOLDER = Path("build/firmware")


def main(arguments=None):
    """Do what the command line says; return the exit status, 2 with words where it cannot."""
    chosen = _parse(arguments)
    try:
        return chosen.run(chosen)
    except (ValueError, OSError, Stop) as error:
        print(f"release: {error}", file=sys.stderr)
        return 2


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    commands = parser.add_subparsers(required=True)
    add = commands.add_parser("key", help="make a pair of keys").add_argument
    add("key", type=Path, help="file for the private key; the public one gets the ending .der")
    _set(commands, "key", _make_key)
    for name, run, words in (
        ("make", _make, "make a release of what is in this folder"),
        ("rollout", _change, "change which boards take the release that is offered"),
    ):
        add = commands.add_parser(name, help=words).add_argument
        add("--key", type=Path, required=True, help="the private key")
        add("--folder", type=Path, default=FOLDER, help="where releases are (%(default)s)")
        add("--percent", type=_percent, help="how many of the boards take it")
        add("--groups", type=_names, help="only boards whose config has one of these groups")
        add("--start", type=int, help="from when on, in seconds since 1970")
        add("--halt-after", type=int, help="so many boards that roll back end it")
        add("--halt", action="store_true", help="no board takes it from now on")
        if name == "make":
            add("--image", type=Path, help="an image that was made before, not one of this folder")
        _set(commands, name, run)
    add = commands.add_parser("config", help="offer boards the whole of config.json").add_argument
    add("--key", type=Path, required=True, help="the private key")
    add("--folder", type=Path, default=FOLDER, help="where releases are (%(default)s)")
    add("--config", type=Path, help="the config, if not config.json of this folder")
    add("--group", help="only for boards whose config has this group")
    add("--board", help="only for the board with this id")
    _set(commands, "config", _make_config)
    return parser.parse_args(arguments)


def _set(commands, name, run):
    commands.choices[name].set_defaults(run=run)


def _percent(text):
    if text.isdigit() and int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")


def _names(text):
    return [name for name in text.split(",") if name]


def _make_key(chosen):
    public = signing.make_pair(chosen.key)
    print(f"{chosen.key}: the private key. Keep it, and a copy, where nobody else reads it")
    print(f"{public}: the public key: mpremote cp it to the boards, and set in config.json")
    print(f'  "update": {{"url": "https://…", "key": "{public.name}"}}')
    return 0


def _rollout(chosen):
    names = ("percent", "groups", "start", "halt_after", "halt")
    given = {name: getattr(chosen, name) for name in names}
    return {name: value for name, value in given.items() if value not in (None, False)}


def _make(chosen):
    key = signing.load_private(chosen.key)
    image = chosen.image.read_bytes() if chosen.image else _build()
    made = manifest.publish(chosen.folder, image, key, rollout=_rollout(chosen))
    print(f"{chosen.folder}: release {made['version']}, {len(image)} bytes for a new board")
    for patch in made["patches"]:
        print(f"  {patch['bytes']} bytes for a board that has {patch['from']}")
    _check_clock(made["version"])
    return 0


def _check_clock(version):
    """Warn if the version is in the future, since that of the document before is."""
    if manifest.is_in_future(version):
        print(
            f"release: warning: {version} is in the future, since it has to be above the one "
            "before, which a computer with a wrong clock made. Boards that took that one take "
            "none with an earlier number, until a deploy by cable"
        )


def _build():
    """The image of all that a config may ask for: boards of a fleet may differ."""
    if not find_compiler():
        raise ValueError(NO_COMPILER)
    with tempfile.TemporaryDirectory() as folder:
        return build_image(Path(folder))


def _make_config(chosen):
    from firmware.on_demand.update_config import LINKS, has_secret  # as boards have them
    from tools.deploy.user_config import check_config

    if chosen.group and chosen.board:
        raise ValueError("give a group or a board, not both")
    key = signing.load_private(chosen.key)
    data = check_config(chosen.config).data
    whom = f"group {chosen.group}" if chosen.group else ""
    whom = f"board {chosen.board}" if chosen.board else whom
    path, version = config.publish(chosen.folder, data, key, whom)
    print(f"{path}: config {version} for {whom or 'all boards'}")
    if not any(data.get(link) for link in LINKS):
        print("  it names no link, so each board keeps its own")
    if has_secret(data):
        print("  it has secrets: boards take it over https only, and whoever gets it reads them")
    _check_clock(version)
    return 0


def _change(chosen):
    key = signing.load_private(chosen.key)
    made = manifest.change_rollout(chosen.folder, key, {"halt": False, **_rollout(chosen)})
    print(f"{chosen.folder}: release {made['version']}: {made['rollout']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
