# The library and one sensor without the firmware: copy lib/, boards/ and this to a board.
import time

import boards
from boards.sensors import bme280
from snowplow_tracker import Emitter, Tracker

board = boards.load()
board.join("my network", "my password")
board.set_clock()
tracker = Tracker("plain", Emitter("http://192.168.1.10:9090"), app_id="garden")
sensor = bme280.Sensor(board.i2c(sda=4, scl=5))
while True:
    celsius = sensor.read()["temperature"]
    tracker.track_struct_event("air", "read", property_="temperature", value=celsius)
    tracker.flush()
    time.sleep(60)
