# What Iglu Central has for a device, if the config's `track` asks for it: session, platform
# and application entities, install and lifecycle events, the tracker's own failures.
import sys


class Extras:
    def __init__(self, app):
        self.app = app
        tracker = app.tracker
        self._path = app.settings["state_path"]
        self._wanted = wanted = app.settings["track"]
        self._entities: list = []
        self.session = self.lifecycle = self._diagnostics = None
        if "session" in wanted or "lifecycle" in wanted:
            from snowplow_tracker.session import Session

            self.session = Session(self._path)
            tracker.plugins.append(self.session)
        if "lifecycle" in wanted:
            from snowplow_tracker.lifecycle import Lifecycle

            self.lifecycle = Lifecycle(tracker, self.session)
            tracker.plugins.append(self.lifecycle)
        if "diagnostics" in wanted:
            from snowplow_tracker.diagnostics import Diagnostics

            self._diagnostics = Diagnostics(tracker)
        if "platform" in wanted or "application" in wanted:
            self.refresh()
            tracker.plugins.append(self._attach)

    def _attach(self, eid, pairs, schema, entities):
        entities.extend(self._entities)

    def started(self):
        """Track what comes once, and once a boot."""
        if "install" in self._wanted:
            from snowplow_tracker.install import track_install

            self.app.count(track_install(self.app.tracker, self._path))
        if self.lifecycle:
            self.app.count(self.lifecycle.foreground())

    def sleeps(self):
        """Call before a sleep."""
        if self.lifecycle:
            self.app.count(self.lifecycle.background())
        elif self.session:
            self.session.background()

    def woken(self):
        """Call after a light sleep."""
        if self.lifecycle:
            self.app.count(self.lifecycle.foreground())
        elif self.session:
            self.session.foreground()

    # The facts that change are as old as the last health event.
    def refresh(self):
        """Look at the board again, for the entities and for what failed."""
        board = self.app.board
        self._entities = []
        if "application" in self._wanted:
            from snowplow_tracker import __version__
            from snowplow_tracker.entities.application import application

            self._entities.append(application(__version__, sys.platform))
        if "platform" in self._wanted:
            from snowplow_tracker.entities.mobile_context import mobile_context

            space = board.flash() or (None, None)
            self._entities.append(
                mobile_context(
                    device_model=board.model,
                    network_type="wifi" if board.online() else "offline",
                    app_available_memory=board.memory_free(),
                    total_storage=space[0],
                    available_storage=space[1],
                )
            )
        if self._diagnostics:
            for _ in range(self._diagnostics.check()):
                self.app.tracked += 1
