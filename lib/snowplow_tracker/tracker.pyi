# Types and documentation of tracker.py, with the calls that load on first use: each track_NAME()
# is in events/NAME.py, and others are in official/tracker.py. No board gets this file.
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
    """Turns calls into events, and puts them into the stores of its emitters.

    Each `track_…()` returns the event's eid (a UUID as str), or None if it was not kept.
    ValueError says which argument Enrich would refuse; nothing is stored then, and `refused`
    counts. Network and storage never raise. All of these calls end with the same arguments:

    - `context`: entities of this event, a list of SelfDescribingJson or (schema, data);
    - `tstamp`: in place of the time of the call, in milliseconds since 1970 (`ttm`);
    - `event_subject`: a Subject that goes before the tracker's.
    """

    emitters: list[Emitter]
    subject: Subject | None
    """Who or what the events are about."""
    encode_base64: bool
    json_encoder: Callable[[Any], Any] | None
    plugins: list[Callable[[str, dict[str, str], str | None, list[Any]], object]]
    """Called as plugin(eid, pairs, schema, entities) before an event is stored, in order.

    They may change `pairs` and `entities`; one that returns False stops the event.
    """
    anonymous: Anonymous | None
    """None or an Anonymous; to switch it begins a new session."""
    log: Log | None
    """None or a Log."""
    namespace: str
    paused: bool
    """Whether what is tracked is ignored."""
    refused: int
    """How many calls raised ValueError."""
    def __init__(
        self,
        namespace: str,
        emitters: Emitter | list[Emitter] | tuple[Emitter, ...],
        subject: Subject | None = None,
        app_id: str | None = None,
        encode_base64: bool = False,
        json_encoder: Callable[[Any], Any] | None = None,
    ) -> None:
        """The arguments are the official tracker's.

        Args:
            namespace: The tracker's name (`tna`), 128 characters at most.
            emitters: One Emitter, or a list of them; each gets all events.
            subject: Who or what the events are about.
            app_id: The application's name (`aid`), 255 characters at most.
            encode_base64: Whether self-describing JSON goes as base64, which takes a third more.
            json_encoder: Makes something of JSON from a value that has no JSON form.

        Raises:
            ValueError: A name is too long, or there is no emitter.
        """
    def track(self, event: Event) -> str | None:
        """Track an event object, such as PageView; -> its eid, or None."""
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
    ) -> str | None:
        """Track a structured event; -> its eid, or None.

        Args:
            category: 1,000 characters at most.
            action: 1,000 characters at most.
            label: 4,096 characters at most.
            property_: 1,000 characters at most.
            value: A finite number.
            context: Entities of this event.
            tstamp: In place of the time of the call: milliseconds since 1970.
            event_subject: Goes before the tracker's Subject.
            precision: Decimals with which a float `value` is written.
        """
    def track_self_describing_event(
        self,
        event_json: _SelfDescribing,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track an event with a schema of its own; -> its eid, or None.

        Args:
            event_json: A SelfDescribingJson, or a pair (schema, data) such as
                `("iglu:com.example/soil/jsonschema/1-0-0", {"moisture": 0.31})`. The data has a
                JSON form of at most 37 levels, without nan and the infinities.
            context: Entities of this event.
            tstamp: In place of the time of the call: milliseconds since 1970.
            event_subject: Goes before the tracker's Subject.
        """
    def track_page_view(
        self,
        page_url: str,
        page_title: str | None = None,
        referrer: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track that a page was shown: its address, its title, the address of the page before."""
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
    ) -> str | None:
        """Track that a page is still looked at, and how far it was scrolled (pixels)."""
    def track_screen_view(
        self,
        name: str | None = None,
        id_: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track that a screen was shown: its name, its id, or both."""
    def track_list_item_view(
        self, index: int, items_count: int | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None:
        """Track that the item `index` of a list was seen, of `items_count` items.

        With a ScreenTracking it only adds to the summary of the screen, and returns None.
        """
    def track_scroll_changed(
        self, x_offset: int | None = None, y_offset: int | None = None,
        view_width: int | None = None, view_height: int | None = None,
        content_width: int | None = None, content_height: int | None = None,
        context: _Entities = None, tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None:
        """Track how far a screen is scrolled: offsets and sizes in pixels.

        With a ScreenTracking it only adds to the summary of the screen, and returns None.
        """
    def track_button_click(
        self, label: str, id_: str | None = None,
        classes: list[str] | tuple[str, ...] | None = None, name: str | None = None,
        context: _Entities = None, tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None:
        """Track that a button was pressed: its label, id, classes and name."""
    def track_consent_granted(
        self, id_: str | None = None, version: str | None = None, name: str | None = None,
        description: str | None = None, expiry: int | str | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None:
        """Track that the user consents to a document.

        Args:
            id_: The document's id, 36 characters at most; needs `version`.
            version: The document's version, 36 characters at most.
            name: The document's name, 60 characters at most.
            description: What it is about, 10,000 characters at most.
            expiry: When the consent ends: milliseconds since 1970, or a date-time of RFC 3339.
            context: Entities; each `consent_document` among them is a document, too.
            tstamp: In place of the time of the call: milliseconds since 1970.
            event_subject: Goes before the tracker's Subject.
        """
    def track_consent_withdrawn(
        self, all: bool, id_: str | None = None, version: str | None = None,
        name: str | None = None, description: str | None = None, context: _Entities = None,
        tstamp: int | None = None, event_subject: Subject | None = None,
    ) -> str | None:
        """Track that the user takes back the consent to a document, or to `all`."""
    def track_ad_impression(
        self, impression_id: str | None = None, cost_model: str | None = None,
        cost: float | None = None, target_url: str | None = None, banner_id: str | None = None,
        zone_id: str | None = None, advertiser_id: str | None = None,
        campaign_id: str | None = None, context: _Entities = None, tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track that an advertisement was shown. One argument is needed.

        Args:
            impression_id: The id of this impression.
            cost_model: cpa, cpc or cpm.
            cost: From 0 on; needs a `cost_model`.
            target_url: Where the advertisement leads.
            banner_id: The id of what is shown.
            zone_id: Where it is shown.
            advertiser_id: Whose it is.
            campaign_id: Its campaign.
            context: Entities of this event.
            tstamp: In place of the time of the call: milliseconds since 1970.
            event_subject: Goes before the tracker's Subject.
        """
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
    ) -> str | None:
        """Track that a notification was shown.

        `trigger` is push, location, calendar, timeInterval or other; `notification_timestamp` is
        in milliseconds since 1970, or a date-time of RFC 3339; `attachments` are dicts of
        identifier, type and url.
        """
    def track_timing(
        self,
        category: str,
        variable: str,
        timing: float,
        label: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track how long something took: `timing` in milliseconds."""
    def track_error(
        self,
        exception: BaseException,
        message: str | None = None,
        is_fatal: bool = False,
        thread_name: str | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track an exception as `application_error`, with its traceback where there is one.

        `message` is that of the exception if none is given.
        """
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
    ) -> str | None:
        """Track an order, and each of its items as an event of its own; -> the eid of the order.

        `items` are dicts of sku, price and quantity, and perhaps name and category. `currency` has
        three letters. `track_transaction()` of Ecommerce is newer.
        """
    def track_unstruct_event(
        self,
        event_json: _SelfDescribing,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """The former name of track_self_describing_event(); deprecated."""
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
    ) -> str | None:
        """Track that a link was followed: its address, and the element's id, classes and so on."""
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
    ) -> str | None:
        """Track that so many of an article were put into the cart."""
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
    ) -> str | None:
        """Track that so many of an article were taken out of the cart."""
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
    ) -> str | None:
        """Track that an element of a form was changed.

        `node_name` is INPUT, TEXTAREA or SELECT; `type_` is that of an INPUT.
        """
    def track_form_submit(
        self,
        form_id: str,
        form_classes: _Texts | None = None,
        elements: Iterable[dict[str, Any]] | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track that a form was sent.

        `elements` are dicts of name, value, nodeName, and of an INPUT type.
        """
    def track_site_search(
        self,
        terms: _Texts,
        filters: dict[str, str | bool] | None = None,
        total_results: int | None = None,
        page_results: int | None = None,
        context: _Entities = None,
        tstamp: float | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track a search: its words, its filters, and how many results there are."""
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
    ) -> str | None:
        """Track an item of an order, as track_ecommerce_transaction() does."""
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
    ) -> str | None:
        """Track a screen by the schema of the trackers for phones; `id_` is a new one if None.

        It takes `name` first, as in the official tracker.
        """
    def track_install(self, directory: str) -> str | None:
        """Track `application_install`, once: the file install.json in `directory` remembers it.

        Returns:
            The event's eid, or None if it was tracked before.
        """
    def flush(self, timeout: float | None = None, is_async: bool = False) -> bool:
        """Send what is stored, for at most `timeout` seconds; -> whether all of it went.

        With is_async=True it returns at once where an AsyncEmitter sends.
        """
    @staticmethod
    def get_uuid() -> str:
        """A random UUID."""
    @staticmethod
    def get_timestamp(tstamp: float | None = None) -> int:
        """Milliseconds since 1970: `tstamp` if it is given, else now."""
    def complete_payload(self, event: Event) -> Payload:
        """The event as a Payload, which is not stored; empty if it was stopped. Plugins see it."""
    def pause(self) -> None:
        """Ignore what is tracked from now on; track calls return None."""
    def resume(self) -> None:
        """Track again."""
    def set_subject(self, subject: Subject | None) -> Tracker:
        """Set the Subject, or None; -> the tracker."""
    def add_emitter(self, emitter: Emitter) -> Tracker:
        """Add an emitter that gets all further events; -> the tracker."""
    def get_namespace(self) -> str:
        """The tracker's name."""
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
        emitters: list[Any] | None = None,
    ) -> str | None: ...
    def refuse(self, error: ValueError) -> ValueError: ...

def number(name: str, value: object, precision: int | None = None) -> str: ...
