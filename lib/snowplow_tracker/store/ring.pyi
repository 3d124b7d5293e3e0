# Types and documentation of ring.py. No board gets this file.
class RingStore:
    """Events in RAM: when there is no room, the oldest makes it."""

    error: OSError | None
    settled: tuple[int, int]
    lost: dict[str, int]
    """How many events were lost, by cause: overflow, age."""
    max_ms: int
    cause: str
    buf: memoryview
    head: int
    tail: int
    end: int
    count: int
    next_sequence: int
    def __init__(
        self, nbytes: int = 16384, overflow: str = "oldest", max_age: int = 2592000
    ) -> None:
        """Take the memory.

        Args:
            nbytes: Bytes for events; each takes 17 more than its JSON.
            overflow: What is lost when there is no room: `oldest`, or `newest`.
            max_age: Seconds after which an event is not sent any more (30 days).

        Raises:
            ValueError: `overflow` is another word.
            MemoryError: There is no memory of this size in one piece.
        """
    def __len__(self) -> int: ...
    @property
    def dropped(self) -> int:
        """How many events were lost, for any cause in `lost`."""
    def put(self, ms: int, flags: int, json: bytes | memoryview) -> int | None:
        """Store an event; -> its sequence, or None if it was not kept."""
    def peek(self, after: int = 0) -> memoryview | None:
        """The first record behind a sequence, valid until the next call; None if there is none."""
    def drop(self, sequence: int) -> None:
        """Remove the records up to a sequence."""
    def sync(self) -> bool:
        """Nothing is written: RAM is all there is. -> whether it is empty."""
    def make_room(self, size: int) -> bool: ...
    def evict(self, cause: str | None = None) -> None: ...
