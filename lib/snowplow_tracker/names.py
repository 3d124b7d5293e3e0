# Where the package's names are, but for the core's: the file is the name in snake case, here
# or, of an event, in events/. These are not.
_MODULES = {
    "EmitterConfiguration": "snowplow",
    "HttpTransport": "transport.http",
    "RetainedStore": "store.retained",
    "SegmentStore": "store.segments",
    "TrackerConfiguration": "snowplow",
    "UrequestsTransport": "transport.urequests",
}
_EVENTS = ("PagePing", "PageView", "ScreenView", "SelfDescribing", "StructuredEvent")


def find(name):
    """The module of a name; AttributeError if the package has no such name."""
    if name in _MODULES:
        return _MODULES[name]
    module = name[0].lower()
    for c in name[1:]:
        module += "_" + c.lower() if "A" <= c <= "Z" else c
    return "events." + module if name in _EVENTS else module
