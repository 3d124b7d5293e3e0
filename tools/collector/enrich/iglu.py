"""Iglu: the names of schemas, the folders that have them, and validation against them."""

import itertools
import os
import re
import stat
from functools import lru_cache
from pathlib import Path

import jsonschema_rs

from tools.collector.enrich import strict_json, values
from tools.collector.enrich.failures import Rejected, failure

SNOWPLOW = "com.snowplowanalytics.snowplow"
_URI = re.compile(
    r"iglu:(?P<vendor>[a-zA-Z0-9-_.]+)/(?P<name>[a-zA-Z0-9-_]+)/(?P<format>[a-zA-Z0-9-_]+)/"
    r"(?P<version>[1-9][0-9]*-(?:0|[1-9][0-9]*)-(?:0|[1-9][0-9]*))"
)
MAX_URI = 500
MAX_SCHEMA_BYTES = 1 << 20
_MAX_ERRORS = 10
_MASK = "\0"  # The validator writes it in place of a value, which we show separately


def _is_uuid(text):
    try:
        return bool(values.uuid(text))
    except ValueError:
        return False


def parse_uri(uri):
    """Return ``(vendor, name, format, version)`` of an Iglu URI, None for any other value."""
    return _parts(uri) if isinstance(uri, str) and len(uri) <= MAX_URI else None


@lru_cache(1000)
def _parts(uri):
    match = _URI.fullmatch(uri)
    return match.groups() if match else None


def is_resolvable(uri):
    """Whether a URI can name a schema, and cannot lead out of a folder of schemas."""
    vendor, _, format, _ = parse_uri(uri) or ("",) * 4
    return bool(vendor.strip(".")) and format == "jsonschema"


def self_describing(field, value):
    """Return ``(uri, data)`` of self-describing JSON; raise ``Rejected`` for other values."""
    if not isinstance(value, dict) or "schema" not in value or "data" not in value:
        rule = 'is not self-describing JSON: {"schema":"iglu:…","data":…}'
        raise Rejected([failure(field, strict_json.dump(value), rule)])
    uri = value["schema"]
    if parse_uri(uri) is None:
        rule = "is not an Iglu URI: iglu:VENDOR/NAME/jsonschema/M-R-A"
        raise Rejected([failure(field, strict_json.dump(uri), rule)])
    return uri, value["data"]


class Schemas:
    """Schemas in directories laid out as vendor/name/jsonschema/version, in order of preference.

    A file is compiled when it is first needed and again when it changes: a change to a schema
    needs no restart. ``registry`` (a :class:`registry.Registry` or None) can fetch the schemas
    that are in no directory; nothing here waits for it. Not for several threads at once.
    """

    def __init__(self, directories, registry=None):
        self.directories = [Path(directory) for directory in directories]
        self.registry = registry
        if registry:
            self.directories.append(registry.cache)
        self._missing = set()
        self._found = {}  # uri -> what _find returned since look_again()
        self._candidates = lru_cache(1000)(self._paths)
        self._compiled = {}  # path -> (mtime in ns, size), validator or message

    def take_missing(self):
        """Return, and forget, the URIs that were not found and that a registry may have."""
        missing, self._missing = self._missing, set()
        return missing

    def look_again(self):
        """Look at the files again, once for each schema. Call it for each request."""
        self._found.clear()

    def find(self, uri):
        """Return the path of the file with the schema, or None. Never leaves the directories."""
        found = self._look(uri)
        return found and Path(found[0])

    def _find(self, uri):
        if uri not in self._found:
            self._found[uri] = self._look(uri)
        return self._found[uri]

    def _look(self, uri):
        """Return ``(path, (mtime in ns, size))`` of the first file with the schema, or None."""
        for path in self._candidates(uri):
            try:
                status = os.stat(path)
            except (OSError, ValueError):  # E.g. a name longer than the file system allows
                continue
            if stat.S_ISREG(status.st_mode):
                return path, (status.st_mtime_ns, status.st_size)
        return None

    def _paths(self, uri):
        if not is_resolvable(uri):
            return []
        return [os.path.join(directory, *parse_uri(uri)) for directory in self.directories]

    def check(self, field, uri, data):
        """Return the failures (none: valid) of ``data`` against the schema that ``uri`` names.

        ``field`` names the data in messages. A schema that is not found, or that cannot be used,
        is a failure too, as it is for Enrich.
        """
        found = self._find(uri)
        if found is None:
            return [failure(field, uri, f"is unresolved: no such schema; {self._searched(uri)}")]
        validator = self._validator(*found)
        if isinstance(validator, str):
            return [failure(field, uri, f"is unusable: {found[0]} {validator}")]
        if validator.is_valid(data):
            return []
        errors = itertools.islice(validator.iter_errors(data), _MAX_ERRORS)
        return [_failure(field, uri, error) for error in errors]

    def _searched(self, uri):
        where = [str(directory) for directory in self.directories]
        if is_resolvable(uri):
            answer = self.registry and self.registry.recent_answer(uri)
            if answer is None:
                self._missing.add(uri)
            if self.registry:
                where.append(answer or f"{self.registry.url} (not asked: too busy)")
        return f"looked in {', '.join(where) or 'no directory, because none is given'}"

    def _validator(self, path, stamp):
        known = self._compiled.get(path)
        if known and known[0] == stamp:
            return known[1]
        try:
            compiled = compile_file(path)[1]
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        self._compiled[path] = stamp, compiled
        return compiled


