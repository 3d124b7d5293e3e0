"""Pins that wake a board in the mode battery, and pulses that count while a Pico sleeps, on the
real VM: a deep sleep is the end of a process, and the real collector is at the end."""
# ruff: noqa: F811

import time

import pytest

from host_tests.vm.test_firmware_vm import collector, fakes, start, until  # noqa: F401

MORE = [["i2c", 0x77, "chips", "Bme280"]]  # a larger heap, for the fakes' sake
DOOR = {"category": "door", "action": "open", "value": "${count}"}
TIMER = {"when": "every", "seconds": 2}
WAKE = {"when": "wake", "pin": 27, "level": 0, "pull": "up", "event": DOOR}


@pytest.fixture
def edge(tmp_path):
    """edge(board, pin, level): the level of a pin changes while the board sleeps."""

    def change(board, pin, level):
        seen = len(board.lines)
        (tmp_path / "board" / f"asleep_{pin}_{level}").write_text("")
        line = f"pin {pin} from outside, asleep: {level}"
        until(lambda: line in board.lines[seen:], board)

    return change


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_a_door_wakes_the_board_once_each_time(start, edge, monkeypatch, port):
    monkeypatch.setenv("QUICK", "1")
    sensors = {"air": {"type": "bme280", "bus": "i2c"}}
    if port == "rp2":  # the deep sleep of an ESP32 would lose what it counts
        sensors["rain"] = {"type": "rain_gauge", "pin": 20}
    board, collected = start(
        port, MORE, mode="battery", board_sensors=False, store_bytes=0, health_seconds=0,
        battery={"wakes_per_send": 1}, sensors=sensors, triggers=[TIMER, WAKE],
    )  # fmt: skip

    def rain():
        found = [r for r in collected.of("sensor_reading") if r["sensor"] == "rain"]
        return sum(r["readings"][0]["value"] for r in found)

    until(lambda: collected.of("sensor_reading"), board)
    if port == "rp2":
        for _ in range(6):
            for level in (0, 1):
                edge(board, 20, level)
                time.sleep(0.01)  # it bounces for less than that
    before = time.time()
    edge(board, 27, 0)  # which takes none of the pulses away
    until(lambda: collected.said("door"), board)
    assert before - 1 < int(collected.said("door")[0]["dtm"]) / 1000 < time.time() + 1
    # It stays open, over some wakes by the timer.
    readings = len(collected.of("sensor_reading"))
    until(lambda: len(collected.of("sensor_reading")) > readings + 2, board)
    assert len(collected.said("door")) == 1
    edge(board, 27, 1)
    time.sleep(0.2)  # the contact is at rest
    edge(board, 27, 0)
    until(lambda: len(collected.said("door")) > 1, board)
    board.stop()
    console = "\n".join(board.lines)
    assert [door["se_va"] for door in collected.said("door")] == ["1", "1"], console
    assert {r["trigger"] for r in collected.of("sensor_reading")} == {"every"}
    assert collected.of("application_error") == []
    assert len(collected.said("board", "boot")) == 1 and (board.boots > 3) == (port == "esp32")
    assert rain() == pytest.approx(6 * 0.2794 if port == "rp2" else 0, abs=0.001), console
