# Whatever goes wrong with an update, the board goes on with its work.


def steps(app, only_due=False):
    """As update.steps(), without an exception."""
    try:
        from firmware.on_demand import update

        return (yield from update.steps(app, only_due))
    except Exception as e:
        return _after(app, e)


def _after(app, error):
    try:
        from firmware.on_demand.update_failed import handle

        return handle(app, error)
    except Exception as e:  # no memory, or flash takes no state
        print("update:", str(e) or "out of memory")
    return 300
