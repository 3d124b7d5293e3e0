# Arguments by tables, for the events and entities that are called seldom. A table is a tuple of
# (argument, key, check, needed):
#
#   check    the limit of a text, or a function(name, value) -> what to store
#   needed   whether it may be missing; an empty text counts as missing
from .record import text


def bind(names: list, args: tuple, options: dict) -> dict:
    """Arguments by their names, as Python binds them: a dict."""
    if len(args) > len(names):
        raise TypeError("%d arguments, at most %d are taken" % (len(args), len(names)))
    given = {}
    for i, value in enumerate(args):
        given[names[i]] = value
    for name in options:
        if name in given or name not in names:
            raise TypeError("unexpected argument: " + name)
        given[name] = options[name]
    return given


def fill(data: dict, table: tuple, get) -> dict:
    """`data` with what is there; `get(name)` gives the value of an argument, or None."""
    for name, key, check, needed in table:
        value = get(name)
        if value is None or value == "":
            if needed:
                raise ValueError(name + ": may not be empty")
        else:
            data[key] = check(name, value) if callable(check) else text(name, value, check)
    return data


def fields(table: tuple, args: tuple, options: dict) -> dict:
    """The data that the arguments make."""
    return fill({}, table, bind(names(table), args, options).get)


def names(table: tuple) -> list:
    return [row[0] for row in table]
