# Puts board, config and mode together. All of it is one function, since a Pico's stack is short;
# not a module's top level, since what lies on the stack below an import stays in RAM.
import os
import sys


def run():
    """What main.py calls after each reset; returns when the board is told to stop."""
    settings = None
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
    if settings:
        import boards
        from firmware.crashes import Crashes
        from firmware.on_demand.unload import unload

        unload()
        del unload
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
        mode = None
        try:
            module = __import__("firmware." + settings["mode"], None, None, ("make",))
            mode = module.make(board, settings, crashes, intent)
            mode.run()
        except Exception as e:
            print("crash:", e)
            crashes.record(e)
            try:
                if mode:
                    mode.app.save_after_crash()
            except Exception as e:
                print("events in RAM are lost:", e)
            board.reset("crash")
