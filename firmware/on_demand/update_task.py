# Asks for updates now and then, see update.py. This file stays loaded in the mode always_on where
# the config has `update`; what it calls does not.


async def run(app):
    """The task of the mode always_on."""
    import asyncio

    from snowplow_tracker.emitter.run import sleep_ms

    expect = app.watchdog.expect
    while True:
        seconds = 300
        try:
            from firmware.on_demand import update_steps

            doing = update_steps.steps(app)
            del update_steps
            while True:
                expect("update", 120)
                await sleep_ms(next(doing))
        except StopIteration as e:
            seconds = e.value
        except MemoryError:  # of the import
            pass
        doing = None
        app.unload()
        expect("update", seconds + 120)
        await asyncio.sleep(seconds)
