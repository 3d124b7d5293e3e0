# Entities that go with every event, or with those that a rule picks. A plugin:
#
#   entities = GlobalEntities()
#   entities.add(application("1.2", "0c4f1a"))
#   entities.add(weather, tag="weather", accept="iglu:com.acme/*/jsonschema/1-*-*")
#   tracker.plugins.append(entities)
#
# An entity is a pair (schema, data), or a function(pairs, schema) of the event that returns a
# pair, a list of pairs, or None. `filter` is a function(pairs, schema) -> whether to add it;
# `accept` and `reject` are schema patterns, one or a list: with `accept` only events that
# match it get the entity, and those that match `reject` never do. A part of a pattern that is
# `*` stands for any: iglu:com.acme.*/*/jsonschema/*-*-*.
#
# What a function raises costs the entity, not the event; `failed` counts it.
from ..self_describing import sealed
from ..validators import check_schema


class GlobalEntities:
    def __init__(self) -> None:
        self.failed = 0
        self._rules: list = []

    def add(
        self,
        entity,
        tag: "str | None" = None,
        filter=None,
        accept: "str | list[str] | tuple[str, ...] | None" = None,
        reject: "str | list[str] | tuple[str, ...] | None" = None,
    ) -> "GlobalEntities":
        """Add an entity or a function that makes it; -> self."""
        if not callable(entity):
            entity = sealed("entity", entity)  # once and for all
        self._rules.append((tag, entity, filter, _patterns(accept), _patterns(reject)))
        return self

    def remove(self, tag: "str | None") -> "GlobalEntities":
        """Take back what was added with the tag; -> self."""
        self._rules = [rule for rule in self._rules if rule[0] != tag]
        return self

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        for _, entity, filter, accept, reject in self._rules:
            if accept and not _any(accept, schema) or _any(reject, schema):
                continue
            try:
                if filter and not filter(pairs, schema):
                    continue
                if callable(entity):
                    entity = entity(pairs, schema) or []
                    if not isinstance(entity, list):
                        entity = [entity]
                    entities.extend([sealed("entity", pair) for pair in entity])
                else:
                    entities.append(entity)
            except Exception:
                self.failed += 1


def _patterns(patterns):
    patterns = [patterns] if isinstance(patterns, str) else patterns or ()
    for pattern in patterns:
        check_schema("accept, reject", pattern.replace("*", "1"))
    return [_parts(pattern) for pattern in patterns]


def _any(patterns, schema):
    if not patterns or schema is None:
        return False
    parts = _parts(schema)
    for pattern in patterns:
        if len(pattern) == len(parts):
            for i, part in enumerate(pattern):
                if part not in ("*", parts[i]):
                    break
            else:
                return True
    return False


# Name and version are as many parts in each schema: equal lengths mean equal vendor parts.
def _parts(schema):
    vendor, name, form, version = schema[5:].split("/")
    return vendor.split(".") + [name, form] + version.split("-")
