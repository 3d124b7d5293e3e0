# For Tracker(json_encoder=...): a function that is given each value that has no JSON form, and
# returns one that has.


def plain(data, encoder):
    """A copy of `data` in which `encoder` has replaced what has no JSON form."""
    top = [data]
    todo: list = [(top, 0, 0)]
    while todo:
        box, key, depth = todo.pop()
        value = box[key]
        if value is not None and not isinstance(value, (str, int, bool, float, dict, list, tuple)):
            value = encoder(value)
        if depth > 40:  # it may have no end: check_json(), which comes next, names the limit
            break
        if isinstance(value, dict):
            value = dict(value)
            todo.extend([(value, k, depth + 1) for k in value])
        elif isinstance(value, (list, tuple)):
            value = list(value)
            todo.extend([(value, i, depth + 1) for i in range(len(value))])
        box[key] = value
    return top[0]
