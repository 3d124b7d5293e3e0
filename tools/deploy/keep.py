"""What of the user's own a deploy would remove or write over: it is copied to /kept before.

A copy, so that a deploy that is cut short leaves the board as it was. Files of the firmware's
folders are the user's own if the firmware has none of that name and they are no .mpy; /boot.py,
/main.py and /config.json if they have none of the words of ours.
"""

from tools.deploy import LAST, OWNED, files, space
from tools.deploy.board import call, sha256

# What one of ours has in it, from the first edition on.
WORDS = (
    (LAST[0], ("Runs first after every reset", "boot.py of a board whose supply a pin holds")),
    (LAST[1], ("from firmware", "import boards", '__import__("loader")')),
    ("/config.json", ('"collector"',)),
)
NOTE = "brought"  # SHA-256 of modules that deploys brought
MOST = 1000  # of these
# (path, path to keep a copy at) of files, and whether to write them; nothing is written over.
KEEP = """
import os
buf = memoryview(bytearray(512))
def made(path):
    at = path.find('/', 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass
        at = path.find('/', at + 1)
def same(a, b):
    with open(a, 'rb') as f, open(b, 'rb') as g:
        while part := f.read(512):
            if part != g.read(512):
                return False
        return not g.read(1)
def free(path):
    n = 1
    while True:
        at = path if n == 1 else '%%s.%%d' %% (path, n)
        try:
            os.stat(at)
        except OSError:
            return at, False
        if same(source, at):
            return at, True
        n += 1
for source, path in %r:
    path, there = free(path)
    print('@kept' if there else '@new', path, source, sep=chr(9))
    if not there and %r:
        made(path)
        with open(source, 'rb') as f, open('/kept/new', 'wb') as g:
            while n := f.readinto(buf):
                g.write(buf[:n])
        os.rename('/kept/new', path)
"""


def conflicts(found, own, build, root):
    """Paths of the user's own on a board that a deploy would replace, of the Found by look().

    own: [(source, path)] of the modules that come beside the firmware; a source of one of these
    that is there is replaced, and is the user's own unless a deploy from here brought it, which
    remember() has noted in the folder `build`.
    """
    known = {path for _, path in files(root)}
    folders = tuple(folder + "/" for folder in OWNED)
    theirs = [
        path
        for path in found.files
        if path.startswith(folders) and path not in known and not path.endswith(".mpy")
    ]
    brought = _brought(build)
    for source, path in own:
        if path in found.files and found.files[path][0] not in (sha256(source), *brought):
            theirs.append(path)
    return sorted({*theirs, *found.theirs})


def remember(own, build):
    """Note in the folder `build` that the modules of `own`, [(source, path)], are from here."""
    brought = _brought(build)
    new = [sha256(source) for source, _ in own]
    if not set(new) <= set(brought):
        build.mkdir(parents=True, exist_ok=True)
        kept = [digest for digest in brought if digest not in new] + new
        (build / NOTE).write_text("\n".join(kept[-MOST:]) + "\n")


def _brought(build):
    note = build / NOTE
    return note.read_text().split() if note.exists() else []


def keep(port, paths, has, free):
    """Copy files of the board at `port` to /kept, under names that are free, and print them.

    has: files, and free: bytes, as look() found them. Returns how many bytes are free then.
    """
    if not paths:
        return free

    def run(write):
        script = KEEP % ([(path, "/kept" + path) for path in paths], write)
        return [line.split("\t") for line in call(port, "resume", "exec", script) if "\t" in line]

    # A deploy that was cut short may have kept some.
    sizes = [has[path][1] for tag, _, path in run(False) if tag == "@new"]
    if sizes:
        space.check(port, sizes, [], free, folders=2)
        free -= space.BLOCK * (sum(map(space.blocks, sizes)) + 4)
    for _, copy, path in run(True):
        print(f"Keep     {path} of yours as {copy}")
    return free
