# Types and documentation of snowplow.py. No board gets this file.
from collections.abc import Callable
from typing import Any

from .subject import Subject
from .tracker import Tracker

class TrackerConfiguration:
    """What a tracker made by create_tracker() takes beside its names."""

    json_encoder: Callable[[Any], Any] | None
    def __init__(
        self,
        encode_base64: bool | None = False,
        json_encoder: Callable[[Any], Any] | None = None,
    ) -> None:
        """Take the options.

        Args:
            encode_base64: Whether self-describing JSON goes as base64.
            json_encoder: Makes something of JSON from a value that has no JSON form.

        Raises:
            ValueError: An option is of another type.
        """
    @property
    def encode_base64(self) -> bool | None:
        """Whether self-describing JSON goes as base64."""
    @encode_base64.setter
    def encode_base64(self, value: bool | None) -> None: ...

class EmitterConfiguration:
    """What an emitter made by create_tracker() takes: the arguments of Emitter.

    What is None has the Emitter's default. To set an attribute checks it, as the call does.
    """

    options: dict[str, Any]
    batch_size: int | None
    on_success: Callable[[list[dict[str, str]]], object] | None
    on_failure: Callable[[int, list[dict[str, str]]], object] | None
    byte_limit: int | None
    request_timeout: float | tuple[float, float] | None
    buffer_capacity: int | None
    custom_retry_codes: dict[int, bool] | None
    event_store: Any
    session: Any
    def __init__(
        self,
        batch_size: int | None = None,
        on_success: Callable[[list[dict[str, str]]], object] | None = None,
        on_failure: Callable[[int, list[dict[str, str]]], object] | None = None,
        byte_limit: int | None = None,
        request_timeout: float | tuple[float, float] | None = None,
        buffer_capacity: int | None = None,
        custom_retry_codes: dict[int, bool] | None = None,
        event_store: Any = None,
        session: Any = None,
        *,
        max_retry_delay_seconds: int = 60,
        transport: Any = None,
        idle: Callable[[], object] | None = None,
        online: Callable[[], bool] | None = None,
        roots: bytes | str | None = None,
        verify: bool = True,
        headers: dict[str, str] | None = None,
        cookie_file: str | None = None,
        path: str | None = None,
        dns: Any = None,
    ) -> None:
        """Take the options of an Emitter, which says what they are.

        Raises:
            ValueError: An option is out of its limits.
            TypeError: There is no such option.
        """
    def set_retry_code(self, status_code: int, retry: bool = True) -> bool:
        """Set whether an HTTP status is retried; -> whether it was one that can be."""

class Snowplow:
    """Trackers by their namespaces, as in the official package."""

    @staticmethod
    def create_tracker(
        namespace: str,
        endpoint: str,
        method: str = "post",
        app_id: str | None = None,
        subject: Subject | None = None,
        tracker_config: TrackerConfiguration | None = None,
        emitter_config: EmitterConfiguration | None = None,
    ) -> Tracker | None:
        """A Tracker with an Emitter to `endpoint`, known by its namespace.

        Raises:
            ValueError: An argument is bad.
            TypeError: There is a tracker of that namespace, or no endpoint.
        """
    @staticmethod
    def add_tracker(tracker: Tracker) -> Tracker | None:
        """Make a tracker known; TypeError if there is one of that namespace. -> the tracker."""
    @staticmethod
    def get_tracker(namespace: str) -> Tracker | None:
        """The tracker of that namespace, or None."""
    @staticmethod
    def remove_tracker(tracker: Tracker) -> None:
        """Forget a tracker, if it is known."""
    @staticmethod
    def remove_tracker_by_namespace(namespace: str) -> None:
        """Forget the tracker of that namespace, if there is one."""
    @staticmethod
    def reset() -> None:
        """Forget all trackers."""
