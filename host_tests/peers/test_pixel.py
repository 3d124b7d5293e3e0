"""Pixels and click redirects in a real browser."""

from peers.test_judge import assert_good, verdicts
from snowplow_tracker.pixel import click_url, escape, pixel_tag
from tools.collector.enrich.iglu import Schemas

TITLE = 'Tom & "Jerry\'s" <greenhouse> é 漢字 😀 50% + 1 # ; = ? \\ &amp;'


def test_pixel_title_survives_a_real_browser(sink, browse):
    collector = f"http://127.0.0.1:{sink.port}"
    address = f"{collector}/?a=1&b=é"
    tag = pixel_tag(collector, TITLE, address, "garden", uid=TITLE)
    sink.pages["/"] = f"<!DOCTYPE html><title>{escape(TITLE)}</title>{tag}"
    assert "<img" in browse(collector + "/")
    (event,) = sink.take()
    assert (event["e"], event["p"], event["aid"]) == ("pv", "web", "garden")
    assert event["page"] == event["uid"] == TITLE
    assert event["url"] == address
    assert_good(verdicts(Schemas([]), None, sink.queries[0]))


def test_click_redirect_leads_on_in_a_real_browser(sink, browse):
    collector = f"http://127.0.0.1:{sink.port}"
    link = escape(click_url(collector, collector + "/done?a=b&c=%C3%A9", "garden", uid=TITLE))
    sink.pages["/"] = (
        f'<!DOCTYPE html><a href="{link}">x</a>'
        "<script>document.querySelector('a').click()</script>"
    )
    sink.pages["/done"] = "<!DOCTYPE html><p>arrived"
    assert "arrived" in browse(collector + "/")
    (event,) = sink.take()
    assert event["u"] == collector + "/done?a=b&c=%C3%A9"
    assert event["uid"] == TITLE
