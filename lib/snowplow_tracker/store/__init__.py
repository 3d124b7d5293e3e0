# A store keeps sealed records (record.py) in the order in which they came.
#
#   put(ms, flags, json)  seal and keep; -> its sequence, or None if it was not kept
#   peek(after)           the oldest record with a sequence above `after`, as a buffer that
#                         is valid until the next call; None if there is none. To ask again for
#                         the record that was read last costs no reading.
#   drop(sequence)        forget every record up to and including `sequence`
#   sync()                make safe what is only in RAM; -> whether all of it is safe now
#   len(store)            how many records it holds
#   store.lost            how many it gave up: {cause: count}, ready to be sent as an event
#                           overflow    it was full, or the record was larger than it
#                           age         older than max_age seconds when its turn came
#                           corruption  what was read back is not what was written, or is gone
#                           error       flash could not be written
#   store.dropped         the sum of them
#   store.error           the OSError that keeps records off flash, or on it; or None
#   store.settled         set by who sends: (after, sequence), when the records above `after` up
#                         to and including `sequence` were accepted while older ones still wait.
#                         They stay until drop() passes them; if they have to make room, or grow
#                         too old, they are not counted as lost.
#
# Nothing else removes a record. Sequences rise, and none is given twice, so that a record
# that was evicted while its batch was under way cannot take a younger one with it. They may
# skip at a reboot: those that only RAM knew of are never given again.
#
# No call raises for what flash does. A record that is damaged or too old is passed over by
# peek() and counted when drop() passes it; until then it is part of len(). While flash cannot
# be read, peek() and drop() see only what is in RAM, and what is on flash stays.
#
# Without memory, peek() and drop() may raise MemoryError: nothing was forgotten, and the call
# can be repeated. put() and sync() do not: what could not be written waits in RAM.
#
# A record of an earlier boot has the flag UNIX, and the time of day instead of `ms`, where
# the store knows how that boot's clock stood. Without the flag, and with a boot that is not
# clock.boot, its time is not known.
#
# A store on flash also has close(): sync(), and leave its folder to another store.
