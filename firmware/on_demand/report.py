# Reports how sending and flash are, when that has changed.
from snowplow_tracker.emitter.outcome import outcome


def report(app, error, result):
    """Print what failed and why, or what works again; track it where it is the flash."""
    if bool(error) != bool(app.flash_error):
        app.flash_error = error
        print("flash:", "%s; events are in RAM only" % error if error else "works again")
        app.track_struct("flash", "failed" if error else "recovered", error and str(error)[:255])
    kind = outcome(result)
    problem = None
    if kind not in ("none", "success"):
        words = "HTTP status %d" % result if isinstance(result, int) else str(result)
        problem = "%s: %s" % (kind, words or type(result).__name__)
    if problem != app.problem:
        app.problem = problem
        if problem:
            print("not sent, %d kept: %s" % (len(app.store), problem))
        else:
            print("sending works again")
