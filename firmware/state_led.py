# Shows how the firmware of the mode always_on is doing, on a board with an LED.
from boards.lamp import Lamp
from snowplow_tracker.emitter.run import sleep_ms


async def show_state(app):
    """Show the state for ever; ends at once if the port has no such pin."""
    lamp = Lamp(app.board)
    try:
        lamp.step()
    except ValueError as e:  # the port's error for a pin that it does not have
        print("led:", e)
        return
    while True:
        if app.crashes.safe_mode:
            lamp.show("safe")
        elif not app.board.online():
            lamp.show(getattr(app.link, "problem", None) or "joining")
        elif app.sensors.failing:
            lamp.show("failing")
        else:
            lamp.show(app.outcome)
        await sleep_ms(lamp.step())
