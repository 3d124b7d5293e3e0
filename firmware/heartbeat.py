# The trigger `heartbeat`: a page_view at boot and a page_ping each time, which the entity web_page
# joins. Loaded if the config has one. After a deep sleep the page is still that of the boot, so
# its id is in a file.
from snowplow_tracker.json_file import load, save
from snowplow_tracker.record import uuid4

_WEB_PAGE = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"


class Heartbeat:
    def __init__(self, options):
        self._page = options["url"], options["title"]
        self._id = None

    def track(self, app):
        """Track that the board is alive."""
        path = app.settings["state_path"] + "/page.json"
        is_new = False
        if not self._id and app.reset_intent == "sleep":
            self._id = load(path).get(self._page[0])
        if not isinstance(self._id, str):
            self._id = uuid4().decode()
            is_new = True
            if app.board.retained and app.wake_count is not None:  # it sleeps deeply
                save(path, dict(load(path), **{self._page[0]: self._id}))
        # Imported each time, since they are unloaded.
        place: tuple = self._page
        if is_new:
            from snowplow_tracker.events.page_view import track
        else:
            from snowplow_tracker.events.page_ping import track

            place += (None, 0, 0, 0, 0)  # no referrer, and nothing scrolls
        app.count(track(app.tracker, *place, context=[(_WEB_PAGE, {"id": self._id})]))
        app.unload()
