# The keys of what few configs have: entities, events and actions of their own, how events are
# sent. As in config_keys.py. TRIGGER is for every trigger; its kinds here are heartbeat and wake.
from firmware.on_demand.config_keys import KEYS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# At the top level.
SETTINGS: dict = {
    "entities": ("list", 0, 0, []),  # of ENTITY
    "name": ("text", 1, 64, None),
    "location": ("object", 0, 0, None),
    "timezone": ("zone", 1, 64, None),
    "anonymous": ("bool", 0, 1, False),
    "method": ("one", ("get", "post"), 1, "post"),
    "lang": ("text", 1, 255, None),
    "headers": ("texts", 1, 500, {}),
    "encode_base64": ("bool", 0, 1, False),
    "app": ("module", 1, 32, None),
}
ENTITY: dict = {"schema": ("schema", 1, 255), "data": ("object", 0, 0)}
LOCATION: dict = {
    "latitude": ("number", -90, 90),
    "longitude": ("number", -180, 180),
    "altitude": ("number", None, None, None),
}
TRIGGER: dict = {
    "between": ("span", 11, 11, None),
    "days": ("some", DAYS, 1, None),
    "event": ("object", 0, 0, None),  # ENTITY or STRUCT_EVENT
    "set": ("object", 0, 0, None),
    "do": ("text", 1, 64, None),
}
STRUCT_EVENT: dict = {
    "category": ("text", 1, 1000),
    "action": ("text", 1, 1000),
    "label": ("text", 1, 1000, None),
    "property": ("text", 1, 1000, None),
    "value": ("reading", 4, 128, None),
}
SET: dict = {
    "pin": ("pin", 0, 60),
    "seconds": ("int", 1, 86400),
    "level": ("int", 0, 1, 1),
}
KINDS: dict = {
    "boot": KEYS["boot"],
    "every": KEYS["every"],
    "edge": KEYS["edge"],
    "threshold": KEYS["threshold"],
    "heartbeat": {
        "seconds": ("int", 5, 86400, 60),
        "url": ("document", 1, 255),
        "title": ("text", 1, 255, None),
    },
    "wake": {
        "read": KEYS["boot"]["read"],
        "pin": ("pin", 0, 60),
        "level": ("int", 0, 1, 0),
        "pull": ("one", ("up", "down"), 1, None),
    },
}
