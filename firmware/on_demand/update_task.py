# Asks for updates now and then, see update.py. This file stays loaded where the config has
# `update`; what it calls does not.
import asyncio

from snowplow_tracker.emitter.run import sleep_ms


def steps(app):
    """Do what is due of an update; yields ms to wait, and returns the seconds until the next."""
    from firmware.on_demand import update_trial

    try:
        if update_trial.check(app):
            return 1
    except OSError as e:  # flash did not take the state
        print("update:", e)
        return 60
    del update_trial
    from firmware.on_demand import update

    return (yield from update.check(app))


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
