# A transport takes one request at a time to the collector.
#
#   send(length, body)    POST the `length` bytes that the generator `body` yields in parts of
#                         any size, each valid until the next is asked for. Either it blocks
#                         and returns the HTTP status, or it returns a generator that does:
#                         that one yields whenever it would block, the milliseconds after
#                         which it wants to go on, and feeds nothing itself. OSError if no
#                         answer came, whatever the reason; Stale if a kept connection broke
#                         before a byte of the answer: the emitter then sends again, at once.
#                         With GET, `body` is the query and `length` is 0.
#   anonymous             set before each send(): whether it goes with `SP-Anonymous: *`
#   close()               give up the connection, if one is kept
#   retry_after           that header of the last answer as bytes, or None
#   began                 whether the last send() wrote anything to the collector
#
# Only send() is a must. A Date header goes to date.tell_clock(). In every case, and when its
# generator is closed, it closes `body` and leaves no half-used connection. A redirect is a
# failure: to follow one turns the POST into an empty GET, which is answered 200, and the events
# are lost.


class Stale(OSError):
    pass


def pieces(buf, parts, head=b""):
    """`head`, which fits, and `parts` in views of `buf`: all of it each time, but the last."""
    view = memoryview(buf)
    size = len(buf)
    n = len(head)
    view[:n] = head
    head = None  # it is not to take up room while the rest is sent
    for part in parts:
        end = n + len(part)
        if end < size:
            view[n:end] = part
            n = end
            continue
        start = 0
        while end >= size:
            view[n:] = part[start : start + size - n]
            yield view
            start += size - n
            end -= size
            n = 0
        view[:end] = part[start:]
        n = end
    if n:
        yield view[:n]
