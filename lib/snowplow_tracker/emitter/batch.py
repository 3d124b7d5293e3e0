# A batch of records: counts what goes together into a request, and streams it.
#
#   count      how many records; 0 if there is none
#   after      the sequence behind which they are; `last` is that of the last one
#   length     the bytes of the request's body
#   anonymous  not 0 if they go with `SP-Anonymous: *`
#
# No copy of the records is made. A view of the store is valid until the store's next call, and
# a put() may come at each yield: so a record is asked for again after each.
from struct import unpack_from

from .. import clock
from ..record import ANONYMOUS, DTM, HEADER, HEADER_SIZE, UNIX

_HEAD = b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['
_DTM_SIZE = 22  # ,"dtm":"1795350546723"
_STM_SIZE = 24  # ,"stm":"1795350546723"},


class Batch:
    # At most `most` records behind the sequence `after`. A record that is over the byte limit by
    # itself goes alone.
    def __init__(self, store, after: int, most: int, byte_limit: int):
        self._peek = peek = store.peek
        count = anonymous = 0
        length = len(_HEAD) + 1  # what closes the body, less the comma of the last event
        self.after = last = after
        while count < most:
            record = peek(last)
            if record is None:
                break
            size, flags, boot, sequence, ms = unpack_from(HEADER, record)
            if not count:
                anonymous = flags & ANONYMOUS
            # What closes the event, as in parts().
            if not flags & DTM:
                if boot == clock.boot or flags & UNIX and clock.known():
                    size += _DTM_SIZE
                else:
                    size = len(_backdated(record))
            size += _STM_SIZE
            if count and (length + size > byte_limit or anonymous != flags & ANONYMOUS):
                break
            length += size
            last = sequence
            count += 1
        self.count = count
        self.last = last
        self.length = length
        self.anonymous = anonymous

    def body(self, buf, head: bytes = b""):
        """A generator of `head` and the body in views of `buf`, which is filled each time."""
        view = memoryview(buf)
        size = len(buf)
        n = len(head)
        view[:n] = head
        for part in self.parts():
            end = n + len(part)
            while end > size:
                view[n:] = part[: size - n]
                end -= size
                yield view
                n = 0
                sequence = self._sequence
                if sequence:
                    part = self._peek(sequence - 1)
                    if part is None or unpack_from(HEADER, part)[3] != sequence:
                        raise OSError("the store changed")
                part = part[-end:]
            view[n:end] = part
            n = end
        yield view[:n]

    # One clock for both times: the collector's side relies on their difference. They have 13
    # digits until the year 2286, so that a body's length is known before it is written.
    def parts(self):
        """The wrapper's start; by turns a record's JSON and what closes it; its end."""
        self._sequence = 0  # of the record that is a part now
        wall = clock.unix_ms()
        start = wall - clock.ms()
        stm = b',"stm":"%013d"},' % wall
        length = self.length - len(_HEAD) - 2
        yield _HEAD
        after = self.after
        last = self.last
        while after < last:
            record = self._peek(after)
            if record is None:
                break
            size, flags, boot, after, ms = unpack_from(HEADER, record)
            if after > last:
                break
            part = record[HEADER_SIZE:]
            end = stm if after < last else stm[:-1]
            if not flags & DTM:
                if boot == clock.boot or flags & UNIX and clock.known():
                    if not flags & UNIX:
                        ms += start
                    end = b',"dtm":"%013d"%s' % (ms, end)
                else:
                    part = _backdated(record)
                    size = len(part)
            length -= size + len(end)
            if length < 0:
                break
            if not isinstance(part, bytes):
                self._sequence = after
            yield part
            self._sequence = 0
            yield end
        if length:
            # It has since they were counted, and the collector must not get a body that is whole.
            raise OSError("the store changed")
        yield b"]}"


def _backdated(record):
    from ..clock.backdate import backdate

    return backdate(record)
