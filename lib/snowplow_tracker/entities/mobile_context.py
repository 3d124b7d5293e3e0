# The platform entity of the mobile trackers, for a board. What is not given and cannot be
# asked from MicroPython itself is left out.
import gc
import sys

from ..arguments import fields
from ..validators import integer, one_of

SCHEMA = "iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3"
_MAKERS = {"esp32": "Espressif", "rp2": "Raspberry Pi"}


def mobile_context(*args, **options) -> "tuple[str, dict]":
    """The board: sizes in bytes, `battery_level` in percent, `network_type` wifi or offline."""
    runtime = sys.implementation
    data = {
        "osType": "MicroPython" if runtime.name == "micropython" else "Python",
        "osVersion": "%d.%d.%d" % tuple(runtime.version[:3]),
        "deviceModel": getattr(runtime, "_machine", sys.platform),
        "deviceManufacturer": _MAKERS.get(sys.platform, "unknown"),
    }
    if hasattr(gc, "mem_free"):
        data["appAvailableMemory"] = gc.mem_free()
    table = (
        ("device_model", "deviceModel", 1000, False),
        ("device_manufacturer", "deviceManufacturer", 1000, False),
        ("os_version", "osVersion", 1000, False),
        ("network_type", "networkType", one_of("wifi offline mobile"), False),
        ("network_technology", "networkTechnology", 1000, False),
        ("physical_memory", "physicalMemory", _bytes, False),
        ("system_available_memory", "systemAvailableMemory", _bytes, False),
        ("app_available_memory", "appAvailableMemory", _bytes, False),
        ("battery_level", "batteryLevel", _percent, False),
        ("battery_state", "batteryState", one_of("unplugged charging full"), False),
        ("low_power_mode", "lowPowerMode", lambda name, value: bool(value), False),
        ("available_storage", "availableStorage", _bytes, False),
        ("total_storage", "totalStorage", _bytes, False),
        ("language", "language", 8, False),
    )
    data.update(fields(table, args, options))
    return SCHEMA, data


def _bytes(name, value):
    return integer(name, value, 0, 9223372036854775807)


def _percent(name, value):
    return integer(name, value, 0, 100)
