# Asks for updates in the mode battery, after a send.
from firmware.on_demand import update_steps
from snowplow_tracker import clock
from snowplow_tracker.json_file import load


def check(mode):
    """Do the next step of an update, if it is due."""
    app = mode.app
    for wait in update_steps.steps(app, mode._resumed):
        mode._expect_progress()
        clock.sleep_ms(wait)
        app.board.idle()
    # What is on trial has to send at each wake, also after failures: else it would go back late.
    if load("/releases/state.json").get("trial"):
        mode._failures = 0
        mode._wakes_since_send = 65535
    app.unload()
