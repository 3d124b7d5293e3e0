from ..validators import digits
from .calls import track_class
from .page_view import PageView


class PagePing(PageView):
    TYPE = "pp"
    FIELDS = PageView.FIELDS + (
        ("min_x", "pp_mix", digits, False),
        ("max_x", "pp_max", digits, False),
        ("min_y", "pp_miy", digits, False),
        ("max_y", "pp_may", digits, False),
    )
    min_x: "int | None"
    max_x: "int | None"
    min_y: "int | None"
    max_y: "int | None"


def track(tracker, *args, **options) -> "str | None":
    return track_class(tracker, PagePing, args, options)
