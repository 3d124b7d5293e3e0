# boot.py of a board whose supply a pin holds; `make deploy` puts it there if the config has a
# `hold_pin`. It holds the supply before anything else, since what has switched the board on may
# end soon: a button, or the contact of a rain gauge. A contact alone is counted in the memory of
# the clock (boards/rtc/pcf85063a.py), and the board is off again. boards/latch.py goes on with it.
import gc


def hold():
    """Hold the supply, as config.json says."""
    import json
    import time

    from machine import Pin, SoftI2C

    with open("config.json") as file:
        text = file.read()
    config = json.loads(text[1:] if text[:1] == "\ufeff" else text)
    pin = Pin(config["hold_pin"], Pin.OUT, value=1)
    for sensor in config.get("sensors", {}).values():
        if sensor.get("pull") == "down":
            break
    else:
        return
    contact = Pin(sensor["pin"], Pin.IN, Pin.PULL_DOWN)
    if not contact.value():
        return
    for _ in range(100):
        time.sleep_ms(10)
        if not contact.value():
            break
    else:
        return  # shut for longer: its counter counts it when it opens
    bus = config["buses"][config["rtc"]["bus"]]
    i2c = SoftI2C(scl=Pin(bus["scl"]), sda=Pin(bus["sda"]))
    rings = i2c.readfrom_mem(0x51, 1, 1)[0] & 0x40
    kept = i2c.readfrom_mem(0x51, 3, 1)[0]
    if kept & 0x7F < 0x7F:
        kept += 1
        i2c.writeto_mem(0x51, 3, bytes((kept,)))
    # It fell asleep in order, its time has not come, and there is room for more.
    if kept & 0x80 and kept & 0x7F < 100 and not rings:
        pin.init(Pin.IN)
        time.sleep_ms(300)
        pin.init(Pin.OUT, value=1)  # there is power from somewhere else


try:
    hold()
except Exception as e:  # main.py tells what is wrong with the config
    print("hold:", e)
del hold
gc.collect()
gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())
