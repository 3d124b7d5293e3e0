"""What config.schema.json says of keys: the comments of the tables, titles, options of drivers."""

import ast
import io
import re
import tokenize
from pathlib import Path

_ABBREVIATIONS = "adc apn cs dns i2c id led mdc mdio miso mosi pin rx scl sck sda spi ssid tx"
_ABBREVIATIONS += " uart url utc"
# The options of drivers, which have one meaning wherever they occur. A driver's own words for one
# stand in a comment as in the tables of keys.
OPTIONS = {
    "address": "the address that its pins or jumpers choose",
    "baud": "bits per second",
    "baudrate": "bits per second",
    "beta": "the thermistor's B in kelvin, from its datasheet",
    "channels": "how many of its inputs are read, from the first on",
    "clock": "the clock line's pin",
    "data": "the data line's pin",
    "debounce_ms": "further changes within so many are none",
    "dry_mv": "what it gives in dry air, in mV",
    "echo": "the pin of its echo line",
    "empty_mv": "the voltage of an empty battery",
    "full_mv": "the voltage of a full battery",
    "full_scale_mv": "the highest voltage that it measures, in mV",
    "mm_per_tip": "the rain in mm that tips its bucket",
    "mps_per_hz": "the wind in m/s that gives one pulse a second",
    "ohms": "the probe's resistance at 0 Cel: 100 or 1000",
    "parity": "how a byte is checked on the line",
    "points": "pairs of what it gives in mV and what that means, the first ones rising",
    "r25": "the thermistor's resistance in ohms at 25 Cel",
    "ratio": "of the divider: 2 for two equal resistors",
    "reference": "the resistor on its board, in ohms",
    "registers": "the values to read, each with a name of yours",
    "samples": "so many measurements are one",
    "series": "the resistor from the pin to the supply, in ohms",
    "shunt_mohm": "the shunt's resistance in milliohms",
    "single": "1: a lone probe reports as temperature, without its number",
    "supply_mv": "the supply of the divider, in mV",
    "trigger": "the pin of its trigger line",
    "wet_mv": "what it gives in water, in mV",
    "wires": "the wires between it and the probe",
}


def title(key):
    """What a form calls a key: "Store bytes" for store_bytes."""
    words = [
        word.upper() if word in _ABBREVIATIONS.split() else word for word in key.split("_") if word
    ]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def comments(path):
    """{(section, key): words} of the tables in a .py file of the firmware or of a driver.

    A section is the name of the dict, or of the dict in a dict. The words are those of the comment
    behind the row, else of the lines above it; a row whose value has a name has the words of
    that name's own line, if it has none. Rows without any are left out.
    """
    text = Path(path).read_text(encoding="utf-8")
    behind, alone = {}, {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            lines = behind if token.line[: token.start[1]].strip() else alone
            lines[token.start[0]] = token.string.lstrip("# ")
    tree = ast.parse(text)
    values = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            values[target.id] = node.value
    found = {}

    def of_line(first, last):
        if last in behind:
            return behind[last]
        above = []
        while first - 1 - len(above) in alone:
            above.insert(0, alone[first - 1 - len(above)])
        return " ".join(above)

    def walk(section, table):
        for key, value in zip(table.keys, table.values, strict=True):
            if not isinstance(key, ast.Constant):
                continue
            words = of_line(key.lineno, value.end_lineno)
            if not words and isinstance(value, ast.Name):
                words = of_line(values[value.id].lineno, values[value.id].end_lineno)
            if words:
                found[section, key.value] = words
            for inner in ast.walk(value):
                if isinstance(inner, ast.Dict):
                    walk(key.value, inner)
                    break

    for name, value in values.items():
        if isinstance(value, ast.Dict):
            walk(name, value)
    return found


def sentence(words):
    """Words of a comment as a description: with a capital letter and a full stop."""
    first = re.match(r"[a-z]+(?= |$)", words)
    if first:
        words = words[0].upper() + words[1:]
    return words.rstrip(".") + "."
