# Trackers by their names, as in the official tracker, and the configurations that make one.
from .emitter import Emitter
from .tracker import Tracker

# The official tracker's order.
_ORDER = (
    "batch_size",
    "on_success",
    "on_failure",
    "byte_limit",
    "request_timeout",
    "buffer_capacity",
    "custom_retry_codes",
    "event_store",
)


class TrackerConfiguration:
    def __init__(self, encode_base64: bool = False, json_encoder=None) -> None:
        self.encode_base64 = encode_base64
        self.json_encoder = json_encoder


class EmitterConfiguration:
    # What Emitter takes, by its names; what is not given has the Emitter's default.
    def __init__(self, *args, **options) -> None:
        for i, value in enumerate(args):
            options[_ORDER[i]] = value
        self.options = {name: options[name] for name in options if options[name] is not None}


class Snowplow:
    _trackers: dict = {}

    @staticmethod
    def create_tracker(
        namespace: str,
        endpoint: str,
        method: str = "post",
        app_id: "str | None" = None,
        subject=None,
        tracker_config: "TrackerConfiguration | None" = None,
        emitter_config: "EmitterConfiguration | None" = None,
    ) -> Tracker:
        """A Tracker with an Emitter to `endpoint`, known by its namespace."""
        tracker_config = tracker_config or TrackerConfiguration()
        options = emitter_config.options if emitter_config else {}
        tracker = Tracker(
            namespace,
            Emitter(endpoint, method=method, **options),
            subject,
            app_id,
            tracker_config.encode_base64,
            tracker_config.json_encoder,
        )
        return Snowplow.add_tracker(tracker)

    @staticmethod
    def add_tracker(tracker: Tracker) -> Tracker:
        """Make a tracker known; TypeError if there is one of that namespace. -> the tracker."""
        namespace = tracker.get_namespace()
        if namespace in Snowplow._trackers:
            raise TypeError("Tracker with this namespace already exists")
        Snowplow._trackers[namespace] = tracker
        return tracker

    @staticmethod
    def get_tracker(namespace: str) -> "Tracker | None":
        """The tracker of that namespace, or None."""
        return Snowplow._trackers.get(namespace)

    @staticmethod
    def remove_tracker(tracker: Tracker) -> None:
        """Forget a tracker, if it is known."""
        Snowplow.remove_tracker_by_namespace(tracker.get_namespace())

    @staticmethod
    def remove_tracker_by_namespace(namespace: str) -> None:
        """Forget the tracker of that namespace, if there is one."""
        Snowplow._trackers.pop(namespace, None)

    @staticmethod
    def reset() -> None:
        """Forget all trackers."""
        Snowplow._trackers.clear()
