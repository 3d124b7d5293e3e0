"""Configs for many boards from a CSV file: a row for each board.

The first line has the keys: `name`, which names the board and its file; `id`, the board's own, if
it is known; and keys of config.json such as `wifi.ssid`, `wifi.password` or `location.latitude`.
An empty cell leaves what the config has that all are made from. All rows are checked before the
first file is written.
"""

import csv
import io
import json
import re

from tools.deploy import Stop
from tools.deploy.several import NOTED, note
from tools.provision import problem, put, save, schema_types

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
ROWS = 10000


def rows(path):
    """[(number of the line, {key: text})] of a CSV with commas or semicolons; or Stop."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as e:
        raise Stop(f"cannot read {path}: {e.strerror}")
    except UnicodeDecodeError as e:
        raise Stop(f"{path}, byte {e.start}: not UTF-8 text; save it as CSV UTF-8")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        keys = [key.strip() for key in next(reader, [])]
        if "name" not in keys:
            raise Stop(f"{path}: the first line has no column name; it has: {', '.join(keys)}")
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise Stop(f"{path}: two columns are called {twice.pop()}")
        found = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(keys):
                    raise Stop(f"{path}, line {reader.line_num}: it has more cells than the first")
                found.append((reader.line_num, dict(zip(keys, cells, strict=False))))
            if len(found) > ROWS:
                raise Stop(f"{path}: more than {ROWS} boards; make several files of it")
    except csv.Error as e:
        raise Stop(f"{path}, line {reader.line_num}: not CSV: {e}")
    if not found:
        raise Stop(f"{path}: there is no row for a board")
    return found


def configs(path, base):
    """[(name, id or None, config)] of the CSV file at `path`, each made from the dict `base`.

    Stop with all that is wrong in it; passwords are not shown.
    """
    wrong, made, names, ids, types = [], [], {}, {}, {}
    for line, row in rows(path):
        name, board = row["name"].strip(), (row.get("id") or "").strip().lower() or None
        place = f"{path}, line {line}"
        if not NAME.fullmatch(name) or f"{name}.json" == NOTED:
            wrong.append(f"{place}: name: expected letters, digits, - and _, got {name!r}")
            continue
        for what, value, seen in (("name", name.lower(), names), ("id", board, ids)):
            if value and value in seen:
                wrong.append(f"{place}: {what} {value} is also that of line {seen[value]}")
            seen[value] = line
        config = put(base, "name", name)
        for key, text in row.items():
            if key in ("name", "id") or not text:
                continue
            if key not in types:
                types[key] = schema_types(key)
            config = put(config, key, _value(text, types[key]))
        said = problem(place, config)
        if said:
            wrong.append(said)
        made.append((name, board, config))
    if wrong:
        raise Stop("nothing was written, since:\n  " + "\n  ".join(wrong))
    return made


def _value(text, types):
    # A password of digits is a text; a number of seconds is none.
    if types == {"string"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def write(made, folder):
    """Write configs() into the Path `folder`; returns {name: what became of its file}."""
    result = {name: save(folder / f"{name}.json", config) for name, _, config in made}
    for name, board, _ in made:
        if board:
            note(board, name, folder)
    return result
