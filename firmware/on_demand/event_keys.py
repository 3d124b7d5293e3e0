# The keys of what few configs have: entities, events and actions of their own, and how events are
# sent. As in config_keys.py.
from firmware.on_demand.config_keys import KEYS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# At the top level.
SETTINGS: dict = {
    "entities": ("list", 0, 0, []),  # entities of every event
    "name": ("text", 1, 64, None),  # the board's name, in its entity
    "location": ("object", 0, 0, None),  # where the board is, for every event
    # the rule of local time, as POSIX has it: CET-1CEST,M3.5.0,M10.5.0/3
    "timezone": ("zone", 1, 64, None),
    "anonymous": ("bool", 0, 1, False),  # nothing that identifies board or user is sent
    "method": ("one", ("get", "post"), 1, "post"),  # get: one event in each request
    "lang": ("text", 1, 255, None),  # the language, such as de-CH
    "headers": ("texts", 1, 500, {}),  # of each request to the collector, such as an API key
    "encode_base64": ("bool", 0, 1, False),  # self-describing JSON in base64
    "app": ("module", 1, 32, None),  # a module of yours, a file beside the config
}
# Also what an event or a sensor of its own has.
ENTITY: dict = {
    "schema": ("schema", 1, 255),  # such as iglu:com.example/door/jsonschema/1-0-0
    "data": ("object", 0, 0),  # what the schema describes
}
LOCATION: dict = {
    "latitude": ("number", -90, 90),  # degrees north
    "longitude": ("number", -180, 180),  # degrees east
    "altitude": ("number", None, None, None),  # metres above the sea
}
# Of every trigger beside the keys of its kind.
TRIGGER: dict = {
    "between": ("span", 11, 11, None),  # only in these hours of local time: 22:00-06:00
    "days": ("some", DAYS, 1, None),  # only on these days
    "event": ("object", 0, 0, None),  # an event of your own
    "set": ("object", 0, 0, None),  # a pin that is set for a while
    "do": ("text", 1, 64, None),  # an action of `app`
}
STRUCT_EVENT: dict = {
    "category": ("text", 1, 1000),  # what the event is about
    "action": ("text", 1, 1000),  # what happened
    "label": ("text", 1, 1000, None),  # to what it happened
    "property": ("text", 1, 1000, None),  # more of it
    "value": ("reading", 4, 128, None),  # a number, or a text such as ${air.temperature}
}
SET: dict = {
    "pin": ("pin", 0, 60),  # an output
    "seconds": ("int", 1, 86400),  # how long
    "level": ("int", 0, 1, 1),  # what it is set to; otherwise it has the other level
}
KINDS: dict = {
    "boot": KEYS["boot"],
    "every": KEYS["every"],
    "edge": KEYS["edge"],
    "threshold": KEYS["threshold"],
    "heartbeat": {
        "seconds": ("int", 5, 86400, 60),  # how often a page_ping is sent
        "url": ("document", 1, 255),  # the page: what the board stands for
        "title": ("text", 1, 255, None),  # the page's title
    },
    "wake": {
        "read": ("names", 1, 64, None),  # the sensors that are read; all of them without it
        "pin": ("pin", 0, 60),  # the input that wakes the board
        "level": ("int", 0, 1, 0),  # the level that wakes it
        "pull": ("one", ("up", "down"), 1, None),  # the resistor in the chip
    },
}
