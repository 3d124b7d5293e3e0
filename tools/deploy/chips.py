"""What each chip's pins can do.

From the data sheets and hardware design guidelines of Espressif (chapters "Pins" and "Strapping
Pins") and of Raspberry Pi. A board's MicroPython names its chip: "... with ESP32S3".
"""


def _span(*spans):
    return {pin for low, high in spans for pin in range(low, high + 1)}


# pins: those that there are. inputs: that cannot be outputs. flash: that the chip's flash has.
# adc: that can be read beside Wi-Fi. adc2: only without it. boot: why the level at reset matters.
# wake: that can end the sleep of the mode battery.
CHIPS = {
    "ESP32": {
        "pins": _span((0, 19), (21, 23), (25, 27), (32, 39)),
        "inputs": _span((34, 39)),
        "flash": _span((6, 11)),
        "adc": _span((32, 39)),
        "adc2": {0, 2, 4, 12, 13, 14, 15, 25, 26, 27},
        "boot": {0, 2, 5, 12, 15},
        "console": {1, 3},
        "wake": _span((0, 0), (2, 2), (4, 4), (12, 15), (25, 27), (32, 39)),
    },
    "ESP32S2": {
        "pins": _span((0, 21), (26, 46)),
        "inputs": {46},
        "flash": _span((26, 32)),
        "adc": _span((1, 10)),
        "adc2": _span((11, 20)),
        "boot": {0, 45, 46},
        "console": {19, 20},
        "wake": _span((0, 21)),
    },
    "ESP32S3": {
        "pins": _span((0, 21), (26, 48)),
        "inputs": set(),
        "flash": _span((26, 32)),
        "adc": _span((1, 10)),
        "adc2": _span((11, 20)),
        "boot": {0, 3, 45, 46},
        "console": {19, 20},
        "wake": _span((0, 21)),
    },
    "ESP32C3": {
        "pins": _span((0, 21)),
        "inputs": set(),
        "flash": _span((12, 17)),
        "adc": _span((0, 4)),
        "adc2": {5},
        "boot": {2, 8, 9},
        "console": {18, 19},
        "wake": _span((0, 5)),
    },
    "ESP32C6": {
        "pins": _span((0, 30)),
        "inputs": set(),
        "flash": _span((24, 30)),
        "adc": _span((0, 6)),
        "adc2": set(),
        "boot": {4, 5, 8, 9, 15},
        "console": {12, 13},
        "wake": _span((0, 7)),
    },
    "RP2040": {
        "pins": _span((0, 29)),
        "inputs": set(),
        "flash": set(),
        "adc": _span((26, 29)),
        "adc2": set(),
        "boot": set(),
        "console": set(),
        "wake": _span((0, 29)),
    },
}
CHIPS["RP2350"] = CHIPS["RP2040"]
