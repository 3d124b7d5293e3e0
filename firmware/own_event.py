# The event that a trigger of the config has: {schema, data}, or category, action, label, property
# and value. In its texts ${sensor.quantity} stands for a reading, and ${count} for how many edges
# there were; a text that is one of these and nothing else becomes the number itself. Without a
# reading that it needs there is no event.


def read(app, event, found):
    """Read the sensors that the event needs and that are not in `found`; yields ms to wait."""
    names = []
    for text in _texts(event):
        for name in names_in(text):
            name = name.partition(".")[0]
            if name != "count" and name not in names and name not in found:
                names.append(name)
    if names:
        yield app.sensors.start(names)
        for name in names:
            found[name] = app.sensors.read(name)
            app.track_sensor_change()
            yield 0


def track(app, event, found, count):
    """Track the event; -> why there is none, or None."""
    try:
        event = _filled(event, found, count)
        tracker = app.tracker
        if "schema" in event:
            eid = tracker.track_self_describing_event((event["schema"], event["data"]))
        else:
            texts = [event[key] for key in ("category", "action", "label", "property")]
            texts = [text if text is None else str(text) for text in texts]
            eid = tracker.track_struct_event(*(texts + [event["value"]]))
        app.count(eid)
    except ValueError as e:
        return str(e)


def names_in(text):
    """What stands between ${ and } in a text."""
    return [part.partition("}")[0] for part in text.split("${")[1:] if "}" in part]


# Without recursion, since a board's stack is short.
def _texts(event):
    todo = [event]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)


def _filled(event, found, count):
    event = dict(event)
    todo: list = [event]
    while todo:
        holder = todo.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            value = holder[key]
            if isinstance(value, str):
                holder[key] = _text(value, found, count)
            elif isinstance(value, (dict, list)):
                holder[key] = dict(value) if isinstance(value, dict) else list(value)
                todo.append(holder[key])
    return event


def _text(text, found, count):
    names = names_in(text)
    for name in names:
        sensor, _, quantity = name.partition(".")
        value = count if name == "count" else (found.get(sensor) or {}).get(quantity)
        if value is None:
            raise ValueError("%s has no reading" % name)
        name = "${" + name + "}"
        if text == name:
            return value
        text = text.replace(name, str(value))
    return text
