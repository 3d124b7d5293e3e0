# One file an entity: a module with its SCHEMA and a function of the module's name, which
# returns (SCHEMA, data) and raises ValueError for what the schema would reject. The table in
# it lists its arguments (arguments.py); what is None is left out.
#
#   from snowplow_tracker.entities.gdpr import gdpr
#   tracker.track_struct_event("door", "open", context=[gdpr("contract")])
from ..tracker import number


def finite(name: str, value) -> float:
    """`value`, if it is a number that JSON has."""
    number(name, value)
    return value
