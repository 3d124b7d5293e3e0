# Reads the real-time clock chip of the config at a boot, and sets it. Its time counts as known if
# the chip never stood still, we have set it to a known time, and not so long ago that it may be
# more than a minute wrong by now; after that it is a guess, and better than none. The file
# rtc.json has when it was set.
from boards import rtc
from firmware.on_demand.open_sensor import open_bus
from snowplow_tracker import clock
from snowplow_tracker.clock import set_clock
from snowplow_tracker.json_file import load, save

_WRONG_MS = 60000


def chip(board, settings):
    """The driver of the config's chip."""
    options = settings["rtc"]
    return rtc.load(options["type"]).Chip(
        open_bus("i2c", board, settings["buses"], options["bus"])
    )


def _path(settings):
    return settings["state_path"] + "/rtc.json"


# After start() of the boot history, whose file may tell that the system's clock shows a guess.
def start(app):
    """Take over the chip's time at a boot, as far as it can be trusted."""
    from firmware.rtc import Rtc

    try:
        found = chip(app.board, app.settings)
    except (ImportError, OSError, ValueError) as e:  # ValueError: the port's, as for a pin
        app.board.absent.append("rtc: %s; check its bus" % e)
        return
    if not clock.known():  # a wake, or a reset that the system's clock outlived
        try:
            _take_over(app, found)
        except OSError as e:
            app.board.absent.append("rtc: no answer on its bus (%s): check its wires" % e)
    clock.saver = Rtc(app, found).save  # type: ignore[assignment]


def _take_over(app, chip):
    now = chip.read()
    since = load(_path(app.settings)).get("set")
    if now is None or not isinstance(since, int) or not 0 < since <= now:
        return
    ms = now * 1000 + 500  # it has whole seconds
    # A clock that is behind what was known before is wrong, whatever it says.
    if ms < clock.floor - _WRONG_MS or ms > set_clock.LATEST:
        return
    if (now - since) * chip.PPM > _WRONG_MS * 1000:
        app.board.set_time(ms)
        clock.floor = max(clock.floor, clock.system_ms())
        clock.guess_start = clock.system_ms() - clock.ms()
        return
    # As the hook sets the clock; the real one is asked before the first send.
    hook = clock.hook
    clock.hook = lambda: app.board.set_time(ms)  # type: ignore[assignment]
    set_clock.set_clock()
    clock.hook = hook
    set_clock.next_ask = 0
    clock.confirmed = False  # it is no second source: we have set it ourselves


# known: whether it is the true time, and no guess; the file says so before the chip has it.
def set_chip(app, chip, ms, known):
    """Set the chip to a time in ms since 1970; whether it took it."""
    path = _path(app.settings)
    try:
        if not known:
            save(path, {"set": 0})
        chip.set(ms)
    except OSError as e:
        print("rtc:", e)
        return False
    if known:
        save(path, {"set": ms // 1000})
        # As after a collector's Date, which sets no clock: both have to show the same.
        if abs(clock.system_ms() - ms) > 2000:
            app.board.set_time(ms)
    return True


# An ESP32's own clock is some percent wrong in deep sleep.
def correct(board, settings):
    """After a deep sleep, and before anything asks how long it was: set the system's clock."""
    try:
        now = chip(board, settings).read()
    except (ImportError, OSError, ValueError):
        return
    if now and load(_path(settings)).get("set"):
        if 2000 < abs(now * 1000 + 500 - clock.system_ms()) < 3600000:
            board.set_time(now * 1000 + 1000)
