# Types and documentation of urequests.py. No board gets this file.
from collections.abc import Callable, Generator, Iterator
from typing import Any

class UrequestsTransport:
    """Sends by MicroPython's `requests`, and blocks meanwhile."""

    anonymous: int
    """Whether the next request goes with `SP-Anonymous: *`."""
    http: Any
    url: str
    timeout: float
    def __init__(self, url: str, timeout: float = 10, verify: bool = True) -> None:
        """Take the collector's address.

        Args:
            url: The whole address, with the path.
            timeout: Seconds.
            verify: False for https, whose server `requests` cannot verify.

        Raises:
            ValueError: The address is https, and it would have to be verified.
        """
    def send(
        self, length: int, body: Callable[..., Iterator[memoryview]]
    ) -> int | Generator[int, None, int]:
        """POST the body; -> the HTTP status, or OSError."""
    def close(self) -> None:
        """Close the connection, if there is one."""
    def parse_headers(self, line: bytes, headers: dict[str, str]) -> None: ...
