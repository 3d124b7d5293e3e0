# A transport takes one request at a time to the collector.
#
#   send(length, body)    POST the `length` bytes of `body`. body(buf, head) is a generator that
#                         fills the bytearray `buf`, with the bytes `head` first, and yields views
#                         of it, each valid until the next is asked for. Either send() blocks
#                         and returns the HTTP status, or it returns a generator that does:
#                         that one yields whenever it would block, the milliseconds after
#                         which it wants to go on. With GET, `body` is the query as bytes, and
#                         `length` is 0.
#                         A status of 2xx means that a collector took the whole request: a web
#                         page, or a 2xx after which the request could not be sent to its end,
#                         is an error.
#                         OSError if no answer came. Its errno says why: ETIMEDOUT if it took
#                         too long, EACCES if a web page came with 2xx, as from a network that
#                         wants a login; no errno if something else came that is no answer.
#   stale                 whether the last send() failed since a kept connection was closed by
#                         the other side, before a byte of the answer: the emitter then sends
#                         again, at once. The next send() opens a connection, and is not stale.
#   anonymous             set before each send(): whether it goes with `SP-Anonymous: *`
#   close()               close the connection, if one is kept
#   retry_after           that header of the last answer as bytes, or None
#   wrote                 whether the last send() wrote anything to the collector
#
# Only send() is a must. A Date header goes to http_date.use_date(). In every case, and when its
# generator is closed, a transport leaves no half-used connection. A redirect is a failure: to
# follow one turns the POST into an empty GET, which is answered 200, and the events are lost.
