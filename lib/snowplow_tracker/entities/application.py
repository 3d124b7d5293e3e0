from ..record import text

SCHEMA = "iglu:com.snowplowanalytics.mobile/application/jsonschema/1-0-0"


def application(version: str, build: str) -> "tuple[str, dict]":
    """Which program runs: its version, and the build of it."""
    return SCHEMA, {"version": text("version", version, 255), "build": text("build", build, 255)}
