# Configuration from afar: Snowplow's remote_config document (1-0-1), fetched by URL. One that
# is newer and valid is kept in a file and tried at the next boot; if nothing can be sent with
# it within trial_seconds, it is taken back, and its version is not tried again.
#
#   Remote(app)           is_new and is_over() ask for a reset
#   document.py           fetches it, and looks at it; loaded for as long as that takes
#   settings.py           at boot: config.json with what the document changes
#
# The state is {version, refused, trial, changes, before}.
from forget import forget
from snowplow_tracker import clock
from snowplow_tracker.state import load, save

NAME = "/remote.json"


def refuse(state):
    """The state without the version that it has, which may be that of an older document."""
    before = state.get("before") or {}
    before["refused"] = state.get("version", 0)
    return before


class Remote:
    def __init__(self, app):
        self.app = app
        self.options = app.settings["remote"]
        self.path = app.settings["state_path"] + NAME
        self.state = load(self.path)
        self.is_new = False
        self.wait = 5  # seconds until check() is due

    def check(self):
        """Fetch the document, and note it if it is newer; yields ms to wait; or OSError."""
        self.wait = 5
        if not self.app.board.online():
            return
        import document

        try:
            yield from document.check(self)
        finally:
            forget("document", "config")

    def works(self):
        """Something was sent: what was on trial stays."""
        if self.state.pop("trial", None):
            self.state.pop("before", None)
            self.keep(self.state, "works")

    def is_over(self):
        """Whether the trial took too long; then it is taken back, and a reset is due."""
        if not self.state.get("trial"):
            return False
        if clock.ms() < self.options["trial_seconds"] * 1000:
            return False
        version = self.state["version"]
        self.state = refuse(self.state)
        self.keep(self.state, "rolled_back", version)
        return True

    def keep(self, state, what, version=None, why=None):
        """Write the state down and, if flash takes it, tell of it; whether it did."""
        if not save(self.path, state):
            return False
        if version is None:
            version = state["version"]
        self.app.struct("remote_config", what, str(version), why and why[:255])
        return True
