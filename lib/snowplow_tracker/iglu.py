# What an Iglu URI is. self_describing.py loads it for schemas that it does not remember.
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def check_schema(name: str, schema) -> None:
    """Refuse what is not an Iglu URI."""
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


def consists(value: str, alphabet: str) -> bool:
    for c in value:
        if c not in alphabet:
            return False
    return bool(value)
