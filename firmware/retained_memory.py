# Retained memory: an ESP32's RTC memory of 2,048 bytes, which outlives deep sleep and resets, but
# not a loss of power. This is all that is in it:
#
#   bytes             what                                  written by
#   0 to 1            "SM"                                  boards/esp32.py
#   2                 the intent of the next reset          boards/esp32.py
#   3                 free                                  boards/esp32.py
#   then 62           the state of the mode battery         State.pack(), as _FORMAT has it
#   then 26           the clock                             clock/boot_history.py, freeze()
#   to the end        the newest page of the event store    store/retained.py
#
# board.memory() gives what follows the first four bytes.
from struct import calcsize, pack, unpack

from snowplow_tracker.clock.boot_history import FROZEN_SIZE, freeze, resume

# Mark; 1 if the battery was low, plus twice the failures in a row of several links; wakes; wakes
# since the last send; sends that failed in a row; thresholds that are crossed, sensors that fail,
# a bit each; when it was awake last (ms), when health was tracked and when the remote
# configuration was asked for last (s); ms() when it fell asleep, ms asleep and with the radio on;
# wakes that sampled, and that sent.
_FORMAT = "<2sBIHBHHQIIQQQII"
_MARK = b"B2"
_STATE_SIZE = calcsize(_FORMAT)
_PAGE = _STATE_SIZE + FROZEN_SIZE
_FLASH_BYTES = 262144  # of the event store, if the config names none: its page spills to flash


def save(board, *values):
    """Keep the values of _FORMAT, but its mark, and the clock over a deep sleep."""
    kept = board.memory()
    board.memory(pack(_FORMAT, _MARK, *values) + freeze() + kept[_PAGE:])


def load(board):
    """After a deep sleep: go on with the clock; -> the values, or None if there are none."""
    kept = board.memory()
    if kept[:2] != _MARK or not resume(kept[_STATE_SIZE:_PAGE]):
        return None
    return unpack(_FORMAT, kept[:_STATE_SIZE])[1:]


class PageMemory:
    # The part for the event store's page; called as machine.RTC().memory is.
    def __init__(self, board):
        self._board = board
        self.size = board.retained - _PAGE

    def __call__(self, data=None):
        kept = self._board.memory()
        if data is None:
            return kept[_PAGE:]
        self._board.memory((kept + bytes(_PAGE))[:_PAGE] + data)


def make_store(board, settings):
    """A store whose newest page is in retained memory, and the others on flash."""
    from snowplow_tracker.store.retained import RetainedStore

    memory = PageMemory(board)
    most = settings["store_bytes"] or _FLASH_BYTES
    options = settings.get("store", {})
    return RetainedStore(memory, memory.size, settings["store_path"], max_bytes=most, **options)
