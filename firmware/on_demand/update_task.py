# Asks for updates now and then, see update.py. This file stays loaded where the config has
# `update`; what it calls does not.
import asyncio

from snowplow_tracker.emitter.run import sleep_ms


# only_due: not before `seconds` of the config have gone since the last time.
def steps(app, only_due=False):
    """Do the next step of an update; yields ms to wait, and returns seconds to the one after."""
    try:
        from firmware.on_demand import update_trial

        if update_trial.check(app):
            return 1
        del update_trial
        from firmware.on_demand import update

        if only_due and not update.is_due(app):
            return 0
        return (yield from update.check(app))
    except Exception as e:
        # Whatever goes wrong here, the board goes on with its work.
        print("update: %s: %s" % (type(e).__name__, e))
        return 300


async def run(app):
    """The task of the mode always_on."""
    expect = app.watchdog.expect
    while True:
        doing = steps(app)
        try:
            while True:
                expect("update", 120)
                await sleep_ms(next(doing))
        except StopIteration as e:
            seconds = e.value
        doing = None
        app.unload()
        expect("update", seconds + 120)
        await asyncio.sleep(seconds)
