# For pages that the board serves: their views are tracked by the visitor's browser, which asks
# the collector for an image, and clicks by a redirect through the collector.
#
# `collector` is its address, such as https://collector.example.com. No time and no eid are in
# the addresses: a page may be shown many times. Further pairs of the protocol go by name:
# pixel_url(collector, "Greenhouse", uid="u1").
from . import __version__
from .pairs import address, check
from .record import text
from .transport.query import encode


def pixel_url(
    collector: str,
    page: "str | None" = None,
    url: "str | None" = None,
    aid: "str | None" = None,
    **pairs: str,
) -> str:
    """The address whose image counts a view of the page: its title, its address, the app id."""
    if page:
        pairs["page"] = page
    if url:
        pairs["url"] = address("url", url)
    return _address(collector, "/i", "pv", aid, pairs)


def pixel_tag(
    collector: str,
    page: "str | None" = None,
    url: "str | None" = None,
    aid: "str | None" = None,
    **pairs: str,
) -> str:
    """The same as an <img>, safe to put into HTML."""
    address = escape(pixel_url(collector, page, url, aid, **pairs))
    return '<img src="%s" width="1" height="1" alt="" style="position:absolute">' % address


def click_url(collector: str, target: str, aid: "str | None" = None, **pairs: str) -> str:
    """An address that counts a click and leads on to `target`, which is http or https."""
    if not target.startswith(("http://", "https://")):
        raise ValueError("target: expected an address that starts with http:// or https://")
    pairs["u"] = text("target", target, 8192)
    return _address(collector, "/r/tp2", None, aid, pairs)


def _address(collector, path, event, aid, pairs):
    if not collector.startswith(("http://", "https://")):
        raise ValueError("collector: expected an address that starts with http:// or https://")
    for key in pairs:
        if key in ("e", "p", "tv"):
            raise ValueError("%s: is set here, and cannot be another" % key)
        if key != "u":
            check(key, pairs[key])
    if event:
        pairs["e"] = event
    pairs["tv"] = "mpy-" + __version__
    pairs["p"] = "web"
    if aid:
        pairs["aid"] = text("aid", aid, 255)
    return collector.rstrip("/") + path + "?" + encode(pairs)


def escape(html: str) -> str:
    """Text for an attribute or the body of HTML."""
    for c, name in ("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "#39"):
        html = html.replace(c, "&%s;" % name)
    return html
