# What comes before a mode runs: the config, the board, and what crashes and resets say. A board
# without a config or a network, or whose button is held, opens its portal (provision.py).
import os
import sys
from errno import ENOENT

from firmware.crashes import Crashes

_CONFIG = "config.json"


def prepare():
    """(board, settings, crashes, intent); None if this board cannot run, and says why."""
    try:
        # Older versions take a cut JSON file for a whole one, and break long sleeps.
        if sys.implementation.name == "micropython" and sys.implementation.version[:2] < (1, 26):
            raise ValueError("this firmware needs MicroPython 1.26 or newer: flash a newer one")
        if _CONFIG not in os.listdir():
            _provision(None)
        settings = _load_settings()
    except ValueError as e:
        print(e)
        from firmware.on_demand.unload import unload

        unload(("firmware.on_demand.config", "firmware.on_demand.settings"))  # it needs memory
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
    _provision(settings, board, intent)
    for call in os.stat, os.mkdir:  # stat() first: see has_folder() in store/reader.py
        try:
            call(settings["state_path"])
            break
        except OSError as e:
            if e.errno != ENOENT:
                break
    crashes = Crashes(settings["state_path"])
    if board.reset_cause() == "watchdog" and not intent and settings["watchdog_seconds"]:
        crashes.record_watchdog()
    if settings["update"] and settings["wifi"]:
        _add_networks(settings["wifi"]["networks"])
    if settings["update"] and crashes.count:
        from firmware.on_demand import release

        if release.is_first_boot():
            crashes.reduce(crashes.count)  # they were those of what ran before
    if crashes.safe_mode:
        settings.update(sensors={}, board_sensors=False, triggers=[], track=["errors"])
        settings.update(buffer_bytes=4096, user_id=None, remote=None)
    if crashes.last_resort:
        settings.update(mode="always_on", store_bytes=0, rtc=None)
    return board, settings, crashes, intent


def _load_settings():
    from firmware.on_demand.settings import load_settings

    return load_settings(_CONFIG)


# Let a person say what the config lacks; it returns if the config is used as it is.
def _provision(settings, board=None, intent=None):
    has_config = settings is not None
    if has_config:
        wifi = settings["wifi"]
        if wifi is not None and not wifi["networks"] and len(settings["links"]) == 1:
            has_config = False
        elif intent == "config" or _woke(board, intent):
            return
        elif not _is_held(board, settings["portal_pin"]):
            return
    try:
        from firmware.on_demand import provision
    except ImportError:  # a computer, or a board whose config had no use for it
        return
    if board is None:
        import boards

        board = boards.load()
        intent = board.reset_intent()
    if has_config and settings["update"]:
        if _trial():  # then the loader has set the watchdog, and the portal feeds it
            board.watchdog(120)
    # The reset after it says "config", so that a button that is stuck does not open it for ever.
    provision.run(board, _CONFIG, has_config, _woke(board, intent))
    from firmware.on_demand.unload import unload

    unload()


# From a sleep, by the board's own clock or pins; an intent alone may be older than a power cut.
def _woke(board, intent):
    return intent == "sleep" and board.reset_cause() in ("deep_sleep", "watchdog")


def _is_held(board, pin):
    try:
        return pin is not None and not board.input(pin, "up").value()
    except (OSError, ValueError) as e:  # a computer, or a port that does not have it
        print("portal_pin:", e)


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


# What is on trial, or None; a boot goes on without the memory to ask.
def _trial():
    try:
        from firmware.on_demand import release

        return release.trial()
    except (ImportError, MemoryError):  # a board without updates has no release.py
        return None


# A config on trial that has a mistake goes back, and so does a release that refuses the config
# which the one before took.
def _end_trial(error):
    found = _trial()
    if not found:
        return
    reason = str(error) if found.get("config") else "it refuses the config: %s" % error
    try:
        from firmware.on_demand import release

        release.roll_back(reason[:255])
    except (OSError, MemoryError) as e:
        print("/releases/state.json:", e)  # the loader ends the trial after three boots
    import boards

    boards.load().reset("config")
