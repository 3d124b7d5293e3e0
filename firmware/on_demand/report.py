# Reports how sending, flash and sensors are, when that has changed.
import errno

from snowplow_tracker.emitter.outcome import outcome

# All that a port tells of a chip that is silent, or whose wires are loose.
_SILENT = (errno.EIO, errno.ENODEV, errno.ETIMEDOUT)
_OUTCOMES = {
    "no_connection": "the collector cannot be reached",
    "timeout": "the collector does not answer",
    "http_error": "the collector refuses",
    "bad_response": "what answers is no collector",
    "certificate": "the collector's certificate is refused",
}


def report(app, error, result):
    """Print what failed and why, or what works again; track it where it is the flash."""
    if bool(error) != bool(app.flash_error):
        app.flash_error = error
        print("flash:", "%s; events are in RAM only" % error if error else "works again")
        app.track_struct("flash", "failed" if error else "recovered", error and str(error)[:255])
    kind = outcome(result)
    problem = "" if kind == "success" else app.problem
    if kind not in ("none", "success"):
        if isinstance(result, int):
            words = "HTTP status %d" % result
        else:
            words = str(result.args[1] if len(result.args) > 1 else result)
        if isinstance(result, int) and 300 <= result < 400:
            words += ", no collector's: does this network want a login, or the collector https?"
        if kind == "bad_response" and ("ertificate" in words or "CERT" in words):
            kind = "certificate"
        problem = "%s: %s" % (_OUTCOMES[kind], words or type(result).__name__)
    app.outcome = kind
    if problem != app.problem:
        # `make deploy` waits for one of the last two.
        if problem:
            print("not sent, %d kept: %s" % (len(app.store), problem))
        elif app.problem:
            print("sending works again")
        else:
            often = ""
            if app.wake_count is None:  # the mode always_on
                often = "; sending every %d s" % app.settings["send_seconds"]
            print("first event accepted" + often)
        app.problem = problem


def sensor_change(app):
    """Print and track that a sensor began to fail, or works again."""
    name, error = app.sensors.change
    app.sensors.change = None
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.args and error.args[0] in _SILENT:
        text = "no answer on its bus (%s): check its wires, its power and its address" % text
    print("sensor %s: %s" % (name, "%s; it is read again" % text if error else "works"))
    if error is None:
        app.track_struct("sensor", "recovered", name)
    elif "errors" in app.settings["track"]:
        from snowplow_tracker.events.error import error as application_error

        data = application_error(error, text, thread_name="sensor " + name)
        app.count(app.tracker.track_self_describing_event(data))
