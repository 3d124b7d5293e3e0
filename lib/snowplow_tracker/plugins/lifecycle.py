# Foreground and background of a board: it is awake, and it is about to sleep. The events of
# the mobile trackers, and the application_lifecycle entity as a plugin. The counts are kept
# with the session:
#
#   lifecycle = Lifecycle(tracker, session)
#   tracker.plugins.append(lifecycle)
#   lifecycle.foreground()                  # at boot, and after a light sleep
#   lifecycle.background()                  # before a sleep of either kind

SCHEMA = "iglu:com.snowplowanalytics.mobile/application_lifecycle/jsonschema/1-0-0"
FOREGROUND = "iglu:com.snowplowanalytics.snowplow/application_foreground/jsonschema/1-0-0"
BACKGROUND = "iglu:com.snowplowanalytics.snowplow/application_background/jsonschema/1-0-0"


class Lifecycle:
    def __init__(self, tracker, session) -> None:
        self.tracker = tracker
        self.session = session
        self.visible = True

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        index = self.session.foregrounds if self.visible else self.session.backgrounds
        entities.append((SCHEMA, {"isVisible": self.visible, "index": index}))

    def foreground(self) -> "str | None":
        """The board is awake: tracks application_foreground; -> its eid, or None."""
        self.session.foreground()
        self.visible = True
        self.session.foregrounds += 1
        data = {"foregroundIndex": self.session.foregrounds}
        return self.tracker.track_self_describing_event((FOREGROUND, data))

    def background(self) -> "str | None":
        """The board goes to sleep: tracks application_background; -> its eid, or None."""
        self.visible = False
        self.session.backgrounds += 1
        data = {"backgroundIndex": self.session.backgrounds}
        eid = self.tracker.track_self_describing_event((BACKGROUND, data))
        self.session.background()
        return eid
