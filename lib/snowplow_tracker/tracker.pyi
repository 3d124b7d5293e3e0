# The types of tracker.py, with the calls that load on first use: each track_NAME() is in
# events/NAME.py, others are in official/tracker.py. Type checkers read this; no board gets it.
from collections.abc import Callable, Iterable
from typing import Any

from .emitter import Emitter
from .events.event import Event
from .official.payload import Payload
from .plugins.anonymous import Anonymous
from .plugins.log import Log
from .self_describing_json import SelfDescribingJson
from .subject import Subject

# A self-describing event or an entity: the schema's URI, and data that has a JSON form.
_SelfDescribing = SelfDescribingJson | tuple[str, Any]
_Entities = Iterable[_SelfDescribing] | None
_Texts = list[str] | tuple[str, ...]

class Tracker:
    emitters: list[Emitter]
    subject: Subject | None
    encode_base64: bool
    json_encoder: Callable[[Any], Any] | None
    plugins: list[Callable[[str, dict[str, str], str | None, list[Any]], object]]
    anonymous: Anonymous | None
    log: Log | None
    namespace: str
    paused: bool
    refused: int
    def __init__(
        self,
        namespace: str,
        emitters: Emitter | list[Emitter] | tuple[Emitter, ...],
        subject: Subject | None = None,
        app_id: str | None = None,
        encode_base64: bool = False,
        json_encoder: Callable[[Any], Any] | None = None,
    ) -> None: ...
    def track(self, event: Event) -> str | None: ...
    def track_struct_event(
        self,
        category: str,
        action: str,
        label: str | None = None,
        property_: str | None = None,
        value: float | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
        precision: int | None = None,
    ) -> str | None: ...
    def track_self_describing_event(
        self,
        event_json: _SelfDescribing,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_page_view(
        self,
        page_url: str,
        page_title: str | None = None,
        referrer: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_page_ping(
        self,
        page_url: str,
        page_title: str | None = None,
        referrer: str | None = None,
        min_x: int | None = None,
        max_x: int | None = None,
        min_y: int | None = None,
        max_y: int | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    # `name`, `id_`, or both.
    def track_screen_view(
        self,
        name: str | None = None,
        id_: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_list_item_view(
        self, index: int, items_count: int | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_scroll_changed(
        self, x_offset: int | None = None, y_offset: int | None = None,
        view_width: int | None = None, view_height: int | None = None,
        content_width: int | None = None, content_height: int | None = None,
        context: _Entities = None, tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_button_click(
        self, label: str, id_: str | None = None,
        classes: list[str] | tuple[str, ...] | None = None, name: str | None = None,
        context: _Entities = None, tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    # `expiry` in milliseconds since 1970, or a date-time of RFC 3339.
    def track_consent_granted(
        self, id_: str | None = None, version: str | None = None, name: str | None = None,
        description: str | None = None, expiry: int | str | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_consent_withdrawn(
        self, all: bool, id_: str | None = None, version: str | None = None,
        name: str | None = None, description: str | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    # One of them at least; `cost` needs a `cost_model`: cpa, cpc or cpm.
    def track_ad_impression(
        self, impression_id: str | None = None, cost_model: str | None = None,
        cost: float | None = None, target_url: str | None = None, banner_id: str | None = None,
        zone_id: str | None = None, advertiser_id: str | None = None,
        campaign_id: str | None = None, context: _Entities = None, tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    # `trigger` is push, location, calendar, timeInterval or other.
    def track_message_notification(
        self, title: str, body: str, trigger: str, notification_timestamp: int | str | None = None,
        sound: str | None = None, action: str | None = None, body_loc_key: str | None = None,
        body_loc_args: list[str] | tuple[str, ...] | None = None, title_loc_key: str | None = None,
        title_loc_args: list[str] | tuple[str, ...] | None = None, group: str | None = None,
        category: str | None = None, notification_count: int | None = None,
        subtitle: str | None = None, content_available: bool | None = None,
        thread_identifier: str | None = None, icon: str | None = None, tag: str | None = None,
        attachments: Iterable[dict[str, str]] | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None: ...
    # `timing` in milliseconds.
    def track_timing(
        self,
        category: str,
        variable: str,
        timing: float,
        label: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_error(
        self,
        exception: BaseException,
        message: str | None = None,
        is_fatal: bool = False,
        thread_name: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    # `items` are dicts of sku, price and quantity, and perhaps name and category.
    def track_ecommerce_transaction(
        self,
        order_id: str,
        total_value: float,
        affiliation: str | None = None,
        tax_value: float | None = None,
        shipping: float | None = None,
        city: str | None = None,
        state: str | None = None,
        country: str | None = None,
        currency: str | None = None,
        items: Iterable[dict[str, Any]] | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_unstruct_event(
        self,
        event_json: _SelfDescribing,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_link_click(
        self,
        target_url: str,
        element_id: str | None = None,
        element_classes: _Texts | None = None,
        element_target: str | None = None,
        element_content: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_add_to_cart(
        self,
        sku: str,
        quantity: float,
        name: str | None = None,
        category: str | None = None,
        unit_price: float | None = None,
        currency: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_remove_from_cart(
        self,
        sku: str,
        quantity: float,
        name: str | None = None,
        category: str | None = None,
        unit_price: float | None = None,
        currency: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_form_change(
        self,
        form_id: str,
        element_id: str,
        node_name: str,
        value: str | None,
        type_: str | None = None,
        element_classes: _Texts | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_form_submit(
        self,
        form_id: str,
        form_classes: _Texts | None = None,
        elements: Iterable[dict[str, Any]] | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_site_search(
        self,
        terms: _Texts,
        filters: dict[str, str | bool] | None = None,
        total_results: int | None = None,
        page_results: int | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_ecommerce_transaction_item(
        self,
        order_id: str,
        sku: str,
        price: float,
        quantity: int,
        name: str | None = None,
        category: str | None = None,
        currency: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_mobile_screen_view(
        self,
        name: str,
        id_: str | None = None,
        type: str | None = None,
        previous_name: str | None = None,
        previous_id: str | None = None,
        previous_type: str | None = None,
        transition_type: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None: ...
    def track_install(self, directory: str) -> str | None: ...
    def flush(self, timeout: float | None = None, is_async: bool = False) -> bool: ...
    @staticmethod
    def get_uuid() -> str: ...
    @staticmethod
    def get_timestamp(tstamp: float | None = None) -> int: ...
    def complete_payload(self, event: Event) -> Payload: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def set_subject(self, subject: Subject | None) -> Tracker: ...
    def add_emitter(self, emitter: Emitter) -> Tracker: ...
    def get_namespace(self) -> str: ...
    # For events/ alone.
    def store_event(
        self,
        pairs: dict[str, str],
        context: _Entities,
        tstamp: float | None,
        event_subject: Subject | None,
        schema: str | None = None,
        ue_pr: str | None = None,
        eid: bytes | None = None,
        ms: int | None = None,
        flags: int = 0,
    ) -> str | None: ...
    def refuse(self, error: ValueError) -> ValueError: ...

def number(name: str, value: object, precision: int | None = None) -> str: ...
