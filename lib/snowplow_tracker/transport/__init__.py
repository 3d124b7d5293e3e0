# A transport takes one request to the collector.
#
#   send(length, body)    POST the `length` bytes that the generator `body` yields in pieces;
#                         -> the HTTP status. OSError if no answer came, whatever the reason.
#
# It closes what it opened, and `body`, in every case. A redirect is an OSError too: to follow
# one turns the POST into an empty GET, which is answered 200, and the events are lost.
