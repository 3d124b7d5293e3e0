# Code of one's own beside the firmware: "app": "my_app" in config.json, and this file beside it.
# A trigger {"when": "every", "seconds": 60, "do": "knock"} calls knock(). The calls of `app` are
# in firmware/own_app.py.
class Dice:
    QUANTITIES = {"pips": ("1", 0, 7)}

    def read(self):
        return {"pips": 4}  # by a fair dice


def start(app):
    lamp = app.board.output(22)

    def knock():
        lamp.value(not lamp.value())
        app.track_struct_event("door", "knock", property_="front")

    app.add_sensor("dice", Dice())
    app.add_action("knock", knock)
    app.add_entity(("iglu:com.example/door/jsonschema/1-0-0", {"color": "green"}))
