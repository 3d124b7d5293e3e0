# The official tracker's class for an event or an entity; a pair (schema, data) is as good.
from .self_describing import pair_json


class SelfDescribingJson:
    """A schema and its data: an event, or an entity."""

    # `schema`: its Iglu URI; `data`: what has a JSON form, which is checked when it is tracked.
    def __init__(self, schema: str, data: object) -> None:
        if not isinstance(schema, str) or not schema:
            raise ValueError("schema: expected one such as iglu:com.acme/reading/jsonschema/1-0-0")
        self.schema = schema
        self.data = data

    def __iter__(self):
        return iter((self.schema, self.data))

    def to_json(self) -> dict:
        """A dict of schema and data."""
        return {"schema": self.schema, "data": self.data}

    def to_string(self) -> str:
        """Its JSON."""
        return pair_json("data", self)
