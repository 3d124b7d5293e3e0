from expect import refused
from snowplow_tracker import __version__
from snowplow_tracker.pixel import click_url, escape, pixel_tag, pixel_url
from snowplow_tracker.transport.query import encode, quote

TEXTS = (
    ("", ""),
    ("a b+c", "a%20b%2Bc"),
    ("AZaz09-_.~", "AZaz09-_.~"),
    ("!*'();:@&=$,/?#[]", "%21%2A%27%28%29%3B%3A%40%26%3D%24%2C%2F%3F%23%5B%5D"),
    ('"<>\\^`{|}', "%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ("é", "%C3%A9"),
    ("漢字", "%E6%BC%A2%E5%AD%97"),
    ("😀", "%F0%9F%98%80"),
    ("\n\t\x7f", "%0A%09%7F"),
    ("%41", "%2541"),
)


def test_percent_encoding_is_byte_exact():
    for text, expected in TEXTS:
        assert quote(text) == expected, text


def test_entities_come_last():
    pairs = {"co": "{}", "e": "se", "tv": "mpy-1", "aid": "a b", "ue_px": "eyJ9", "uid": "ü"}
    assert encode(pairs) == "aid=a%20b&e=se&tv=mpy-1&ue_px=eyJ9&uid=%C3%BC&co=%7B%7D"
    assert encode({"cx": "e30", "tna": "ns"}) == "tna=ns&cx=e30"


def test_pixel_url():
    url = pixel_url("http://collector:9090/", 'A & "B" é', "http://board.local/?a=1&b=2", "garden")
    assert url == (
        "http://collector:9090/i?aid=garden&e=pv&p=web&page=A%20%26%20%22B%22%20%C3%A9"
        "&tv=mpy-" + __version__ + "&url=http%3A%2F%2Fboard.local%2F%3Fa%3D1%26b%3D2"
    )
    assert pixel_url("https://c") == "https://c/i?e=pv&p=web&tv=mpy-" + __version__


def test_pixel_tag_is_safe_in_html():
    tag = pixel_tag("http://c", "<script>'&\"", uid="u")
    assert tag.startswith(
        '<img src="http://c/i?e=pv&amp;p=web&amp;page=%3Cscript%3E%27%26%22&amp;'
    )
    assert tag.count('"') == 10 and tag.endswith(">")
    assert escape("<a href='x'>\"&amp;") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;"


def test_click_redirect():
    url = click_url("http://c", "https://example.com/?q=a&b=é", "garden")
    assert url == (
        "http://c/r/tp2?aid=garden&p=web&tv=mpy-"
        + __version__
        + "&u=https%3A%2F%2Fexample.com%2F%3Fq%3Da%26b%3D%C3%A9"
    )


def test_pixel_refusals():
    refused("target", click_url, "http://c", "javascript:alert(1)")
    refused("collector", pixel_url, "c")
    refused("page: 2001", pixel_url, "http://c", "p" * 2001)
    refused("uid: expected str", pixel_url, "http://c", uid=5)
