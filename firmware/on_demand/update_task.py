# Asks for updates now and then, see update.py. This file stays loaded in the mode always_on where
# the config has `update`; what it calls does not.

# Whatever goes wrong with an update, the board goes on with its work.
def steps(app, only_due=False):
    """As update.steps(), without an exception."""
    try:
        from firmware.on_demand import update

        return (yield from update.steps(app, only_due))
    except Exception as e:
        print("update: %s: %s" % (type(e).__name__, e))
        return 300


async def run(app):
    """The task of the mode always_on."""
    import asyncio

    from snowplow_tracker.emitter.run import sleep_ms

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
