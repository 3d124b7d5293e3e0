# The names of the package, which load on first use. Type checkers read this file; no board
# gets it.
from . import clock as clock
from .emitter import Emitter as Emitter
from .events.event import Event as Event
from .events.page_ping import PagePing as PagePing
from .events.page_view import PageView as PageView
from .events.screen_view import ScreenView as ScreenView
from .events.self_describing import SelfDescribing as SelfDescribing
from .events.structured_event import StructuredEvent as StructuredEvent
from .official.async_emitter import AsyncEmitter as AsyncEmitter
from .official.contracts import disable_contracts as disable_contracts
from .official.contracts import enable_contracts as enable_contracts
from .official.event_store import EventStore as EventStore
from .official.logger import logger as logger
from .plugins.activity_tracking import ActivityTracking as ActivityTracking
from .plugins.anonymous import Anonymous as Anonymous
from .plugins.deferred import Deferred as Deferred
from .plugins.diagnostics import Diagnostics as Diagnostics
from .plugins.domain_fields import DomainFields as DomainFields
from .plugins.ecommerce import Ecommerce as Ecommerce
from .plugins.global_entities import GlobalEntities as GlobalEntities
from .plugins.lifecycle import Lifecycle as Lifecycle
from .plugins.log import Log as Log
from .plugins.screen_tracking import ScreenTracking as ScreenTracking
from .plugins.session import Session as Session
from .self_describing_json import SelfDescribingJson as SelfDescribingJson
from .snowplow import EmitterConfiguration as EmitterConfiguration
from .snowplow import Snowplow as Snowplow
from .snowplow import TrackerConfiguration as TrackerConfiguration
from .store.retained import RetainedStore as RetainedStore
from .store.ring import RingStore as RingStore
from .store.segments import SegmentStore as SegmentStore
from .subject import Subject as Subject
from .tracker import Tracker as Tracker
from .transport.http import HttpTransport as HttpTransport
from .transport.urequests import UrequestsTransport as UrequestsTransport

__version__: str
