# Where the package's names are, without those of the core, which __init__ has itself.
_MODULES = {
    "ActivityTracking": "plugins.activity_tracking",
    "Anonymous": "plugins.anonymous",
    "AsyncEmitter": "official.async_emitter",
    "Deferred": "plugins.deferred",
    "Diagnostics": "plugins.diagnostics",
    "disable_contracts": "official.contracts",
    "DomainFields": "plugins.domain_fields",
    "Ecommerce": "plugins.ecommerce",
    "EmitterConfiguration": "snowplow",
    "Event": "events.event",
    "EventStore": "official.event_store",
    "enable_contracts": "official.contracts",
    "GlobalEntities": "plugins.global_entities",
    "HttpTransport": "transport.http",
    "Lifecycle": "plugins.lifecycle",
    "Log": "plugins.log",
    "logger": "official.logger",
    "PagePing": "events.page_ping",
    "PageView": "events.page_view",
    "RetainedStore": "store.retained",
    "ScreenTracking": "plugins.screen_tracking",
    "ScreenView": "events.screen_view",
    "SegmentStore": "store.segments",
    "SelfDescribing": "events.self_describing",
    "SelfDescribingJson": "self_describing_json",
    "Session": "plugins.session",
    "Snowplow": "snowplow",
    "StructuredEvent": "events.structured_event",
    "Subject": "subject",
    "TrackerConfiguration": "snowplow",
    "UrequestsTransport": "transport.urequests",
}


def find(name: str) -> str:
    """The module of a name; AttributeError if the package has no such name."""
    if name not in _MODULES:
        raise AttributeError(name)
    return _MODULES[name]
