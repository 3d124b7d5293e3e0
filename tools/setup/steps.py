"""What the page's steps do. All raise Stop, whose text says what went wrong and what to do."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tools import labels
from tools.deploy import ROOT, Stop, ports, presets
from tools.deploy.board import find_ports, restart
from tools.deploy.console import wait_for
from tools.deploy.one_board import Options, deploy
from tools.deploy.pins import chip
from tools.deploy.several import FOLDER, at_once, identify, note
from tools.deploy.user_config import check_config, needs_roots
from tools.flash import uf2
from tools.flash.flashing import flash, running
from tools.provision import NEW, problem, save
from tools.provision.fleet import NAME
from tools.scan import i2c_pins, proposal, scan

WAIT = 15  # for a board that restarts, as after each look at it
POINTS = 200  # of a chart


def find_boards(lock):
    """What is plugged in: [{"port", "name", "chip", "version", "id", "error"}], and Picos in boot
    mode: [{"drive", "chip"}]. Without MicroPython chip, version and id are None; error is, unless
    the board was lost meanwhile. Each is asked with lock(port) held, since that restarts it."""
    try:
        there = dict(find_ports())
    except Stop:  # there is none
        there = {}

    def look(port):
        with lock(port):
            if not running(port):
                why = ports.missing(port) or ports.denied(port)
                if why:
                    raise Stop(why)
                return None
            found = identify(port)
            restart(port)  # its firmware, if it has one, goes on
            return found

    told = at_once(list(there), look)
    boards = []
    for port, name in there.items():
        error = str(told[port]) if isinstance(told[port], Stop) else None
        board, _, version, machine = (None,) * 4 if error else told[port] or (None,) * 4
        boards.append(
            {"port": port, "name": machine or name, "chip": machine and chip(machine),
             "version": version, "id": board, "error": error}
        )  # fmt: skip
    boards += [{"drive": str(drive), "chip": kind} for drive, kind in uf2.drives()]
    return boards


def put_micropython(port=None, drive=None, image=None, erase=False):
    """Flash the board at a port or drive with the current MicroPython, or the file `image`."""
    found = flash(
        port, Path(drive) if drive else None, Path(image) if image else None, erase=erase
    )
    return {"version": found.version, "chip": found.chip}


def look_around(port, i2c, onewire):
    """What the board sees: {"networks", "chips", "proposal", "failed"}."""
    wait_for(port, WAIT)
    found = scan(port, i2c, onewire)
    with suppress(Stop):  # what was found is good, whatever becomes of the board
        restart(port)
    return {
        "networks": [list(row) for row in found.networks], "failed": found.failed,
        "chips": [one._asdict() for one in found.chips], "proposal": proposal(found),
    }  # fmt: skip


def pins_of(preset):
    """The pins (SDA, SCL) of a preset's I2C buses, [] without one."""
    return i2c_pins(presets.load(preset)["config"]) if preset else []


def checked(name, config, root=ROOT):
    """The config of the board NAME, whole, and as a board would take it; Stop says why it would
    not, or what else is missing."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Stop("name: expected letters, digits, - and _")
    if not isinstance(config, dict):
        raise Stop("expected a JSON object in braces")
    config = {**NEW, **config, "name": name}
    said = problem("config", config)
    if said:
        raise Stop(said.removeprefix("config: "))
    if needs_roots(config):  # in a terminal the user is asked, but here nobody is
        raise Stop(
            "roots is missing: put the file of the collector's root certificate (PEM or DER) "
            f"into {root / FOLDER}, and write its name among all other settings"
        )
    return config


def keep_config(name, config, board=None, root=ROOT):
    """Write a config, checked, to config/NAME.json, for the board of this id; returns the path."""
    config = checked(name, config, root)
    path = root / FOLDER / f"{name}.json"
    save(path, config)
    if board:
        note(board, name, root / FOLDER)
    return path


def bring(port, path):
    """Deploy to the board at `port` with the config at this Path, until its first event, or until
    it opens its portal: {"portal": whether it does}."""
    config = check_config(path)
    build = ROOT / "build" / "boards" / path.stem
    return {"portal": deploy(port, build, config, ROOT, Options(wait=WAIT))}


def make_label(port, made):
    """Put the board's Label into the dict `made`, by its id: {"name", "wifi"}. The password is
    not in the answer: the page of labels has it."""
    wait_for(port, WAIT)
    label = labels.ask(port)
    made[label.id] = label
    with suppress(Stop):  # the label is good, whatever becomes of the board
        restart(port)
    return {"name": label.name or label.id, "wifi": label.wifi}


def readings(database):
    """The newest readings in the collector's database: [{"board", "sensor", "quantity", "unit",
    "at", "value"}], the last two lists in order of time."""
    from tools.collector.storage import queries

    if not Path(database).exists():
        return []
    address = Path(database).absolute().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        found = []
        for series in queries.series(connection):
            points = queries.readings(connection, series["id"], 0, 1 << 53, POINTS)
            points = {key: list(points[key])[-POINTS:] for key in ("at", "value")}
            kept = {key: series[key] for key in ("board", "sensor", "quantity", "unit")}
            found.append({**kept, **points})
        return found
