"""Which files of the firmware a config does not use, beside those of its links."""

from firmware.on_demand.config_keys import KEYS
from firmware.on_demand.event_keys import SETTINGS
from tools.engine import ROOT


def unused_features(config):
    """Paths on the board of the code that no key of the dict `config` needs."""
    triggers = config.get("triggers", [])
    whens = {trigger["when"] for trigger in triggers}
    keys = {key for trigger in triggers for key in trigger}
    known = {"when", *KEYS["boot"], *KEYS["every"], *KEYS["edge"], *KEYS["threshold"]}
    sensors = config.get("sensors", {}).values()
    more = keys - known or whens & {"heartbeat", "wake"}  # than triggers of config_keys.py
    few = more or set(config) & set(SETTINGS) or any("entities" in s for s in sensors)
    wifi = config.get("wifi") or {}
    portal = wifi.get("networks") == [] or config.get("portal_pin") is not None
    few = few or portal  # which may give the board a name
    needs = {
        "/firmware/on_demand/provision.py": portal,
        "/firmware/on_demand/portal.py": portal,
        "/firmware/on_demand/portal_page.py": portal,
        "/firmware/on_demand/portal_wifi.py": portal,
        "/firmware/on_demand/improv.py": portal,
        "/boards/access_point.py": portal,
        "/firmware/on_demand/config_events.py": few,
        "/firmware/on_demand/event_keys.py": few,
        "/firmware/on_demand/extras.py": few,
        "/firmware/on_demand/time_zone.py": "timezone" in config,
        "/firmware/local_time.py": keys & {"between", "days"},
        "/firmware/own_event.py": "event" in keys,
        "/firmware/output.py": "set" in keys,
        "/firmware/heartbeat.py": "heartbeat" in whens,
        "/firmware/own_app.py": config.get("app"),
        "/firmware/on_demand/remote_keys.py": config.get("remote"),
        "/firmware/on_demand/remote_options.py": config.get("remote"),
        "/firmware/server_anonymous.py": config.get("remote"),
        "/firmware/conditions.py": more or whens & {"edge", "threshold"},
        "/boards/wake.py": "wake" in whens,
        "/boards/esp32_wake.py": "wake" in whens,
        "/boards/own_sensor.py": any(not _is_ours(s["type"]) for s in sensors),
    }
    return {path for path in needs if not needs[path]}


def _is_ours(kind):
    return (ROOT / f"boards/sensors/{kind}.py").exists()
