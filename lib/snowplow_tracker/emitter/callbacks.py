# Calls on_success and on_failure as the official Python tracker does, with payloads as dicts.
# `events.reason` is the HTTP status or the OSError; `events.retry` whether they stay stored.
import json


class Events(list):
    reason: object = None
    retry = False


def report(emitter, batch, retry, sent):
    """Call back about a batch (retry None: it was accepted); what happens there stops nothing."""
    emitter.in_callback = True
    try:
        events = Events()
        try:
            events.extend(payloads(batch))
        except OSError:
            pass  # the store has changed meanwhile
        events.reason = emitter.last_result
        events.retry = bool(retry)
        if retry is None:
            emitter.on_success(events)
        else:
            emitter.on_failure(sent, events)
    except Exception as e:
        print("snowplow: callback: %s: %s" % (type(e).__name__, e))
    finally:
        emitter.in_callback = False


def payloads(batch):
    """The events of a batch as dicts."""
    parts = batch.parts()
    next(parts)
    for part in parts:
        if part == b"]}":
            break
        yield json.loads(bytes(part) + next(parts).rstrip(b","))
