# For Tracker(json_encoder=...): a function that is given each value that has no JSON form, and
# returns one that has. And for data with instances of subclasses, for which a board's json.dumps
# writes no JSON.


_KINDS = (str, int, bool, float)


def plain(data, encoder):
    """A copy of `data` of plain types, in which `encoder` has replaced what has no JSON form."""
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
            value = {k + "" if isinstance(k, str) else k: value[k] for k in value}
            todo.extend([(value, k, depth + 1) for k in value])
        elif isinstance(value, (list, tuple)):
            value = list(value)
            todo.extend([(value, i, depth + 1) for i in range(len(value))])
        elif value is not None and type(value) not in _KINDS:
            # What a subclass does not change: a board has no other way to its value.
            if isinstance(value, str):
                value = value + ""
            elif isinstance(value, int):
                value = value + 0
        box[key] = value
    return top[0]
