"""Deploy to several boards at once: each gets its own config of the folder config/.

config/NAME.json is the config of the board NAME. config/boards.json, {id of a board: NAME}, notes
which one that is, so that it gets the same at any port. A new board gets the one that has its id
as name, else the first that no board has yet. Git ignores the folder, since it holds passwords.
"""

import contextlib
import json
import re
import sys
import threading
from pathlib import Path

from tools.deploy import Stop
from tools.deploy.board import call, explain, restart
from tools.deploy.console import wait_for
from tools.deploy.one_board import deploy
from tools.deploy.scripts import IDENTIFY
from tools.deploy.user_config import check_config, read, write_private

FOLDER = "config"
NOTED = "boards.json"
ID = re.compile("[0-9a-f]{12}|[0-9a-f]{16}")  # of an ESP32, of a Pico


def has_only_folder(root):
    """Whether the configs of the project at `root` are all in its folder config/."""
    return not (root / "config.json").exists() and bool(names(root / FOLDER))


def names(folder):
    """The names of the boards that have a config in the Path `folder`, sorted."""
    return sorted(path.stem for path in folder.glob("*.json") if path.name != NOTED)


def identify(port):
    """The board at `port`: (its id, sys.platform, MicroPython's version, machine and chip)."""
    for line in call(port, "exec", IDENTIFY):
        if line.startswith("@id "):
            return tuple(line.split(" ", 4)[1:])
    raise Stop(explain(port, []))


def assign(ids, folder):
    """Which config each of the boards `ids` gets: {id: Path, or None without one}.

    What is new is noted in `folder`. One that was noted stays, also where its file has gone: no
    board gets that of another one unasked.
    """
    noted = _noted(folder)
    there = names(folder)
    known = dict(noted)
    for board in ids:
        if board not in known and board in there:
            known[board] = board
    taken = known.values()
    free = [name for name in there if name not in taken and not ID.fullmatch(name)]
    for board in ids:
        if board not in known and free:
            known[board] = free.pop(0)
    if known != noted:
        write_private(folder / NOTED, json.dumps(known, indent=2) + "\n")
    return {board: folder / f"{known[board]}.json" if board in known else None for board in ids}


def _noted(folder):
    # {id of a board: NAME}, of the file, which people write in, too.
    path = folder / NOTED
    noted = read(path) if path.exists() else {}
    if not isinstance(noted, dict) or not all(isinstance(name, str) for name in noted.values()):
        raise Stop(
            f'{path}: expected an object such as {{"e66164084316": "greenhouse"}}, of ids of '
            "boards and names of their configs: mend it, or delete it to assign them anew"
        )
    return noted


def note(board, name, folder):
    """Note in `folder` that the board of this id has the config NAME; no other has it then."""
    noted = _noted(folder)
    kept = {one: its for one, its in noted.items() if its != name}
    if noted.get(board) != name:
        write_private(folder / NOTED, json.dumps({**kept, board: name}, indent=2) + "\n")


class Lines:
    """A stream that puts the name of the thread that writes before each line."""

    def __init__(self, stream):
        self._stream = stream
        self._rest = {}
        self._lock = threading.Lock()

    def write(self, text):
        name = threading.current_thread().name
        with self._lock:
            *lines, self._rest[name] = (self._rest.get(name, "") + text).split("\n")
            for line in lines:
                self._stream.write(f"{name}: {line}\n")

    def flush(self):
        self._stream.flush()


def each(ports, work):
    """Do work(port) for all ports at once; returns {port: its result, or the Stop it raised}.

    All that is printed meanwhile has the name of its port before each line.
    """
    with contextlib.redirect_stdout(Lines(sys.stdout)):
        return at_once(ports, work)


def at_once(ports, work):
    """As each(), and leaves alone what is printed."""
    results = {}

    def run(port):
        try:
            results[port] = work(port)
        except Stop as stop:
            results[port] = stop
        except Exception as e:
            results[port] = Stop(f"{type(e).__name__}: {e}")

    threads = [
        threading.Thread(target=run, args=(port,), name=Path(port).name, daemon=True)
        for port in ports
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def deploy_all(ports, root, path, options):
    """Deploy to all `ports`; returns 0 if each of them runs the firmware.

    path: the config for all of them, or None for those of the folder, or where that has none the
    one of `root`. options: Options of one_board.py.
    """
    folder = root / FOLDER
    one_for_all = path or not names(folder)
    if one_for_all:
        shared = check_config(path, root)
        configs = {port: shared for port in ports}
    else:
        configs = _own_configs(ports, folder, root, options)

    def work(port):
        if isinstance(configs[port], Stop):
            raise configs[port]
        name = Path(port if one_for_all else configs[port].name).stem
        build = root / "build" / "boards" / name
        deploy(port, build, configs[port], root, options)

    results = each(ports, work)
    failed = {port: stop for port, stop in results.items() if stop}
    for port in ports:
        if port not in failed:
            print(f"{port}: runs the firmware with {configs[port].name}")
    for port in failed:
        print(f"{port}: {failed[port]}", file=sys.stderr)
    print(f"Done: {len(ports) - len(failed)} of {len(ports)} boards")
    return 1 if failed else 0


def _own_configs(ports, folder, root, options):
    # {port: its Config, or the Stop that says why it has none}
    def find(port):
        if options.wait:
            wait_for(port, options.wait)
        return identify(port)

    _noted(folder)  # before a board is interrupted, whether it can be read
    configs = each(ports, find)
    found = {port: configs[port][0] for port in ports if not isinstance(configs[port], Stop)}
    paths = assign(list(found.values()), folder)
    for port, board in found.items():
        try:
            if not paths[board]:
                raise Stop(
                    f"the board {board} has no config: add one to {folder} (`make provision`), "
                    "or name one for all boards by CONFIG="
                )
            configs[port] = check_config(paths[board], root)
        except Stop as stop:
            configs[port] = stop
            with contextlib.suppress(Stop):
                restart(port)  # what runs there was only interrupted
    return configs
