from ..pairs import address
from .event import Event, track_class


class PageView(Event):
    TYPE = "pv"
    FIELDS = (
        ("page_url", "url", address, True),
        ("page_title", "page", 2000, False),
        ("referrer", "refr", address, False),
    )
    page_url: str
    page_title: "str | None"
    referrer: "str | None"


def track(tracker, *args, **options) -> "str | None":
    return track_class(tracker, PageView, args, options)
