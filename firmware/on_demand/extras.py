# Gives an App what few configs have (event_keys.py); loaded where one has it.
from snowplow_tracker.self_describing import sealed


def add(app):
    """Give an App what settings["extras"] says; the module of the user's own comes later."""
    extras = app.settings["extras"]
    tracker = app.tracker
    if "outputs" in extras:  # first: a pump is not to run while the rest is made
        from firmware import output

        output.prepare(app)
    if "lang" in extras:
        app.standard_nv_pairs["lang"] = extras["lang"]
    tracker.encode_base64 = "encode_base64" in extras
    # Nothing that tells this board from others leaves it but what the config says itself.
    if "anonymous" in extras:
        from snowplow_tracker.plugins.anonymous import Anonymous

        tracker.anonymous = Anonymous("session" in app.settings["track"], server=True)
        app.board_entity[1].pop("id", None)
    if "location" in extras:
        from snowplow_tracker.entities.geolocation import geolocation

        app.location = geolocation(**extras["location"])
        tracker.plugins.append(_attach_location(app))
    if "entities" in extras:
        static = [sealed("entities", pair) for pair in extras.pop("entities")]
        tracker.plugins.append(lambda eid, pairs, schema, entities: entities.extend(static))


# A GPS replaces it (location.py), a remote configuration may take it away.
def _attach_location(app):
    def attach(eid, pairs, schema, entities):
        if app.location:
            entities.append(app.location)

    return attach
