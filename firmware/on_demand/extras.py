# Gives an App what few configs have (event_keys.py); loaded where one has it.
from snowplow_tracker.self_describing import pair_json


def make(app):
    """Give an App what settings["extras"] says."""
    extras = app.settings["extras"]
    tracker = app.tracker
    if "outputs" in extras:  # first: a pump is not to run while the rest is made
        from firmware import output

        output.prepare(app)
    if "lang" in extras:
        app.standard_nv_pairs["lang"] = extras["lang"]
    if "method" in extras:
        app.emitter.get = True
    tracker.encode_base64 = "encode_base64" in extras
    schema, data = app.board_entity
    if "name" in extras:
        app.board_entity = (schema[:-1] + "1", data)
        data["name"] = extras["name"]
    if "anonymous" in extras:
        _anonymous(app, data)
    if "location" in extras:
        from snowplow_tracker.entities.geolocation import geolocation

        app.location = geolocation(**extras["location"])
        # A GPS replaces it, see location.py.
        tracker.plugins.append(lambda eid, pairs, schema, entities: entities.append(app.location))
    if "entities" in extras:
        static = [pair_json("entities", pair) for pair in extras.pop("entities")]
        tracker.plugins.append(lambda eid, pairs, schema, entities: entities.extend(static))
    app.own = None
    if "app" in extras and not app.crashes.safe_mode:
        from firmware.own_app import OwnApp

        app.own = OwnApp(app, extras["app"])
        app.own.start()


# Nothing that tells this board from others leaves it but what the config says itself.
def _anonymous(app, data):
    from snowplow_tracker.plugins.anonymous import Anonymous

    data.pop("id", None)
    app.tracker.anonymous = Anonymous("session" in app.settings["track"], server=True)
