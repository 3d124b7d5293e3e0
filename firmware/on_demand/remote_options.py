# Applies what a remote_config document changes beside keys of config.json. What start.py and
# features.py need for the store and the session is made of it in remote_keys.py.
from firmware.on_demand.start import set_method

_SUBJECT = ("p", "tnuid", "duid", "ua", "ip", "tz", "lang")


def apply(app):
    """Change an App's parts before it tracks anything."""
    options = app.settings["remote_options"]
    set_requests(app.emitter, app.settings)
    tracker = app.tracker
    for key in _SUBJECT:
        if key in options:
            app.standard_nv_pairs[key] = options[key]
    server = options.get("server_anonymous", False)
    if tracker.anonymous:
        pass  # the config's own is the strictest
    elif options.get("anonymous"):
        from snowplow_tracker.plugins.anonymous import Anonymous

        # Sessions stay, without their user, as in the mobile trackers.
        tracker.anonymous = Anonymous(session=True, server=server)
        app.board_entity[1].pop("id", None)
    elif server:
        from firmware.server_anonymous import server_anonymous

        tracker.anonymous = server_anonymous
    level = options.get("log", "off")
    if level != "off":
        from snowplow_tracker.plugins import log

        levels = {"error": log.ERROR, "debug": log.INFO, "verbose": log.DEBUG}
        tracker.log = log.Log(levels[level])
    features = options.get("features", {})
    # `lifecycle` has a session too, but not all events need carry it.
    if features.get("session") is False and app.session in tracker.plugins:
        tracker.plugins.remove(app.session)
    if options.get("location") is False:
        app.location = False  # so that location.py adds none to the events


# The settings may be others than the App's; see remote_config.py.
def set_requests(emitter, settings):
    """Change the requests of an Emitter."""
    options = settings.get("remote_options", {})
    set_method(emitter, settings)
    emitter.byte_limit = options.get("body_bytes", type(emitter).byte_limit)
    codes = options.get("retry_codes", {})
    emitter.custom_retry_codes = {int(status): codes[status] for status in codes}
