"""What a board tells of itself for a report: MicroPython, chip, memory, files, its config."""

import time
from typing import NamedTuple

from tools.deploy import Stop
from tools.deploy.board import call, explain, restart
from tools.deploy.console import PROMPT, text_of

LINES = 80  # of the console, at most
FILES = 100
# In pieces, since a line of the board's own may be cut or have any length. Contents as hex.
SCRIPT = """
import gc, os, sys
gc.collect()
print('@memory', gc.mem_free(), gc.mem_alloc())
print('@version', sys.version)
impl = sys.implementation
print('@machine', getattr(impl, '_machine', '') or sys.platform)
print('@platform', sys.platform, getattr(impl, '_mpy', 0) & 255)
s = os.statvfs('/')
print('@flash', s[0] * s[2], s[0] * s[3])
def walk(folder, left):
    try:
        entries = list(os.ilistdir(folder or '/'))
    except OSError as e:
        print('@error', folder or '/', e)
        return left
    for e in entries:
        path = folder + '/' + e[0]
        if e[1] == 0x4000:
            left = walk(path, left)
        elif left > 0:
            left -= 1
            print('@file', e[3] if len(e) > 3 else -1, path)
    return left
if walk('', %d) <= 0:
    print('@more')
for path in ('/config.json', '/releases/state.json', '/crash.json'):
    try:
        with open(path, 'rb') as f:
            while data := f.read(60):
                print('@text', path, data.hex())
    except OSError:
        pass
print('@done')
"""


class Board(NamedTuple):
    """What ask() finds. facts: {name: text}. files: [(bytes, path)], FILES at most, and whether
    there are more. texts: {path: bytes} of small files that tell the state."""

    facts: dict
    files: list
    more: bool
    texts: dict


def ask(port):
    """Ask the board at `port`, whose firmware stops for it; Stop where it does not answer."""
    facts, files, texts, more, done = {}, [], {}, False, False
    for line in call(port, "exec", SCRIPT % FILES):
        tag, _, told = line.partition(" ")
        if tag == "@file":
            size, _, path = told.partition(" ")
            files.append((int(size), path))
        elif tag == "@text":
            path, _, data = told.rpartition(" ")
            texts[path] = texts.get(path, b"") + bytes.fromhex(data)
        elif tag in ("@more", "@done"):
            more, done = more or tag == "@more", done or tag == "@done"
        elif tag[:1] == "@":
            facts[tag[1:]] = told
    if not done:
        raise Stop(explain(port, []))
    return Board(facts, files, more, texts)


def console(port, seconds):
    """Restart the board; returns what it prints within `seconds`: lines as text, LINES at most,
    the first and the last ones. It ends early at the prompt: the board's program is over then."""
    restart(port)
    said = b""
    for text in text_of(port, time.monotonic() + seconds):
        said = (said + text)[-200000:]
        if said.endswith(PROMPT):
            break
    lines = [line.rstrip() for line in said.decode("utf-8", "replace").splitlines()]
    if len(lines) > LINES:
        half = LINES // 2
        lines = [*lines[:half], f"… {len(lines) - LINES} lines left out …", *lines[-half:]]
    return [line[:2000] for line in lines]
