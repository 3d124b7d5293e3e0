# Anonymous on the server's side alone, as the mobile trackers have it: the collector is asked to
# keep neither address nor cookie, and the events stay as they are. It takes the place of an
# Anonymous.
from snowplow_tracker.record import ANONYMOUS


def server_anonymous(pairs: dict, entities: list) -> int:
    """The flag of an event that goes with `SP-Anonymous: *`."""
    return ANONYMOUS
