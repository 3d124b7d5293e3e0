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
            at = 0
            while True:
                json = self.json(part)
                step = min(len(json) - at, size - n)
                view[n : n + step] = json[at : at + step]
                at += step
                n += step
                if n < size:
                    break
                yield view
                n = 0
        yield view[:n]

    # One clock for both times: the collector's side relies on their difference. They have 13
    # digits until the year 2286, so that a body's length is known before it is written.
    def parts(self):
        """The wrapper's start; by turns a record, for json(), and what closes it; its end."""
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
            part = after
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
            yield part
            yield end
        if length:
            # It has since they were counted, and the collector must not get a body that is whole.
            raise OSError("the store changed")
        yield b"]}"

    def json(self, part):
        """The bytes of a part; of a sequence, a view of that record's JSON."""
        if not isinstance(part, int):
            return part
        record = self._peek(part - 1)
        if record is None or unpack_from(HEADER, record)[3] != part:
            raise OSError("the store changed")
        return record[HEADER_SIZE:]


def _backdated(record):
    from ..clock.backdate import backdate

    return backdate(record)
