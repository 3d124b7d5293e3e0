# A store keeps sealed records (record.py) in the order in which they came.
#
#   put(ms, flags, json)  seal and keep; -> its sequence, or None if it was not kept
#   peek(after)           the oldest record with a sequence above `after`, as a buffer that
#                         is valid until the next call; None if there is none
#   drop(sequence)        forget every record up to and including `sequence`
#   len(store)            how many records it holds
#   store.dropped         how many it gave up, for want of room or otherwise
#
# Nothing else removes a record. Sequences rise by one, so that a record that was evicted
# while its batch was under way cannot take a younger one with it.