def compile_file(path):
    """Return ``(schema, validator)`` of a file, or ``(None, what is wrong with it)``.

    Raises ``OSError`` where it cannot be read.
    """
    with open(path, "rb") as file:
        text = file.read(MAX_SCHEMA_BYTES + 1)
    if len(text) > MAX_SCHEMA_BYTES:
        return None, "is larger than 1 MiB"
    try:
        schema = strict_json.parse(text.decode())
        if not isinstance(schema, dict):
            return None, "is not a JSON object"
        return schema, jsonschema_rs.Draft4Validator(
            schema,
            validate_formats=True,
            formats={"uuid": _is_uuid},
            mask=_MASK,
            offline=True,
        )
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        return None, str(error).partition("\n")[0][:300]


def _failure(field, uri, error):
    path = "/".join([field, *map(str, error.instance_path)])
    value, rule = _broken_rule(error)
    return failure(path, value, f"{rule} ({uri})")


def _broken_rule(error):
    """Return the value that an error is about, as text or None, and the rule that it breaks."""
    value, rule = None, error.message
    if rule.startswith(_MASK):
        value = error.instance
        value = value if isinstance(value, str) else strict_json.dump(value)
        rule = rule.removeprefix(_MASK).lstrip()
    if error.kind.name == "enum":  # The validator's message omits most of them
        rule = f"is not one of: {', '.join(map(strict_json.dump, error.kind.options))}"
    if error.kind.name == "type" and isinstance(error.instance, str):
        rule = rule.replace("is not", "is a string, not", 1)  # Else "5" would look like a number
    return value, rule[:300]


def broken_places(validator, data):
    """Return ``[{"data", "rule", "text"}]``: where data breaks its schema, ten at most.

    ``data`` is the path in the data, of keys and indexes. It ends with a property that is missing,
    or that the schema does not allow. ``rule`` is the path of the rule in the schema.
    """
    found = []
    for error in itertools.islice(validator.iter_errors(data), _MAX_ERRORS):
        text = _broken_rule(error)[1]
        names = [None]
        if error.kind.name == "required":
            names = [error.kind.property]
        elif error.kind.name == "additionalProperties":
            names = error.kind.unexpected[:_MAX_ERRORS]
        for name in names:
            path = [*error.instance_path, *([] if name is None else [name])]
            found.append({"data": path, "rule": list(error.schema_path), "text": text})
    return found[:_MAX_ERRORS]
