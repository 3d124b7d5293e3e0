# Wires board, config and application; what they do is in their own files.
import sys

import boards
from app import App
from config import ConfigError, load

try:
    settings = load("config.json")
except ConfigError as e:
    print(e)
    sys.exit(1)

App(boards.load(), settings).run()
