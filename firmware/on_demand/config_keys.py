# The keys of config.json as data: section -> key -> (kind, low, high, default), without a default
# where the key is required. A trigger's section is its `when`. The kinds, and what a message says
# of them, are in config.py. The comment behind or above a row is what config.schema.json says of
# the key: `make schema` writes that file from these tables.
_FEATURES = ("session", "platform", "application", "install", "lifecycle", "errors", "diagnostics")
_READ = ("names", 1, 64, None)  # the sensors that are read; all of them without it

KEYS: dict = {
    "": {
        "collector": ("url", 1, 255),  # where events go, such as http://192.168.1.10:9090
        # for https: a file of DER root certificates on the board
        "roots": ("certificates", 1, 64, None),
        "verify": ("bool", 0, 1, True),  # false: https without knowing who answers
        "app_id": ("text", 1, 255),  # the application's name in the pipeline
        "namespace": ("text", 1, 128, "firmware"),  # the tracker's name
        # always_on has a supply; battery sleeps between its readings
        "mode": ("one", ("always_on", "battery"), 1, "always_on"),
        # how often all sensors are read, if there are no triggers
        "sample_seconds": ("int", 1, 86400, 60),
        "send_seconds": ("int", 1, 86400, 60),  # how long an event waits at most
        "batch_size": ("int", 1, 500, 20),  # events in a request
        # RAM for events that wait; with store_bytes, what is written to flash at once
        "buffer_bytes": ("int", 2048, 1048576, 16384),
        # flash for events that wait; 0: they wait in RAM alone
        "store_bytes": ("int or 0", 8192, 16777216, 0),
        "store_path": ("text", 1, 64, "events"),  # the folder for store_bytes
        "state_path": ("text", 1, 64, "."),  # the folder of the firmware's small files
        # a board that hangs is reset after so many; 0: never
        "watchdog_seconds": ("int", 0, 300, 60),
        # how often the board tells how it is; 0: never
        "health_seconds": ("int", 0, 604800, 3600),
        # how long safe mode lasts, which is without sensors, after three crashes
        "safe_mode_seconds": ("int", 5, 604800, 21600),
        "user_id": ("text", 1, 255, None),  # the user's id, for each event
        "led": ("pin", 0, 60, None),  # the LED's pin, if not the board's own
        # the pin of a button to ground that opens the portal when it is held at boot
        "portal_pin": ("pin", 0, 60, None),
        # the pin that holds the supply of a board that switches itself off
        "hold_pin": ("pin", 0, 60, None),
        "rtc": ("object", 0, 0, None),  # a clock chip, which is read at a boot
        "board_sensors": ("bool", 0, 1, True),  # the sensors that the board has built in
        "track": ("some", _FEATURES, 1, ["errors"]),  # what is tracked besides readings
        "wifi": ("object", 0, 0, None),  # the Wi-Fi
        "ethernet": ("object", 0, 0, None),  # the Ethernet
        "cellular": ("object", 0, 0, None),  # a modem
        # the order of the links, the best first, if not as here
        "links": ("some", ("cellular", "ethernet", "wifi"), 1, None),
        "buses": ("object", 0, 0, {}),  # buses for sensors, each with a name of yours
        "sensors": ("object", 0, 0, {}),  # sensors, each with a name of yours
        "triggers": ("list", 0, 0, []),  # when sensors are read
        "battery": ("object", 0, 0, {}),  # for the mode battery
        "remote": ("object", 0, 0, None),  # a document on a server that changes this config
        "update": ("object", 0, 0, None),  # releases of the firmware, which it takes by itself
    },
    "network": {
        "ssid": ("bytes", 1, 32),  # the network's name
        "password": ("bytes", 0, 64),  # its password; an open network has an empty one
        "address": ("addresses", 4, 4, None),  # fixed: own address, mask, gateway, name server
    },
    "wifi": {
        "country": ("country", 2, 2, None),  # where the board is, as two letters such as DE
        "hostname": ("bytes", 1, 32, None),  # the board's name in the network
        "power_save": ("bool", 0, 1, False),  # less current, slower answers
        "timeout": ("int", 5, 120, 20),  # how long a network is tried
    },
    "i2c": {
        "sda": ("pin", 0, 60),  # the data line's pin
        "scl": ("pin", 0, 60),  # the clock line's pin
        "freq": ("int", 1000, 1000000, 100000),  # bits per second
        "id": ("int", 0, 3, None),  # the chip's own I2C of this number, instead of one in software
    },
    "spi": {
        "sck": ("pin", 0, 60),  # the clock line's pin
        "mosi": ("pin", 0, 60),  # the pin of the line to the sensors
        "miso": ("pin", 0, 60),  # the pin of the line from the sensors
        "id": ("int", 0, 3, None),  # the chip's own SPI of this number, instead of one in software
    },
    "uart": {
        "tx": ("pin", 0, 60),  # the pin that sends
        "rx": ("pin", 0, 60),  # the pin that receives
        "id": ("int", 0, 2, 1),  # which of the chip's UARTs
    },
    "rtc": {
        "type": ("one", ("ds3231", "pcf85063a"), 1),  # the chip
        "bus": ("text", 1, 64),  # the name of its I2C bus in buses
    },
    # Of each sensor, and of each row of its `quantities`.
    "sensor": {
        "quantities": ("object", 0, 0, {}),  # what becomes of each quantity that it reads
        "reads": ("int", 1, 100, 1),  # so many readings at once are one
        "combine": ("one", ("mean", "median"), 1, "median"),  # which value of those readings it is
        # with a delta: after so many it is sent all the same
        "max_seconds": ("int", 1, 604800, 3600),
    },
    "quantity": {
        "offset": ("number", None, None, 0),  # what is added to it, after scale
        "scale": ("number", None, None, 1),  # what it is multiplied by, after points
        # pairs of what is read and what is meant, with straight lines between them
        "points": ("points", 2, 16, None),
        "decimals": ("int", 0, 6, None),  # digits behind the point
        "unit": ("text", 1, 16, None),  # its unit, as a UCUM code
        "name": ("text", 1, 48, None),  # its name in the event
        "delta": ("number", 0, None, None),  # it is sent only when it has moved by so much
        "extremes": ("bool", 0, 1, False),  # its lowest and highest value since it was sent, too
    },
    "battery": {
        "wakes_per_send": ("int", 1, 10000, 10),  # wakes with readings until it sends
        "send_events": ("int", 1, 100000, 200),  # events that wait until it sends earlier
        "low_percent": ("int", 0, 100, 20),  # below this charge it sends less often
        "send_timeout": ("int", 5, 300, 60),  # how long it tries to send
    },
    "remote": {
        "url": ("document", 1, 255),  # where the document is
        "seconds": ("int", 1, 604800, 86400),  # how often it is asked for
        # a new document is taken back if nothing is sent within so many
        "trial_seconds": ("int", 5, 86400, 900),
    },
    "update": {
        "url": ("document", 1, 255),  # the folder that `make release` makes, on a server
        "key": ("text", 1, 64),  # the file of the public key on the board
        "seconds": ("int", 1, 604800, 86400),  # how often it is asked for
        # a release is taken back if nothing is sent within so many
        "trial_seconds": ("int", 5, 86400, 900),
        "group": ("text", 1, 64, None),  # the board's group, for releases of some groups only
    },
    "boot": {"read": _READ},
    "every": {
        "read": _READ,
        "seconds": ("int", 1, 86400),  # how often
    },
    "edge": {
        "read": _READ,
        "pin": ("pin", 0, 60),  # the pin whose level changes
        "edge": ("one", ("falling", "rising"), 1, "falling"),  # which change counts
        "pull": ("one", ("up", "down"), 1, None),  # the resistor in the chip
        "debounce_ms": ("int", 0, 10000, 50),  # further changes within so many are none
    },
    "threshold": {
        "read": _READ,
        "seconds": ("int", 1, 86400, 10),  # how often it is looked at
        "sensor": ("text", 1, 64),  # the sensor's name
        "quantity": ("text", 1, 64),  # which of its quantities
        "above": ("number", None, None, None),  # due when it is higher
        "below": ("number", None, None, None),  # due when it is lower
        # it counts again only after it was so far on the other side
        "hysteresis": ("number", 0, None, 0),
    },
}
