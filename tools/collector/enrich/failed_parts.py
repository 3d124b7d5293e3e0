"""The parts of a failed event whose data breaks a schema, each beside its schema."""

from tools.collector.enrich.iglu import broken_places, compile_file


def failed_parts(record, schemas):
    """Return ``[{"field", "uri", "data", "schema", "places"}]`` of a bad event's record.

    They are the self-describing event and the entities that failed, and whose schema is found.
    ``field`` is the one of the failures ("ue_pr", "co[0]"). ``schema`` is what the judge would use
    now, from the same folders, and ``places`` are :func:`iglu.broken_places`: none where the
    schema was mended after the event had failed. ``schemas`` is an :class:`iglu.Schemas`.
    """
    found = []
    for field, part in _parts(record):
        path = schemas.find(part["schema"])
        try:
            schema, validator = compile_file(path) if path else (None, None)
        except OSError:
            continue
        if schema is None:
            continue
        places = broken_places(validator, part["data"])
        about = {"field": field, "uri": part["schema"], "data": part["data"]}
        found.append({**about, "schema": schema, "places": places})
    return found


def _parts(record):
    """Yield (field, {"schema", "data"}) of what the failures name."""
    event = record.get("event") or {}
    named = {one["field"].partition("/")[0] for one in record.get("failures", ())}
    unstruct = event.get("unstruct_event")
    for field in ("ue_pr", "ue_px"):
        if unstruct and field in named:
            yield field, unstruct["data"]
    for index, entity in enumerate(event.get("contexts", {}).get("data", ())):
        for field in (f"co[{index}]", f"cx[{index}]"):
            if field in named:
                yield field, entity
