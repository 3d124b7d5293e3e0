# Trackers by their names, as in the official tracker, and the configurations that make one.
from .emitter import Emitter
from .emitter.options import check_codes, check_timeout
from .official.logger import logger
from .tracker import Tracker
from .validators import integer

# The official tracker's order.
_ORDER = (
    "batch_size on_success on_failure byte_limit request_timeout buffer_capacity "
    "custom_retry_codes event_store session"
).split()
_FURTHER = (
    "max_retry_delay_seconds transport idle online roots verify headers cookie_file path dns"
).split()


class TrackerConfiguration:
    def __init__(self, encode_base64: "bool | None" = False, json_encoder=None) -> None:
        self.encode_base64 = encode_base64
        self.json_encoder = json_encoder

    @property
    def encode_base64(self) -> "bool | None":
        return self._encode_base64

    @encode_base64.setter
    def encode_base64(self, value: "bool | None") -> None:
        if value is not None and not isinstance(value, bool):
            raise ValueError("encode_base64: expected True or False, got %r" % (value,))
        self._encode_base64 = value


def _positive(name, value):
    return integer(name, value, 1)


def _option(name, check):
    def get(self):
        return self.options.get(name)

    def set(self, value):
        self.options[name] = value if value is None else check(name, value)

    return property(get, set)


class EmitterConfiguration:
    # What Emitter takes, by its names; what is None has the Emitter's default.
    def __init__(self, *args, **options) -> None:
        if len(args) > len(_ORDER):
            raise TypeError("%d arguments, at most %d are taken" % (len(args), len(_ORDER)))
        for i, value in enumerate(args):
            if _ORDER[i] in options:
                raise TypeError("given twice: " + _ORDER[i])
            options[_ORDER[i]] = value
        self.options: dict = {}
        for name in options:
            if name in _ORDER:
                setattr(self, name, options[name])
            elif name in _FURTHER:
                self.options[name] = options[name]
            else:
                raise TypeError("unexpected argument: " + name)
        if not self.options.get("custom_retry_codes"):
            self.options["custom_retry_codes"] = {}

    batch_size = _option("batch_size", _positive)
    on_success = _option("on_success", lambda name, value: value)
    on_failure = _option("on_failure", lambda name, value: value)
    byte_limit = _option("byte_limit", _positive)
    request_timeout = _option("request_timeout", lambda name, value: check_timeout(value))
    buffer_capacity = _option("buffer_capacity", _positive)
    custom_retry_codes = _option("custom_retry_codes", lambda name, value: check_codes(value))
    event_store = _option("event_store", lambda name, value: value)
    session = _option("session", lambda name, value: value)

    def set_retry_code(self, status_code: int, retry: bool = True) -> bool:
        """Set whether an HTTP status is retried; -> whether it was one that can be."""
        try:
            check_codes({status_code: retry})
            if 200 <= status_code < 300:
                raise ValueError("2xx is success, and is never retried")
        except ValueError as e:
            logger.warning("set_retry_code: %s", e)
            return False
        self.options["custom_retry_codes"][status_code] = retry
        return True


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
    ) -> "Tracker | None":
        """A Tracker with an Emitter to `endpoint`, known by its namespace."""
        if endpoint is None:
            raise TypeError("endpoint: expected the collector's address")
        tracker_config = tracker_config or TrackerConfiguration()
        given = emitter_config.options if emitter_config else {}
        options = {name: given[name] for name in given if given[name] is not None}
        tracker = Tracker(
            namespace,
            Emitter(endpoint, method=method, **options),
            subject,
            app_id,
            bool(tracker_config.encode_base64),
            tracker_config.json_encoder,
        )
        return Snowplow.add_tracker(tracker)

    @staticmethod
    def add_tracker(tracker: Tracker) -> "Tracker | None":
        """Make a tracker known; TypeError if there is one of that namespace. -> the tracker."""
        if not isinstance(tracker, Tracker):
            logger.warning("add_tracker: expected a Tracker")
            return None
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
