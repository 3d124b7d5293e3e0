# What is tracked when a condition is met: a pin's edge, a threshold, a low battery. Loaded if the
# config has one of these.


def track(app, trigger, count):
    """Track that an edge or a threshold was met; -> names of the sensors to read, None for all."""
    options = trigger.options
    names = trigger.names
    if trigger.when == "edge":
        app.track_struct("edge", options["edge"], str(options["pin"]), None, int(count))
        return names
    name = options["sensor"]
    value = (app.sensors.read(name) or {}).get(options["quantity"])
    app.track_sensor_change()
    if value is None or not crosses(trigger, value):
        return ()
    action = "below" if options["above"] is None else "above"
    app.track_struct("threshold", action, name, options["quantity"], value)
    return names or [name]


# Crossed only when it comes from the other side by more than the hysteresis.
def crosses(trigger, value):
    """Whether the threshold is crossed by this value, now."""
    at = trigger.options["above"]
    away = value - at if at is not None else trigger.options["below"] - value
    before = trigger.crossed
    trigger.crossed = away >= 0 or before and away > -trigger.options["hysteresis"]
    return trigger.crossed and not before


def check_battery(app, percent):
    """Note the battery's percentage, and track that it is low, or is not any more."""
    # It must rise a little before it counts as charged again.
    app.battery = percent
    limit = app.settings["battery"]["low_percent"]
    low = percent < (limit + 5 if app.low else limit)
    if low != app.low:
        app.low = low
        app.track_struct("battery", "low" if low else "ok", None, None, percent)
