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
        _end_trial(e)
        # On a board, exit means boot again, and so for ever: it stays at its REPL instead.
        if sys.platform in ("linux", "darwin"):
            sys.exit(1)
        return None
    from firmware.on_demand.unload import unload

    unload()
    del unload
    import boards

    board = boards.load(**({} if settings["led"] is None else {"led": settings["led"]}))
    intent = board.reset_intent()
    try:
        os.mkdir(settings["state_path"])
    except OSError:
        pass  # it is there
    crashes = Crashes(settings["state_path"])
    if board.reset_cause() == "watchdog" and not intent and settings["watchdog_seconds"]:
        crashes.record_watchdog()
    if settings["update"] and settings["wifi"]:
        _add_networks(settings["wifi"]["networks"])
    if settings["update"] and crashes.count:
        from firmware.on_demand import release

        if release.is_first_after():
            crashes.reduce(crashes.count)  # they were those of the image that went back
    if crashes.safe_mode:
        settings.update(sensors={}, board_sensors=False, triggers=[], track=["errors"])
        settings.update(buffer_bytes=4096, user_id=None, remote=None)
    if crashes.last_resort:
        settings.update(mode="always_on", store_bytes=0, rtc=None)
    return board, settings, crashes, intent


# Those of the config before, which update_config.py wrote.
def _add_networks(networks):
    from snowplow_tracker.json_file import load

    try:
        known = [(place["ssid"], place["password"]) for place in networks]
        for place in load("/releases/networks.json").get("networks", ()):
            if (place["ssid"], place["password"]) not in known:
                networks.append(place)
    except (KeyError, TypeError) as e:
        print("/releases/networks.json:", e)


# A release that refuses the config which the one before took must not stay.
def _end_trial(error):
    try:
        from firmware.on_demand import release
    except ImportError:
        return  # a board without updates
    try:
        if not release.trial():
            return
        release.roll_back(("it refuses the config: %s" % error)[:200])
    except OSError as e:
        print("/releases/state.json:", e)
        return
    import boards

    boards.load().reset("config")
