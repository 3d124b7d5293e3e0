# What Enrich or a schema would refuse, beside text and numbers (record.py, tracker.py).

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def integer(name: str, value, low: int = -2147483648, high: int = 2147483647) -> int:
    """`value` if it is an int within the limits."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError("%s: expected an int from %d to %d, got %r" % (name, low, high, value))
    return value


def count(name: str, value) -> int:
    """`value` if it is an int from 0 on, of 31 bits."""
    return integer(name, value, 0)


def digits(name: str, value) -> str:
    """An int of 32 bits as text."""
    return str(integer(name, value))


def uuid(name: str, value) -> str:
    """`value` if it is a UUID of 36 characters."""
    parts = value.split("-") if isinstance(value, str) else ()
    good = [len(part) for part in parts] == [8, 4, 4, 4, 12]
    for part in parts:
        for c in part:
            good = good and c in "0123456789abcdefABCDEF"
    if not good:
        raise ValueError("%s: expected a UUID of 36 characters, got %r" % (name, value))
    return value


def one_of(known: str):
    """A check for one of the words in `known`."""
    words = known.split()

    def check(name: str, value) -> str:
        if value not in words:
            raise ValueError("%s: expected one of %s; got %r" % (name, known, value))
        return value

    return check


def timestamp(name: str, value) -> str:
    """Milliseconds since 1970 as text; seconds, which would land in January 1970, are refused."""
    # A float of many boards has 24 bits, and would be off by a minute.
    if isinstance(value, float) and 1e12 <= value < 1e13 and float("16777217") > 16777216:
        value = int(value)
    if not isinstance(value, int) or not 1000000000000 <= value < 10000000000000:
        raise ValueError("%s: expected an int of milliseconds since 1970" % name)
    return str(value)


def check_schema(name: str, schema) -> str:
    """`schema` as a str, if it is an Iglu URI."""
    try:
        scheme, rest = schema.split(":")
        vendor, event, jsonschema, version = rest.split("/")
        model, revision, addition = version.split("-")
    except (AttributeError, TypeError, ValueError):
        scheme = vendor = event = jsonschema = model = revision = addition = ""
    good = scheme == "iglu" and consists(vendor, _NAME + ".")
    good = good and consists(event, _NAME) and consists(jsonschema, _NAME)
    for part in (model, revision, addition):
        good = good and consists(part, "0123456789") and (part[0] != "0" or part == "0")
    if not good or model == "0":
        raise ValueError(
            "%s: expected a schema such as iglu:com.acme/reading/jsonschema/1-0-0, got %r"
            % (name, schema)
        )
    return schema + ""  # an instance of a subclass is made a str


def consists(value: str, alphabet: str) -> bool:
    for c in value:
        if c not in alphabet:
            return False
    return bool(value)
