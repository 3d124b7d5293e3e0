from ..validators import digits
from .event import Event, track_class
from .page_view import PageView


class PagePing(Event):
    TYPE = "pp"
    FIELDS = PageView.FIELDS + (
        ("min_x", "pp_mix", digits, False),
        ("max_x", "pp_max", digits, False),
        ("min_y", "pp_miy", digits, False),
        ("max_y", "pp_may", digits, False),
    )


def track(tracker, *args, **options):
    return track_class(tracker, PagePing, args, options)
