# Where the board is, as its GPS found it: an entity of every event from the first fix on. Loaded
# at that fix.
from snowplow_tracker import clock


def update(app, found):
    """Have every event say where the board is; `found` are the readings of a GPS."""
    from snowplow_tracker.entities.geolocation import geolocation
    from snowplow_tracker.self_describing import sealed

    if app.location is False:
        return  # the remote configuration wants none
    options = {key: found[key] for key in ("altitude", "speed") if key in found}
    if clock.known():
        options["timestamp"] = clock.unix_ms()
    first = app.location is None
    try:
        place = geolocation(found["latitude"], found["longitude"], **options)
        app.location = sealed("location", place)
    except ValueError:  # what the config makes of it is no place
        return
    if first:
        app.tracker.plugins.append(
            lambda eid, pairs, schema, entities: entities.append(app.location)
        )
    app.unload()
