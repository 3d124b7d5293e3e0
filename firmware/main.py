# Wires board, config and mode; what they do is in their own files. All of it is at the top, since
# a Pico's stack is short.
import os
import sys

import boards
from crash import Crashes
from forget import forget
from settings import settings_of

settings = None
try:
    settings = settings_of("config.json")
except ValueError as e:
    print(e)
    # To a board, exit means boot again, and so for ever: it is to stay at its REPL instead.
    if sys.platform in ("linux", "darwin"):
        sys.exit(1)
if settings:
    del settings_of
    forget("config", "settings", "remote")
    board = boards.load(**({} if settings["led"] is None else {"led": settings["led"]}))
    intent = board.intent()
    try:
        os.mkdir(settings["state_path"])
    except OSError:
        pass  # it is there
    crashes = Crashes(settings["state_path"])
    if board.reset_cause() == "watchdog" and not intent and settings["watchdog_seconds"]:
        crashes.bitten()
    if crashes.safe:
        settings.update(sensors={}, builtin=False, track=["errors"], buffer_bytes=4096)
    try:
        __import__(settings["mode"]).make(board, settings, crashes, intent).run()
    except Exception as e:
        print("crash:", e)
        crashes.record(e)
        board.reset("crash")
