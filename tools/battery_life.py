"""How long a battery lasts, by the firmware's own model of an ESP32's charge.

    make battery-life MAH=2000                         of config.json
    make battery-life MAH=2000 HEALTH=health.json

With a config: what its wakes and sends cost in the mode battery. With the data of a health event
(a JSON object): what that board has used by its own account. The model is in
firmware/on_demand/health.py. It knows neither what the sensors draw, nor the regulator and the USB
chip of the board: measure those asleep, and add them by --asleep-ua.
"""

import argparse
import json
import sys
from pathlib import Path
from types import SimpleNamespace

from firmware.on_demand import health
from firmware.on_demand.config import ConfigError, check
from tools.deploy import presets

# Charges that others measured at 5 V, as times at the model's 110 mA with the radio on: a join
# with DHCP 204 mC, a POST 137, and TLS 110 to 145 more.
JOIN_MS = 204_000 // 110
POST_MS = 137_000 // 110
TLS_MS = 127_500 // 110
LISTEN_MS = 3000  # after a send, for a deploy: battery.py
DAY_MS = 86_400_000


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="battery_life", description=__doc__.splitlines()[0])
    parser.add_argument("--mah", type=float, required=True, help="the battery's capacity in mAh")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=Path, metavar="FILE", help="a config.json")
    source.add_argument("--health", type=Path, metavar="FILE", help="the data of a health event")
    parser.add_argument(
        "--reading-ms", type=int, default=500, metavar="MS",
        help="how long the board is awake for its readings (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--asleep-ua", type=float, default=0, metavar="UA",
        help="what board and sensors draw asleep, beside the chip, in microamperes",
    )  # fmt: skip
    chosen = parser.parse_args(argv)
    try:
        path = chosen.config or chosen.health
        data = json.loads(path.read_text(encoding="utf-8"))
        if chosen.config:
            current, lines = from_config(str(path), data, chosen.reading_ms)
        else:
            current, lines = from_health(data)
    except (OSError, ValueError, KeyError, ConfigError) as e:
        print(f"battery_life: {path}: {e}", file=sys.stderr)
        return 1
    current += chosen.asleep_ua / 1000
    days = chosen.mah / current / 24
    print(*lines, f"average {current:.3f} mA: {chosen.mah:g} mAh last {days:.0f} days", sep="\n")
    return 0


def from_config(name, data, reading_ms):
    """(average mA, lines of text) of a config of the mode battery, with all sends working."""
    merged, _ = presets.apply(data)
    settings = check(name, merged)
    if settings["mode"] != "battery":
        raise ValueError('expected "mode": "battery"; a board that is always on draws 110 mA')
    every = [t["seconds"] for t in settings["triggers"] if "seconds" in t]
    wakes = 86400 / min(every or [settings["sample_seconds"]])
    sends = wakes / settings["battery"]["wakes_per_send"]
    radio_ms = JOIN_MS + POST_MS + (TLS_MS if settings["collector"][:6] == "https:" else 0)
    awake_ms = wakes * reading_ms + sends * (radio_ms + LISTEN_MS)
    app = SimpleNamespace(
        board=SimpleNamespace(retained=1), wake_count=wakes, radio_ms=sends * radio_ms
    )
    charge = health.charge(app, awake_ms, DAY_MS - awake_ms)
    return charge / 86400, [f"a day: {wakes:.0f} wakes, {sends:.0f} sends, {charge:.0f} mC"]


def from_health(data):
    """(average mA, lines of text) of what a board reports: charge (mC) and uptime (s)."""
    hours = data["uptime"] / 3600
    return data["charge"] / data["uptime"], [f"in {hours:.1f} hours: {data['charge']} mC"]


if __name__ == "__main__":
    sys.exit(main())
