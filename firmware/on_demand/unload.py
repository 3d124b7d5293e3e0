# Removes modules from RAM that are needed once, or once an hour, and itself: a board's RAM is for
# events, and for the large blocks that TLS needs. An import loads them again.
import sys

# Each with a dot at its end, since what is in them goes too.
_NAMES = (
    "firmware.on_demand.",
    "boards.buses.",
    "boards.dial.",
    "boards.ethernet_start.",
    "boards.parts.bme280_start.",
    "boards.join.",
    "boards.measure.",
    "boards.ntp.",
    "boards.open_link.",
    "snowplow_tracker.validators.",
    "snowplow_tracker.entities.",
    "snowplow_tracker.events.",
    "snowplow_tracker.arguments.",
    "snowplow_tracker.clock.http_date.",
    "snowplow_tracker.clock.start.",
    "snowplow_tracker.emitter.outcome.",
    "snowplow_tracker.emitter.prepare.",
    "snowplow_tracker.emitter.retry.",
    "snowplow_tracker.plugins.diagnostics.",
    "snowplow_tracker.plugins.diagnostics_check.",
    "snowplow_tracker.plugins.lifecycle.",
    "snowplow_tracker.plugins.session_file.",
    "snowplow_tracker.store.recovery.",
    "snowplow_tracker.transport.connect.",
    "snowplow_tracker.transport.dns.",
    "snowplow_tracker.transport.url.",
)
# Of these goes the package alone: it has no code, and what is in it stays.
_EMPTY = (
    "boards.parts",
    "snowplow_tracker.plugins",
    "snowplow_tracker.store",
    "snowplow_tracker.transport",
)


def unload(names: tuple = _NAMES):
    """Remove modules, and those in them; one that something still refers to stays in RAM."""
    # A package comes after the modules in it, to which it refers.
    for known in sorted(sys.modules, reverse=True):
        if known in _EMPTY or (known + ".").startswith(names):
            del sys.modules[known]
            package, _, own = known.rpartition(".")
            if package in sys.modules:
                delattr(sys.modules[package], own)
