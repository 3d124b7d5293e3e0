"""The kinds of firmware/on_demand/config.py as JSON Schema."""

_BYTE = "([0-9]{1,2}|[01][0-9]{2}|2[0-4][0-9]|25[0-5])"
_PORT = "(0{0,4}[1-9]|0{0,3}[1-9][0-9]|0{0,2}[1-9][0-9]{2}|0?[1-9][0-9]{3}|[1-5][0-9]{4}"
_PORT += "|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
# What is visible in ASCII without # @ [ ] \, and of a host without / : ? too.
_HOST = '[!"$-.0-9;<=>A-Z^_`a-z{|}~]+'
_PATH = '[!"$-?A-Z^_`a-z{|}~]*'
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_PATTERNS = {
    "schema": "^iglu:[-A-Za-z0-9_.]+(/[-A-Za-z0-9_]+){2}/[1-9][0-9]*(-(0|[1-9][0-9]*)){2}$",
    "span": f"^{_TIME}-({_TIME}|24:00)$",
    "module": "^[A-Za-z_][A-Za-z0-9_]*$",
}
_NUMBER = {"type": "number", "minimum": -3e38, "maximum": 3e38}


def value(kind, low, high):
    """The schema (dict) of a value as is_good() there takes it.

    Text is counted in characters here, and in UTF-16 or bytes there, of which a character has 1
    to 4. ValueError for a kind that is not known here.
    """
    if kind in _PATTERNS:
        return {"type": "string", "maxLength": high, "pattern": _PATTERNS[kind]}
    if kind == "texts":
        return {"type": "object", "additionalProperties": value("text", low, high)}
    if kind == "reading":
        text = {"type": "string", "maxLength": high, "pattern": "^[$][{][^}]+[}]$"}
        return {"anyOf": [dict(_NUMBER), text]}
    if kind in ("text", "bytes", "certificates", "zone"):
        return {"type": "string", "minLength": -(-low // 4), "maxLength": high}
    if kind in ("int", "number", "int or 0"):
        found = dict(_NUMBER) if kind == "number" else {"type": "integer"}
        bounds = {"minimum": low, "maximum": high}
        bounds = {name: bound for name, bound in bounds.items() if bound is not None}
        if kind == "int or 0":
            return {**found, "anyOf": [{"const": 0}, bounds]}
        return {**found, **bounds}
    if kind == "one":
        return {"enum": list(low)} if low else {"type": "string"}
    if kind == "some":
        return {"type": "array", "items": {"enum": list(low)}}
    if kind == "names":
        return {"type": "array", "items": value("text", low, high)}
    if kind == "points":
        pair = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
        return {"type": "array", "items": pair, "minItems": low, "maxItems": high}
    if kind in ("url", "document"):
        path = f"(/{_PATH})?" if kind == "document" else "/?"
        pattern = f"^https?://{_HOST}(:{_PORT})?{path}$"
        return {"type": "string", "maxLength": high, "pattern": pattern}
    if kind not in _OTHERS:
        raise ValueError(f"kind {kind!r}: tools/config_schema/kinds.py has to say what it takes")
    return dict(_OTHERS[kind])


_OTHERS = {
    "bool": {"type": "boolean"},
    "list": {"type": "array"},
    "object": {"type": "object"},
    # A number, or a name such as "LED" on a Pico W.
    "pin": {
        "type": ["integer", "string"],
        "minimum": 0, "maximum": 60, "minLength": 1, "maxLength": 16,
    },
    "country": {"type": "string", "pattern": "^[0-9A-Za-z]{2}$"},
    "addresses": {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{_BYTE}([.]{_BYTE}){{3}}$"},
        "minItems": 4, "maxItems": 4,
    },
}  # fmt: skip
