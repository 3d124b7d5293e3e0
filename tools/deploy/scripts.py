"""What a deploy runs on the board."""

# Free space is counted in blocks, as littlefs uses them, since its statvfs counts each folder
# twice: a file of up to 128 bytes lies in its folder, and each block of another one has 8 bytes of
# littlefs's own. A folder has two blocks, and two more for each half block of names.
LIST = """
import os, sys
from binascii import hexlify
from hashlib import sha256
buf = memoryview(bytearray(512))
def show(path):
    try:
        f = open(path, 'rb')
    except OSError:
        return
    h = sha256()
    size = 0
    with f:
        while n := f.readinto(buf):
            h.update(buf[:n])
            size += n
    print('@file', hexlify(h.digest()).decode(), size, path)
def walk(path):
    try:
        entries = list(os.ilistdir(path))
    except OSError:
        return
    for e in entries:
        (walk if e[1] == 0x4000 else show)(path + '/' + e[0])
for path in %r:
    walk(path)
for path in %r:
    show(path)
former = %r
for name in os.listdir('/'):
    stem, _, end = name.partition('.')
    if stem in former and end in ('py', 'mpy'):
        with open('/' + name, 'rb') as f:
            data = f.read()
        if all([word.encode() in data for word in former[stem]]):
            print('@file', '-', len(data), '/' + name)
try:
    with open('/releases/state.json') as f:
        print('@state', f.read().replace(chr(10), ' '))
except OSError:
    pass
# What is not the firmware's, of the files that a deploy writes: a port's own boot.py is comments.
for path, words in %r:
    code = ours = False
    try:
        with open(path) as f:
            for line in f:
                code = code or line.strip()[:1] not in ('', '#')
                ours = ours or any([word in line for word in words])
    except OSError:
        continue
    except UnicodeError:
        code = True  # ours are UTF-8
    if code and not ours:
        print('@theirs', path)
s = os.statvfs('/')
def blocks(size):
    return 1 + (size - 1) // (s[0] - 8) if size > 128 else 0
def count(path):
    n = size = 0
    for e in os.ilistdir(path or '/'):
        size += 40 + len(e[0])
        if e[1] == 0x4000:
            n += count(path + '/' + e[0])
        else:
            n += blocks(e[3])
            size += 0 if e[3] > 128 else e[3]
    return n + 2 + size // (s[0] // 2) * 2
i = sys.implementation
version = '.'.join(str(n) for n in i[1][:3])
machine = getattr(i, '_machine', '')
free = max(s[2] - 2 - count(''), s[3])
print('@board', s[0] * free, sys.platform, version, getattr(i, '_mpy', 0) & 0xff, machine)
"""
# The hold_pin of the config that a board has, where there is none here: boot.py depends on it.
HOLD_PIN = """
import json
try:
    with open('/config.json') as f:
        data = json.loads(f.read().lstrip(chr(0xfeff)))
    print(json.dumps(data.get('hold_pin')))
except (OSError, ValueError, AttributeError):
    pass
"""
# The networks of that config, as its portal may have kept them; in hex, since they have passwords.
NETWORKS = """
import json
from binascii import hexlify
try:
    with open('/config.json') as f:
        wifi = json.loads(f.read().lstrip(chr(0xfeff)))['wifi']
    own = {key: wifi[key] for key in ('ssid', 'password', 'address') if key in wifi}
    print('@networks', hexlify(json.dumps(wifi.get('networks', [own] if own else []))).decode())
except (OSError, ValueError, AttributeError, KeyError, TypeError):
    pass
"""
IDENTIFY = """
import sys, machine
from binascii import hexlify
i = sys.implementation
version = '.'.join(str(n) for n in i[1][:3])
board = hexlify(machine.unique_id()).decode()
print('@id', board, sys.platform, version, getattr(i, '_machine', ''))
"""
PREPARE = """
import os
def attempt(f, path):
    try:
        f(path)
    except OSError:
        pass
def prune(path):
    for e in list(os.ilistdir(path)):
        if e[1] == 0x4000:
            prune(path + '/' + e[0])
    os.rmdir(path)
for path in %r:
    attempt(os.remove, path)
for path in %r:
    attempt(prune, path)
for path in %r:
    attempt(os.mkdir, path)
"""
# A Pico W cannot tell a reset from one by its watchdog: the intent says that it was planned.
RESET = """
import sys, time, machine
try:
    sys.path.insert(0, "/releases")
    __import__("loader").load()
except (ImportError, OSError):
    pass  # it has plain files, or its image is mounted
try:
    import boards
    board = boards.load()
    if hasattr(board, "intend"):  # as older firmware names it
        board.intend("stop")
    else:
        board.set_reset_intent("stop")
except Exception:
    pass
time.sleep_ms(100)
machine.reset()
"""
# A watchdog that the firmware started goes on without it. This one is fed for a minute after each
# step of a deploy: if the cable is pulled the board resets, and runs what it had.
HOLD = """
def hold():
    import machine
    wdt = machine.WDT(timeout=8000)
    def feed(timer):
        global left
        left -= 1
        if left > 0:
            wdt.feed()
    for n in (-1, 0):
        try:
            machine.Timer(n, mode=machine.Timer.PERIODIC, period=1000, callback=feed)
            break
        except ValueError:
            pass
left = 60
try:
    hold()
except (ImportError, AttributeError):
    pass
"""
# Writes files: begin() one, give it bytes by add() or copy() from another one, and end() it.
WRITE = """
import os
from binascii import a2b_base64, hexlify
from hashlib import sha256
buf = memoryview(bytearray(512))
left = 60
def begin(path):
    global out
    try:
        os.remove(path)
    except OSError:
        pass
    out = open(path, 'wb')
def put(data):
    global left
    left = 60
    out.write(data)
def add(text):
    put(a2b_base64(text))
def copy(path, at, size):
    with open(path, 'rb') as f:
        f.seek(at)
        while size:
            n = f.readinto(buf[:min(size, 512)])
            put(buf[:n])
            size -= n
def end(path, wanted):
    out.close()
    h = sha256()
    with open(path, 'rb') as f:
        while n := f.readinto(buf):
            h.update(buf[:n])
    if hexlify(h.digest()).decode() != wanted:
        raise ValueError('@damaged ' + path)
try:
    os.mkdir('/releases')
except OSError:
    pass
"""
# The state as JSON; (old name, new name); what is to be removed, folders to be removed if empty.
SWITCH = """
left = 60
for old, new in %r:
    os.rename(old, new)
with open('/releases/state.new', 'w') as f:
    f.write(%r)
os.rename('/releases/state.new', '/releases/state.json')
for old, new in %r:
    os.rename(old, new)
def attempt(f, path):
    try:
        f(path)
    except OSError:
        pass
def prune(path):
    for e in list(os.ilistdir(path)):
        if e[1] == 0x4000:
            attempt(prune, path + '/' + e[0])
    os.rmdir(path)
for path in %r:
    attempt(os.remove, path)
for path in %r:
    attempt(prune, path)
print('@switched')
"""
