"""Labels of boards, to print: the name, the number, and the Wi-Fi of the board's portal.

A board makes the password of its portal by itself and keeps it, also where the portal was never
open. It goes from the board into the page only: it is in no argument, no message and no address.
"""

from html import escape
from pathlib import Path
from typing import NamedTuple

from tools.deploy import Stop
from tools.deploy.board import call, explain
from tools.deploy.scripts import HOLD

STYLE = Path(__file__).with_name("labels.css")
# In hex, since names may have spaces, and a password may have anything.
SCRIPT = """
import json, machine, os, sys
from binascii import hexlify
os.chdir('/')
sys.path.append('/')
board = hexlify(machine.unique_id()).decode()
name = wifi = password = ''
kept = True
trial = None
try:
    with open('/config.json') as f:
        name = str(json.loads(f.read().lstrip(chr(0xfeff))).get('name') or '')
except (OSError, ValueError, AttributeError):
    pass
try:
    with open('/releases/state.json') as f:
        trial = json.load(f).get('trial')
except (OSError, ValueError, AttributeError):
    pass
try:
    if not trial:  # else load() would count another boot of it
        sys.path.insert(0, '/releases')
        __import__('loader').load()
except (ImportError, OSError):
    pass  # it has plain files, or its image is mounted
try:
    from firmware.on_demand import portal_wifi
    wifi, password = portal_wifi.name(board), portal_wifi.password()
    kept = portal_wifi.password() == password  # else each call makes another one
except ImportError:
    pass  # its firmware opens no portal
told = [hexlify(text.encode()).decode() or '-' for text in (name, wifi, password)]
print('@trial') if trial else print('@label', board, *told) if kept else print('@unkept')
"""


class Label(NamedTuple):
    """What a label says. name: of the board's config, "" without one. wifi and password: of its
    portal, "" where its firmware opens none."""

    id: str
    name: str
    wifi: str
    password: str


def ask(port):
    """The Label of the board at `port`, whose firmware stops; Stop if it does not answer, cannot
    keep a password, or tries an update."""
    for line in call(port, "exec", HOLD, "+", "exec", SCRIPT):
        if line == "@trial":
            raise Stop("the board tries an update: make its label in some minutes")
        if line == "@unkept":
            raise Stop(
                "the board cannot keep its portal's password: remove files of yours "
                "(mpremote fs rm), or a folder portal_password"
            )
        if line.startswith("@label "):
            _, board, *told = line.split(" ")
            texts = ["" if text == "-" else bytes.fromhex(text).decode() for text in told]
            return Label(board, *texts)
    raise Stop(explain(port, []))


def page(labels, style=None):
    """HTML to print: a label for each Label. style: the address of its style sheet; without one
    the page has it within."""
    css = f'<link rel="stylesheet" href="{style}">' if style else f"<style>{_css()}</style>"
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Labels</title>\n'
        f"{css}\n<p>Print this page. It has the passwords of the boards' portals.</p>\n"
        f"{''.join(map(_label, labels))}</html>\n"
    )


def _css():
    return STYLE.read_text(encoding="utf-8")


def _label(label):
    rows = [("Wi-Fi", label.wifi), ("Password", label.password)] if label.wifi else []
    told = "".join(
        f"<dt>{key}</dt><dd>{escape(value)}</dd>" for key, value in [("Id", label.id), *rows]
    )
    return f"<section><h1>{escape(label.name or label.id)}</h1><dl>{told}</dl></section>\n"
