"""Pimoroni's Enviro Weather on the real VM: each sleep is the end of the process, as it is a loss
of power there; its clock chip goes on meanwhile, and the real collector is at the end."""

import itertools

from host_tests.vm.test_firmware_vm import collector, fakes, start, stopped, until  # noqa: F401
from tools.deploy import presets

CHIPS = [
    ["i2c", 0x77, "chips", "Bme280"],
    ["i2c", 0x23, "word_chips", "Ltr559"],
    ["i2c", 0x51, "rtc_chips", "StoredPcf85063a"],
]


def test_enviro_weather_over_many_losses_of_power(start):  # noqa: F811
    preset = presets.load("pimoroni_enviro_weather")["config"]
    board, collected = start(
        "rp2",
        CHIPS,
        **preset,
        mode="battery",
        sample_seconds=4,
        health_seconds=3600,
        board_sensors=False,
        battery={"wakes_per_send": 3},
        track=["session", "errors"],
    )
    text = (board.directory / "boot.py").read_text()
    assert "hold()" in text
    until(lambda: len(collected.of("sensor_reading")) > 5 * 6, board, 300)
    board.stop()
    assert board.boots > 3 and "world: power" in "\n".join(board.lines)
    assert (board.directory / "sleep.bin").stat().st_size == 88
    events = collected.events()  # each of which is good
    assert len({event["eid"] for event in events}) == len(events)
    assert collected.of("application_error") == [], "\n".join(board.lines)
    assert len(collected.said("board", "boot")) == 1, "\n".join(board.lines)
    readings = {r["sensor"]: r["readings"] for r in collected.of("sensor_reading")}
    assert set(readings) == {"air", "light", "rain", "wind", "wind_vane"}
    assert {"quantity": "rain", "value": 0, "unit": "mm"} in readings["rain"]
    assert {"quantity": "wind_direction", "value": 247.5, "unit": "deg"} in readings["wind_vane"]
    times = [int(e["dtm"]) for e in events if "/sensor_reading/" in e.get("ue_pr", "")]
    assert times == sorted(times)
    longest = max(16000, board.longest_wake_ms() + 2000)
    assert max(b - a for a, b in itertools.pairwise(times[5:])) < longest
