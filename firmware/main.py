# Wires board, config and application; what they do is in their own files.
import sys

import boards
from app import App
from config import ConfigError, load

try:
    settings = load("config.json")
except ConfigError as e:
    print(e)
    # To a board, exit means boot again, and so for ever: it stays at its REPL instead.
    if sys.platform in ("linux", "darwin"):
        sys.exit(1)
else:
    App(boards.load(), settings).run()
