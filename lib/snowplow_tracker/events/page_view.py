from ..pairs import address
from .calls import track_class
from .event import Event


class _Pairs:
    def __init__(self) -> None:
        self.standard_nv_pairs: dict = {}


class PageView(Event):
    TYPE = "pv"
    FIELDS: tuple = (
        ("page_url", "url", address, True),
        ("page_title", "page", 2000, False),
        ("referrer", "refr", address, False),
    )
    page_url: str
    page_title: "str | None"
    referrer: "str | None"

    # Its own page goes before that of a Subject.
    def subject(self, pairs: dict):
        its = _Pairs()
        if self.event_subject is not None:
            if not hasattr(self.event_subject, "standard_nv_pairs"):
                return self.event_subject  # the tracker says what is wrong with it
            its.standard_nv_pairs.update(self.event_subject.standard_nv_pairs)
        for key in ("url", "refr"):
            if key in pairs:
                its.standard_nv_pairs[key] = pairs[key]
        return its


def track(tracker, *args, **options) -> "str | None":
    return track_class(tracker, PageView, args, options)
