# Applies at the boot what a remote_config document changes beside keys of config.json. Those of
# requests are in start.py, those of the session in features.py, those of the store in
# remote_keys.py.
from firmware.on_demand.start import set_board_entity

_SUBJECT = ("p", "tnuid", "duid", "ua", "ip", "tz", "lang")


def apply(app):
    """Change an App's parts before it tracks anything."""
    options = app.settings["remote_options"]
    tracker = app.tracker
    for key in _SUBJECT:
        if key in options:
            app.standard_nv_pairs[key] = options[key]
    server = options.get("server_anonymous", False)
    if options.get("anonymous"):
        from snowplow_tracker.plugins.anonymous import Anonymous

        # Sessions stay, without their user, as in the mobile trackers.
        tracker.anonymous = Anonymous(session=True, server=server)
        set_board_entity(app, True)
    elif server:
        from firmware.server_anonymous import server_anonymous

        tracker.anonymous = server_anonymous
    level = options.get("log", "off")
    if level != "off":
        from snowplow_tracker.plugins import log

        levels = {"error": log.ERROR, "debug": log.INFO, "verbose": log.DEBUG}
        tracker.log = log.Log(levels[level])
    if "body_bytes" in options:
        app.emitter.byte_limit = options["body_bytes"]
    codes = options.get("retry_codes", {})
    app.emitter.custom_retry_codes = {int(status): codes[status] for status in codes}
    features = options.get("features", {})
    # `lifecycle` has a session too, but not all events need carry it.
    if features.get("session") is False and app.session in tracker.plugins:
        tracker.plugins.remove(app.session)
    if options.get("location") is False:
        app.location = False  # so that location.py adds none to the events
