from .event import Event, track_class


class PageView(Event):
    TYPE = "pv"
    FIELDS = (
        ("page_url", "url", 10000, True),
        ("page_title", "page", 2000, False),
        ("referrer", "refr", 10000, False),
    )
    page_url: str
    page_title: "str | None"
    referrer: "str | None"


def track(tracker, *args, **options) -> "str | None":
    return track_class(tracker, PageView, args, options)
