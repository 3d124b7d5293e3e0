# What a SegmentStore does when flash is full. It loads when that happens for the first time.
from .checkpoint import save_state


def evict(log):
    """Delete the oldest segment of a SegmentLog, to make room."""
    r = log.reader
    head = r.head
    try:
        # How many of its records were accepted?
        accepted = 0
        after, last = log.ring.settled
        r.copy(head)
        while r.sequence <= last and r.seek(True) and r.number == head.number:
            accepted += after < r.record_sequence <= last
        r.copy(head)
        if not r.next_segment():
            r.go_to_end()
        elif r.seek():
            r.sequence = max(r.sequence, r.end - r.left)
        elif r.error:
            raise r.error
        else:
            r.go_to_end()
        log.move_head(accepted)
    except BaseException:
        r.copy(head)  # what was not evicted is still to be read
        raise
    try:
        save_state(log)
    except OSError as e:
        if e.errno != 28:  # ENOSPC: if there is no room for the state, this makes some
            raise
    log.delete_passed()
