"""Judges bad events again, after a schema was mended."""

import json
from typing import NamedTuple

from tools.collector.enrich.records import payload_of

_FIND = "SELECT received, unpacked(record) FROM events WHERE id=? AND good=0"
_UPDATE = "UPDATE events SET good=?, app_id=?, event_type=?, schema=?, record=? WHERE id=?"


class Replay(NamedTuple):
    """A request to the writer: judge the bad events with these ids again."""

    ids: list


def replay(connection, ids, judge, derived, compression):
    """Judge bad events again, in the writer's transaction; return ``(judged, good now)``, counts.

    An event keeps its id, its place and the time when it arrived. One that is still bad has the
    failures of today. A bad request, of which no single event is known, stays as it is.
    ``judge(payload, final)`` is the store's.
    """
    mended, judged = 0, []
    for id in ids:
        found = connection.execute(_FIND, (id,)).fetchone()
        payload = found and payload_of(json.loads(found[1]), found[0])
        if not payload:
            continue
        (row,) = judge(payload, True)
        if not row.good and json.loads(row.record)["rawEvent"] is None:
            continue  # An error in this program: the new record would be without the event
        values = row.good, row.app_id, row.event_type, row.schema, compression.pack(row.record)
        connection.execute(_UPDATE, (*values, id))
        derived.replace(connection, id, found[0], row)
        judged.append(id)
        mended += row.good
    derived.columns.make_again(connection, judged)
    return len(judged), mended
