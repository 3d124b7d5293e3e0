from ..checks import digits
from .event import Event
from .page_view import PageView


class PagePing(Event):
    TYPE = "pp"
    FIELDS = PageView.FIELDS + (
        ("min_x", "pp_mix", digits, False),
        ("max_x", "pp_max", digits, False),
        ("min_y", "pp_miy", digits, False),
        ("max_y", "pp_may", digits, False),
    )


EVENT = PagePing
