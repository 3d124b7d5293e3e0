# Checks the triggers of config.json.
from firmware.on_demand.config import ConfigError, check_keys, load_events, refuse
from firmware.on_demand.config_keys import KEYS

# Sensors that boards have built in, if they have them, and what those measure.
_BOARD_SENSORS = {
    "cpu": ("temperature",),
    "disk": ("disk_free", "disk_read", "disk_written"),
    "load": ("load1",),
    "memory": ("memory_free", "memory_available"),
    "network": ("network_received", "network_sent"),
}
_KINDS = ("boot", "edge", "every", "heartbeat", "threshold", "wake")


def check(path, settings):
    """Replace the triggers of the settings by what they are with all defaults."""
    settings["triggers"] = [
        _trigger(path, i, trigger, settings) for i, trigger in enumerate(settings["triggers"])
    ]


def _trigger(path, i, data, settings):
    prefix = "triggers[%d]." % i
    when = data.get("when") if isinstance(data, dict) else None
    if when not in _KINDS:
        raise ConfigError("%s: %swhen: expected one of %s" % (path, prefix, ", ".join(_KINDS)))
    if when == "edge" and settings["mode"] == "battery":
        raise ConfigError(
            "%s: %swhen: edge needs the mode always_on; in the mode battery there is wake"
            % (path, prefix)
        )
    keys = dict(KEYS.get(when, {}), when=("text", 1, 16))
    if when in KEYS and all([key in keys for key in data]):
        found = check_keys(path, prefix, data, keys)
    else:
        events = load_events(path, prefix + "when: the code of this trigger is not here")
        found = events.trigger(path, prefix, when, data, settings)
    for name in found.get("read") or ():
        known_sensor(path, prefix + "sensor, read", name, settings)
    if when == "threshold":
        if (found["above"] is None) == (found["below"] is None):
            raise ConfigError("%s: %sabove: expected either above or below" % (path, prefix))
        name = found["sensor"]
        known_sensor(path, prefix + "sensor, read", name, settings)
        known_quantity(path, prefix + "quantity", name, found["quantity"], settings)
        if found["read"] is None or "do" not in found and not found["read"]:
            found["read"] = [name]
    return found


def known_sensor(path, key, name, settings):
    """Refuse the name of a sensor that the config does not have."""
    known = sorted(settings["sensors"])
    if settings["board_sensors"]:
        known += sorted(_BOARD_SENSORS)
    if name not in known and "app" not in settings["extras"]:  # which may add one
        refuse(path, key, "one of " + (", ".join(known) or "the config's sensors"), name)


def known_quantity(path, key, name, quantity, settings):
    """Refuse a quantity that the sensor of this name does not have."""
    if name in settings["sensors"]:
        from firmware.on_demand.config_sensors import quantities

        known = quantities(settings["sensors"][name])
    else:
        known = list(_BOARD_SENSORS.get(name, ()))
    for its in known:
        if quantity == its or quantity.startswith(its + "_"):
            return
    if known:  # a driver of the user's own may declare none
        refuse(path, key, "one of " + ", ".join(sorted(known)), quantity)
