from .event import Event, track_class


class PageView(Event):
    TYPE = "pv"
    FIELDS = (
        ("page_url", "url", 10000, True),
        ("page_title", "page", 2000, False),
        ("referrer", "refr", 10000, False),
    )


def track(tracker, *args, **options):
    return track_class(tracker, PageView, args, options)
