# The mode for boards with a supply: everything on asyncio, so that sampling goes on while a
# network is joined or a batch is sent. Each part promises the guard when it will be heard of
# next; an exception in any of them is the end of all, and the next boot tells of it.
import asyncio

import triggers
from app import App
from snowplow_tracker import clock
from snowplow_tracker.clock.set_clock import set_clock
from snowplow_tracker.emitter.run import sleep_ms


def make(board, settings, crashes, intent):
    """What main.py runs."""
    from stores import make_store

    return AlwaysOn(App(board, settings, crashes, make_store(settings), intent))


class AlwaysOn:
    def __init__(self, app):
        self.app = app
        self._promise = app.guard.promise
        self._safe = app.crashes.safe
        self._triggers = [] if self._safe else triggers.load(app.settings, app.board)
        app.emitter.idle = self._sending

    def run(self):
        """Run until the board is told to stop; then send what is left."""
        self.app.watch()
        try:
            asyncio.run(self._main())
        except KeyboardInterrupt:
            pass
        self.app.goodbye()

    async def _main(self):
        app = self.app
        settings = app.settings
        app.started()
        parts = [self._sample(), self._link(), app.emitter.run(settings["send_seconds"])]
        if settings["health_seconds"] or self._safe:
            parts.append(self._health(settings["health_seconds"] or 3600))
        if settings["remote"]:
            parts.append(self._remote())
        if app.board.has_led:
            parts.append(self._lamp())
        tasks = [asyncio.create_task(part) for part in parts]
        while not app.board.stopping():
            for task in tasks:
                if task.done():
                    await task  # which raises what ended it
            self._promise("main", 30)
            app.guard.feed()
            app.report()
            app.reset_if_wanted()
            # After ten minutes without a crash, the next one is the first again.
            if self._safe or clock.ms() > 600000:
                app.went_well()
            await asyncio.sleep(0.25)
        for task in tasks:
            task.cancel()

    async def _sample(self):
        while True:
            now = clock.unix_ms()
            for trigger in self._triggers:
                count = trigger.due(now)
                if count:
                    self.app.fire(trigger, count)
                    await asyncio.sleep(0)
            self._promise("sample", 60)
            # Not longer, since the clock may be set, and it is to notice.
            await sleep_ms(min(triggers.wait(self._triggers, clock.unix_ms()), 5000))

    # Called by the emitter at least each second.
    def _sending(self):
        self._promise("send", 60)
        self.app.guard.feed()

    async def _link(self):
        app = self.app
        said = None
        while True:
            joins = app.link.joins
            wait = 5
            try:
                for _ in app.link.up():
                    self._promise("link", 30)
                    await sleep_ms(100)
                if app.link.joins != joins:
                    print("Wi-Fi: joined", app.link.ssid)
                    set_clock(app.board.idle)
                    app.forget()
                    said = None
            except OSError as e:
                wait = app.link.wait
                if str(e) != said:
                    said = str(e)
                    print("Wi-Fi:", said)
                app.dead_link(app.link.report(False))
            self._promise("link", wait + 30)
            await asyncio.sleep(wait)

    async def _health(self, seconds):
        await asyncio.sleep(min(60, seconds))
        while True:
            self.app.health()
            await asyncio.sleep(seconds)

    async def _remote(self):
        app = self.app
        while True:
            self._promise("remote", 120)
            import remote

            try:
                for wait in remote.check(app):
                    await sleep_ms(wait)
            except OSError as e:
                print("remote config:", e)
            if app.new_config or remote.is_over(app):
                app.restart("config")
            del remote
            app.forget()
            self._promise("remote", app.ask_again + 120)
            await asyncio.sleep(app.ask_again)

    async def _lamp(self):
        from boards.lamp import Lamp

        app = self.app
        lamp = Lamp(app.board)
        try:
            lamp.step()
        except ValueError as e:  # the port's word for a pin that it has not
            print("led:", e)
            return
        while True:
            if self._safe:
                lamp.show("safe")
            elif not app.board.online():
                lamp.show("joining")
            elif app.sensors.failing:
                lamp.show("failing")
            else:
                lamp.show("sending" if app.emitter.last_result in (None, 200) else "unsent")
            await sleep_ms(lamp.step())
