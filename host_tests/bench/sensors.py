"""How many sensors a config can name."""

from tools.sensors import drivers

FIGURES = {
    "sensors_supported": (
        "types",
        "drivers in boards/sensors, each of which declares its bus, options and quantities",
        ">= 45",
    ),
}


def run(machine):
    """Counted from the declarations of which docs/sensors.md is made too."""
    return {"sensors_supported": len(drivers())}
