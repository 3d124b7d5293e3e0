# What becomes of a battery's percentage. Loaded if a sensor measures it.


def check(app, percent):
    """Note the battery's percentage, and track that it is low, or is not any more."""
    # It must rise a little before it counts as charged again.
    app.battery = percent
    limit = app.settings["battery"]["low_percent"]
    low = percent < (limit + 5 if app.low else limit)
    if low != app.low:
        app.low = low
        app.track_struct("battery", "low" if low else "ok", None, None, percent)
