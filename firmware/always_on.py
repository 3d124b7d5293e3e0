# The mode for boards with a supply: everything on asyncio, so that sampling goes on while a
# network is joined or a batch is sent. Each part tells the watchdog when to expect its next call;
# an exception in any of them ends them all, and the next boot reports it.
import asyncio

from firmware import triggers
from firmware.app import App
from snowplow_tracker import clock
from snowplow_tracker.clock.set_clock import set_clock
from snowplow_tracker.emitter.run import sleep_ms


def make(board, settings, crashes, intent):
    """What main.py runs."""
    from firmware.on_demand.start import make_store

    return AlwaysOn(App(board, settings, crashes, make_store(settings), intent))


class AlwaysOn:
    def __init__(self, app):
        self.app = app
        self._expect = app.watchdog.expect
        self._safe_mode = app.crashes.safe_mode
        self._triggers = [] if self._safe_mode else triggers.load(app.settings, app.board)
        app.emitter.idle = self._while_sending

    def run(self):
        """Run until the board is told to stop; then send what is left."""
        try:
            asyncio.run(self._main())
        except KeyboardInterrupt:
            pass
        self.app.stop()

    async def _main(self):
        app = self.app
        settings = app.settings
        app.track_boot()
        parts = [self._sample(), self._keep_link(), app.emitter.run(settings["send_seconds"])]
        if settings["health_seconds"] or self._safe_mode:
            parts.append(self._track_health(settings["health_seconds"] or 3600))
        if settings["remote"]:
            parts.append(self._check_remote())
        if settings["update"]:
            from firmware.on_demand import update_task

            parts.append(update_task.run(app))
        if app.board.has_led:
            from firmware.state_led import show_state

            parts.append(show_state(app))
        tasks = [asyncio.create_task(part) for part in parts]
        while not app.board.stopping():
            for task in tasks:
                if task.done():
                    await task  # which raises what ended it
            self._expect("main", 30)
            app.watchdog.feed()
            app.report_failures()
            app.restart_if_due()
            # After ten minutes without a crash, the next one is the first again.
            if self._safe_mode or clock.ms() > 600000:
                app.note_good_run()
            await asyncio.sleep(0.25)
        for task in tasks:
            task.cancel()

    async def _sample(self):
        while True:
            now = clock.unix_ms()
            for trigger in self._triggers:
                count = trigger.due(now)
                if count:
                    for wait in trigger.run(self.app, count):
                        self._expect("sample", 60 + wait // 1000)
                        await sleep_ms(wait)
            self._expect("sample", 60)
            # At most 5 s, since the clock may be set meanwhile.
            await sleep_ms(min(triggers.wait(self._triggers, clock.unix_ms()), 5000))

    # Called by the emitter at least each second.
    def _while_sending(self):
        self._expect("send", 60)
        self.app.watchdog.feed()

    async def _keep_link(self):
        app = self.app
        printed = None
        app.note_radio(True)
        while True:
            joins = app.link.joins
            wait = 5
            try:
                for _ in app.link.up():
                    self._expect("link", 30)
                    await sleep_ms(100)
                if app.link.joins != joins:
                    print("online:", app.link.name, app.link.network or "")
                    set_clock(app.board.idle)
                    app.unload()
                    printed = None
            except OSError as e:
                wait = app.link.wait
                if str(e) != printed:
                    printed = str(e)
                    print("offline:", printed)
                app.follow_link(app.link.report(False))
            self._expect("link", wait + 30)
            await asyncio.sleep(wait)

    async def _track_health(self, seconds):
        await asyncio.sleep(min(60, seconds))
        while True:
            self.app.track_health()
            await asyncio.sleep(seconds)

    async def _check_remote(self):
        app = self.app
        while True:
            self._expect("remote", 120)
            from firmware.on_demand import remote_config

            for wait in remote_config.run(app):
                await sleep_ms(wait)
            del remote_config
            app.unload()
            self._expect("remote", app.remote_wait + 120)
            await asyncio.sleep(app.remote_wait)
