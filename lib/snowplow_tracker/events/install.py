# application_install, once in the life of a filesystem. A power cut between event and file
# leads to a second one with the same eid, which the pipeline knows for a duplicate.
from ..json_file import load, save
from ..record import uuid4
from ..validators import uuid
from .event import track as track_event
from .self_describing import SelfDescribing

SCHEMA = "iglu:com.snowplowanalytics.mobile/application_install/jsonschema/1-0-0"


def track(tracker, directory: str) -> "str | None":
    """Track application_install if it never was; -> its eid, or None."""
    path = directory.rstrip("/") + "/install.json"
    state = load(path)
    if state.get("tracked"):
        return None
    try:
        eid = uuid("eid", state.get("eid"))
    except ValueError:
        eid = str(uuid4(), "ascii")
    # Where nothing can be written down, nothing is tracked: it would be so at each boot.
    if not save(path, {"eid": eid, "tracked": False}):
        return None
    event = SelfDescribing((SCHEMA, {}))
    event.eid = eid.encode()
    eid = track_event(tracker, event)
    if eid:
        save(path, {"eid": eid, "tracked": True})
    return eid
