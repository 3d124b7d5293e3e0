# What comes before a mode runs: the config, the board, and what crashes and resets say.
import os
import sys

from firmware.crashes import Crashes


def prepare():
    """(board, settings, crashes, intent); None if this board cannot run, and says why."""
    try:
        # Older versions take a cut JSON file for a whole one, and break long sleeps.
        if sys.implementation.name == "micropython" and sys.implementation.version[:2] < (1, 26):
            raise ValueError("this firmware needs MicroPython 1.26 or newer: flash a newer one")
        from firmware.on_demand.settings import load_settings

        settings = load_settings("config.json")
        del load_settings
    except ValueError as e:
        print(e)
        # On a board, exit means boot again, and so for ever: it stays at its REPL instead.
        if sys.platform in ("linux", "darwin"):
            sys.exit(1)
        return None
    from firmware.on_demand.unload import unload

    unload()
    del unload
    import boards

    board = boards.load(**({} if settings["led"] is None else {"led": settings["led"]}))
    intent = board.intent()
    try:
        os.mkdir(settings["state_path"])
    except OSError:
        pass  # it is there
    crashes = Crashes(settings["state_path"])
    if board.reset_cause() == "watchdog" and not intent and settings["watchdog_seconds"]:
        crashes.record_watchdog()
    if crashes.safe_mode:
        settings.update(sensors={}, board_sensors=False, triggers=[], track=["errors"])
        settings.update(buffer_bytes=4096, user_id=None, remote=None)
    if crashes.last_resort:
        settings.update(mode="always_on", store_bytes=0)
    return board, settings, crashes, intent
