"""What of the user's own lies beside the config: the module of `app`, drivers of sensors."""

import ast
import sys

from boards import own_sensor
from tools.deploy import ROOT, Stop, parse


def find_drivers(folder):
    """Have boards.sensors.load() find drivers in this folder (a Path), where the config is."""
    own_sensor.folder = f"{folder}/"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def own_files(config, folder):
    """[(source: Path, path on the board: str)] of the files in `folder` that the dict `config`
    names, and of those there that they import. Stop if the app's is not there.
    """
    todo = []
    if config.get("app"):
        todo.append(config["app"])
        if not (folder / f"{config['app']}.py").exists():
            raise Stop(f"app: there is no {folder / config['app']}.py: put it beside the config")
    for sensor in config.get("sensors", {}).values():
        if not (ROOT / f"boards/sensors/{sensor['type']}.py").exists():
            todo.append(sensor["type"])
    found = {}
    while todo:
        name = todo.pop()
        source = folder / f"{name}.py"
        if name not in found and source.exists():
            found[name] = source
            todo += _imports(source)
    return [(source, f"/{name}.py") for name, source in sorted(found.items())]


def _imports(source):
    try:
        tree = parse(source)
    except SyntaxError as e:
        raise Stop(f"{source}, line {e.lineno}: {e.msg}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
