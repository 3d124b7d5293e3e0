"""What a deploy brings of the user's own, and what of the firmware a config does not need."""

import json
import sys

import pytest

from boards import own_sensor, sensors
from tools.deploy import Stop, files, image, used
from tools.deploy.features import unused_features
from tools.deploy.own import own_files
from tools.deploy.user_config import check_config

GOOD = {"collector": "http://192.168.1.10:9090", "app_id": "garden"}
DRIVER = """
from boards.sensors import pulses
BUS = "board"
OPTIONS = {"gain": (1, 9, 1)}
class Sensor:
    QUANTITIES = {"stars": ("1", -1, 99)}
    def __init__(self, board, gain=1):
        pass
    def read(self):
        return {"stars": 7}
"""
APP = """
import helper_of_mine
def start(app):
    from snowplow_tracker.entities.application import application
    app.track_screen_view("x", "y")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(own_sensor, "folder", "")
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "my_app.py").write_text(APP)
    (tmp_path / "helper_of_mine.py").write_text("")
    (tmp_path / "starry.py").write_text(DRIVER)
    return tmp_path


def paths(found):
    return {path for _, path in found}


def test_modules_beside_the_config_come_along(folder):
    config = dict(GOOD, app="my_app", sensors={"sky": {"type": "starry", "gain": 3}})
    (folder / "config.json").write_text(json.dumps(config))
    found = check_config(folder / "config.json", folder)
    assert paths(found.own) == {"/helper_of_mine.py", "/my_app.py", "/starry.py"}
    assert found.settings["sensors"]["sky"]["gain"] == 3
    wanted = paths(used([*files(), *found.own], config))
    assert paths(found.own) <= wanted
    # What they import, and the calls of the tracker that they use.
    for name in ("entities/application", "events/screen_view"):
        assert "/lib/snowplow_tracker/%s.py" % name in wanted
    assert "/boards/sensors/pulses.py" in wanted and "/boards/own_sensor.py" in wanted
    assert "/firmware/own_app.py" in wanted


def test_a_driver_of_the_user_s_own_is_checked_like_others(folder):
    config = dict(GOOD, sensors={"sky": {"type": "starry", "gain": 10}})
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(Stop, match="sensors.sky.gain: expected a whole number from 1 to 9"):
        check_config(folder / "config.json", folder)
    (folder / "no_driver.py").write_text("x = 1")
    config["sensors"]["sky"] = {"type": "no_driver"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(Stop, match="sensors.sky.type: no boards/sensors/no_driver.py"):
        check_config(folder / "config.json", folder)


def test_only_files_beside_the_config_are_drivers(folder):
    for kind in ("this", "json", "main", "boot"):
        with pytest.raises(ImportError):
            sensors.load(kind)


def test_an_app_that_is_not_there(folder):
    with pytest.raises(Stop, match="app: there is no .*/away.py: put it beside the config"):
        own_files({"app": "away"}, folder)
    (folder / "bad.py").write_text("def start(app)\n    pass")
    with pytest.raises(Stop, match="bad.py, line 1: "):
        own_files({"app": "bad"}, folder)


def test_of_an_image_the_user_s_own_lies_beside(tmp_path):
    (tmp_path / "x").write_text("x")
    found = [
        (tmp_path / "x", "/firmware/app.mpy"), (tmp_path / "x", "/my_app.mpy"),
        (tmp_path / "x", "/main.py"),
    ]  # fmt: skip
    assert list(image.modules(found)) == ["firmware/app.mpy"]
    assert paths(image.own_modules(found)) == {"/my_app.mpy"}


@pytest.mark.parametrize("config, paths", [
    ({"triggers": [{"when": "edge", "pin": 4}]}, {"/firmware/conditions.py"}),
    ({"triggers": [{"when": "boot", "days": ["mon"]}]},
     {"/firmware/conditions.py", "/firmware/local_time.py"}),
    ({"name": "x", "timezone": "UTC0"}, {"/firmware/on_demand/time_zone.py"}),
    ({"triggers": [{"when": "wake", "pin": 4, "event": {}}]},
     {"/firmware/conditions.py", "/boards/wake.py", "/boards/esp32_wake.py",
      "/firmware/own_event.py"}),
    ({"triggers": [{"when": "heartbeat", "url": "http://x"}]},
     {"/firmware/heartbeat.py", "/firmware/conditions.py"}),
])  # fmt: skip
def test_only_the_code_of_what_the_config_has_comes_along(config, paths):
    all_of_it = unused_features({})
    assert paths <= all_of_it == unused_features({"triggers": [{"when": "every", "seconds": 1}]})
    rest = {"/firmware/on_demand/config_events.py", "/firmware/on_demand/event_keys.py",
            "/firmware/on_demand/extras.py"}  # fmt: skip
    came = all_of_it - unused_features(config)
    assert came - rest == paths
    assert bool(came & rest) == (config["triggers"][0]["when"] != "edge" if "triggers" in config
                                 else True)
