"""The firmware for those who have nothing but mpremote: what to copy to a board, as it lies there.

    board/           boot.py, main.py, and releases/ with one image of all modules
    config.example.json, config.schema.json, schemas/ (for an Iglu repository), README.md, LICENSE
"""

import tempfile
from pathlib import Path

from tools.deploy.image import starters, state_text
from tools.dist import Entry, entries_of
from tools.engine import ROOT
from tools.release.build import build_image
from tools.release.manifest import id_of

README = """\
# Snowplow firmware {version} for MicroPython boards

For an ESP32, a Pico W or a Pico 2 W with MicroPython {micropython} or newer, and a computer with
`mpremote` (`pip install mpremote`).

1. Copy `config.example.json` to `config.json`, and write into it your network, the address of your
   collector, the name of your application and your sensors. `config.schema.json` describes each
   key; an editor that knows JSON schemas completes and checks the file by it. Names of boards
   (`board`) and root certificates as PEM are what `make deploy` of the project understands: here
   write the pins themselves, and the root as a DER file.
2. Plug the board in, and copy all of it, main.py last:

       mpremote cp -r board/releases :/
       mpremote cp config.json board/boot.py board/main.py :/

   Files of these names that the board has are replaced.
3. `mpremote reset`, then `mpremote` shows what the board prints. A mistake in the config is named
   there, and the board stands still at its prompt.

`schemas/` has the schemas of the firmware's own events, for the Iglu repository of your pipeline.
A board that switches its own supply off (`hold_pin`) needs another boot.py: use the project's
`make deploy`. `sha256sum --ignore-missing -c SHA256SUMS` checks what you have downloaded, with the
file of that name from the page of the release.
"""


def bundle(version, micropython, deployed, root=ROOT):
    """The bundle as a list of Entry. `micropython`: the oldest version, as a text. `deployed`:
    the version of the release, an int YYYYMMDDHHMM: the board takes no update that is older.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = build_image(folder, root)
        found = [
            Entry("board/releases/a.img", image),
            Entry("board/releases/state.json", _state(deployed, image)),
            Entry("README.md", README.format(version=version, micropython=micropython).encode()),
        ]
        for source, path in starters(folder / "boot", {}, root):
            found.append(Entry("board" + path, source.read_bytes()))
    for path in ("config.example.json", "config.schema.json"):
        found.append(Entry(path, (root / "firmware" / path).read_bytes()))
    found.append(Entry("LICENSE", (root / "LICENSE").read_bytes()))
    return found + entries_of(root / "firmware" / "schemas", "schemas/")


def _state(deployed, image):
    return (state_text("a", deployed=[deployed, id_of(image)]) + "\n").encode()
