"""Enrich's judge, the Iglu schemas and its Java vectors: whatever we send they accept."""

import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peers.conftest import HERE, engines
from snowplow_tracker import (
    Ecommerce,
    Emitter,
    Lifecycle,
    PagePing,
    PageView,
    RingStore,
    ScreenView,
    Session,
    StructuredEvent,
    Subject,
    Tracker,
    pairs,
    tracker,
    validators,
)
from snowplow_tracker.entities import ecommerce as shop_entities
from snowplow_tracker.entities.application import application
from snowplow_tracker.entities.consent_document import consent_document
from snowplow_tracker.entities.cross_navigation import cross_navigation
from snowplow_tracker.entities.event_specification import event_specification
from snowplow_tracker.entities.gdpr import gdpr
from snowplow_tracker.entities.geolocation import geolocation
from snowplow_tracker.entities.mobile_context import mobile_context
from snowplow_tracker.media import start_media_tracking
from snowplow_tracker.media import tables as media_tables
from snowplow_tracker.transport.query import quote
from tools.collector.enrich import values
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.payload import Payload
from tools.collector.enrich.urls import readable
from tools.engine import ROOT

SHARED = ROOT.parent / "shared"
ANYTHING = "iglu:com.acme/anything/jsonschema/1-0-0"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


@pytest.fixture(scope="module")
def lenient(tmp_path_factory):
    """Schemas of com.acme that accept anything; nothing else resolves."""
    folder = tmp_path_factory.mktemp("schemas")
    for name, version in (("anything", "1-0-0"), ("reading", "1-0-0"), ("board", "2-0-11")):
        write_schema(folder, name, version)
    return folder


def write_schema(folder, name, version):
    path = folder / "com.acme" / name / "jsonschema" / version
    path.parent.mkdir(parents=True)
    about = {"vendor": "com.acme", "name": name, "format": "jsonschema", "version": version}
    path.write_text(json.dumps({"self": about}))


@pytest.fixture(scope="module")
def iglu():
    """Iglu Central's schemas."""
    if not (SHARED / "iglu").is_dir():
        pytest.skip("no copy of Iglu Central in ../shared/iglu")
    return SHARED / "iglu"


def verdicts(schemas, body=None, query=""):
    payload = Payload(
        received=1767225600000,
        query=query,
        body=body,
        content_type=body and "application/json",
        encoding=None,
        ip="203.0.113.5",
        network_id=UUID,
        hostname=None,
        user_agent=None,
        referer=None,
        headers=[],
    )
    return judge(payload, schemas)


def assert_good(rows):
    for row in rows:
        assert row.good, row.record[:2000]


class Rig:
    """A tracker whose requests go to the judge."""

    def __init__(self, *folders):
        self.schemas = Schemas(folders)
        store = RingStore(300000)
        emitter = Emitter("host", transport=self, event_store=store, batch_size=1)
        self.tracker = Tracker("ns", emitter, app_id="app")
        self.accepted = 0

    def send(self, length, body):
        data = b"".join(bytes(piece) for piece in body(bytearray(1400)))
        assert len(data) == length
        rows = verdicts(self.schemas, data)
        assert len(rows) == 1
        assert_good(rows)
        self.accepted += 1
        return 200

    def call(self, call, *args, **kwargs):
        """What it accepts the judge accepts; what it refuses is counted, and not stored."""
        t = self.tracker
        before = t.refused
        try:
            eid = call(*args, **kwargs)
        except ValueError as e:
            assert ":" in str(e), "it names no argument"
            assert t.refused == before + 1
            assert len(t.emitters[0].event_store) == 0
            return None
        assert t.refused == before
        assert t.flush()
        return eid


    def track(self, kind, *args, **options):
        """Make an event, which may be refused then, and track it."""
        try:
            event = kind(*args, **options)
        except ValueError as e:
            assert ":" in str(e), "it names no argument"
            return None
        return self.call(self.tracker.track, event)


@pytest.mark.parametrize("method", ("post", "get"))
@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_every_payload_of_the_official_script(sink, iglu, lenient, engine, method):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    command, env = engines()[engine]
    script = [*command, str(HERE / "official_script.py"), str(sink.port), method]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    schemas = Schemas([lenient, iglu])
    rows = [row for body in sink.bodies for row in verdicts(schemas, body)]
    rows += [row for query in sink.queries for row in verdicts(schemas, None, query)]
    assert len(rows) == 16 * 20
    assert_good(rows)


def test_every_event_and_entity_of_the_library(iglu, tmp_path):
    rig = Rig(iglu)
    t = rig.tracker
    session = Session(str(tmp_path))
    life = Lifecycle(t, session)
    t.plugins += [session, life]
    context = [
        mobile_context(battery_level=50, battery_state="full", network_type="wifi", language="de"),
        application("1", "b"),
        event_specification("s", "n", "p", "pn", "d", 3),
        gdpr("consent", "d", "1", "text"),
        geolocation(1, 2.5, 3, 4, 5, 6, 7, 1700000000000),
    ]
    assert life.foreground()
    assert t.track_install(str(tmp_path))
    t.track_struct_event("c", "a", context=context)
    t.track_timing("c", "v", 1.5, "l")
    t.track_screen_view("name", "id")
    t.track(ScreenView(UUID, "n", "t", "p", UUID, "pt", "tr"))
    try:
        raise OSError(5, "é" * 3000)
    except OSError as e:
        t.track_error(e, is_fatal=True)
    t.anonymous = None
    assert life.background()
    assert t.flush()
    assert rig.accepted == 8
    rig.tracker.emitters[0].last_result = OSError("x" * 3000)
    from snowplow_tracker import Diagnostics

    assert Diagnostics(t).check() == 1
    assert t.flush()


# --- refusals -----------------------------------------------------------------------------

# Lengths at and just above each limit, of characters that Enrich counts once, twice or four
# times.
CHARACTERS = (("a", 1), ("漢", 1), ("😀", 2), ("\t", 4))
LIMITS = (3, 8, 12, 16, 128, 254, 255, 256, 1000, 1024, 2000, 4096, 8192, 10000)
TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "\ud83d", "a\udc00b", "\0\x1f\x7f", "null", "1.5", UUID, UUID[:-1]]),
    st.builds(
        lambda c, limit, over: c[0] * (limit // c[1] + over),
        st.sampled_from(CHARACTERS),
        st.sampled_from(LIMITS),
        st.integers(0, 1),
    ),
)
EDGES = (-1, 0, 100, 101, -(2**31), -(2**31) - 1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**400)
NUMBER = st.one_of(st.integers(), st.floats(), st.sampled_from(EDGES), st.just(5e-324))
ANY = st.one_of(TEXT, NUMBER, st.none(), st.booleans(), st.binary(max_size=3), st.just([]))
STAMP = st.one_of(
    st.none(),
    st.integers(0, 10**14),
    st.sampled_from((10**12 - 1, 10**12, 10**13, 10**15)),
    st.floats(),
)
DATA = st.recursive(
    ANY,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
SCHEMA = st.sampled_from((ANYTHING,) * 9 + (ANYTHING[:-2], ANYTHING + "/", ANYTHING[5:], None))
PAIR = st.tuples(SCHEMA, DATA)


def one_wrong(*good):
    """The arguments, of which one is replaced by anything."""

    def replace(index, value):
        return good[:index] + (value,) + good[index + 1 :]

    return st.builds(replace, st.integers(0, len(good) - 1), ANY)


SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def deep(levels):
    data = 1
    for _ in range(levels):
        data = {"d": [data]} if levels % 2 else [data]
    return data


@SETTINGS
@given(one_wrong("c", "a", "l", "p", 1.5), STAMP, st.one_of(st.none(), st.integers(0, 9)))
def test_structured_events(lenient, args, tstamp, precision):
    rig = Rig(lenient)
    t = rig.tracker
    rig.call(t.track_struct_event, *args, tstamp=tstamp, precision=precision)
    rig.track(StructuredEvent, *args, device_timestamp=tstamp)


@SETTINGS
@given(PAIR, st.one_of(st.none(), st.lists(PAIR, max_size=2), ANY), st.booleans())
def test_self_describing_events_and_entities(lenient, pair, context, encode):
    rig = Rig(lenient)
    rig.tracker.encode_base64 = encode
    rig.call(rig.tracker.track_self_describing_event, pair)
    rig.call(rig.tracker.track_struct_event, "c", "a", context=context)


@pytest.mark.parametrize("encode", (False, True))
def test_nesting_up_to_the_judges_limit(lenient, encode):
    rig = Rig(lenient)
    rig.tracker.encode_base64 = encode
    for levels in range(10, 60):
        data = deep(levels)
        rig.call(rig.tracker.track_self_describing_event, (ANYTHING, data))
        rig.call(rig.tracker.track_struct_event, "c", "a", context=[(ANYTHING, data)])
    assert 0 < rig.tracker.refused < 100


@SETTINGS
@given(one_wrong("u", "t", "r"), one_wrong(0, 1, -1, 5))
def test_page_views_and_pings(lenient, args, offsets):
    rig = Rig(lenient)
    rig.call(rig.tracker.track_page_view, *args)
    rig.track(PageView, *args)
    rig.track(PagePing, "u", None, None, *offsets)


@SETTINGS
@given(one_wrong(UUID, "n", "t", "p", UUID, "pt", "tr"))
def test_screen_views(iglu, args):
    rig = Rig(iglu)
    rig.call(rig.tracker.track_screen_view, *args[:2])
    rig.track(ScreenView, *args)


@SETTINGS
@given(one_wrong("c", "v", 1.5, "l"))
def test_timings(iglu, args):
    rig = Rig(iglu)
    rig.call(rig.tracker.track_timing, *args)


@SETTINGS
@given(
    one_wrong("o", 9.5, "af", 1, 2.5, "ci", "st", "co", "EUR"), one_wrong("s", 1.5, 2, "n", "c")
)
def test_transactions(lenient, args, item):
    rig = Rig(lenient)
    item = dict(zip(("sku", "price", "quantity", "name", "category"), item, strict=True))
    rig.call(rig.tracker.track_ecommerce_transaction, *args)
    rig.call(rig.tracker.track_ecommerce_transaction, "o", 1, items=[item])


@SETTINGS
@given(ANY, ANY)
def test_errors(iglu, one, two):
    rig = Rig(iglu)
    rig.call(rig.tracker.track_error, OSError(one), thread_name=str(two))
    rig.call(rig.tracker.track_error, ValueError(one), str(two), is_fatal=bool(one))


SETTERS = sorted(name for name in dir(Subject) if name.startswith("set_"))


@SETTINGS
@given(ANY, st.integers(1, 9))
def test_subjects(lenient, one, two):
    rig = Rig(lenient)
    for name in SETTERS:
        subject = Subject()
        before = dict(subject.standard_nv_pairs)
        args = (one, two) if name in ("set_screen_resolution", "set_viewport") else (one,)
        try:
            assert getattr(subject, name)(*args) is subject
        except ValueError as e:
            assert ":" in str(e)
            assert subject.standard_nv_pairs == before
        rig.call(rig.tracker.track_struct_event, "c", "a", event_subject=subject)


# Makers of entities with arguments that are good.
MAKERS = (
    (application, ("1.0", "b")),
    (gdpr, ("consent", "d", "1", "text")),
    (geolocation, (1, 2.5, 3, 4, 5, 6, 7, 1700000000000)),
    (event_specification, ("s", "n", "p", "pn", "d", 3)),
    (consent_document, ("i", "v", "n", "d")),
    (mobile_context, ("m", "f", "1", "wifi", "t", 1, 2, 3, 50, "full", True, 4, 5, "de")),
)


@SETTINGS
@given(ANY)
def test_entities(iglu, value):
    rig = Rig(iglu)
    for make, good in MAKERS:
        for i in range(len(good)):
            try:
                pair = make(*good[:i], value, *good[i + 1 :])
            except ValueError as e:
                assert ":" in str(e)
                continue
            rig.call(rig.tracker.track_struct_event, "c", "a", context=[pair])


# Calls with arguments that are good; each is replaced by each edge in turn.
CALLS = {
    "track_struct_event": ("c", "a", "l", "p", 1.5),
    "track_page_view": ("u", "t", "r"),
    "track_page_ping": ("u", "t", "r", 0, 1, -1, 5),
    "track_ecommerce_transaction": ("o", 9.5, "af", 1, 2.5, "ci", "st", "co", "EUR"),
    "track_screen_view": ("n", "id"),
    "track_timing": ("c", "v", 1.5, "l"),
    "track_list_item_view": (3, 12),
    "track_scroll_changed": (1, 2, 3, 4, 5, 6),
    "track_button_click": ("l", "i", ["a", "b"], "n"),
    "track_consent_granted": ("i", "v", "n", "d", "2030-01-01T00:00:00Z"),
    "track_consent_withdrawn": (True, "i", "v", "n", "d"),
    "track_ad_impression": ("i", "cpa", 1.5, "t", "b", "z", "a", "c"),
    "track_message_notification": (
        *("t", "b", "push", 1700000000000, "s", "a", "bk", ["b"], "tk", ["t"], "g", "c", 1),
        *("s", True, "i", "i", "t", [{"identifier": "i", "url": "https://a/", "type": "t"}]),
    ),
    "track_self_describing_event": ((ANYTHING, {"a": 1}), [(ANYTHING, {})], 1700000000000),
}
VALUES = [c[0] * (limit // c[1] + n) for c in CHARACTERS for limit in LIMITS for n in (0, 1)]
VALUES += [*EDGES, float("nan"), float("inf"), -1e308, 10**12 - 1, 10**12, 10**13, 10**15, True]
VALUES += [None, "", b"", "\ud83d", [], {}, (ANYTHING, float("nan")), [(ANYTHING, {"a": {1: 2}})]]
VALUES += [0.1 + 0.2, 1.005, 9999999, 9999999.01, 1e7, 16, 16.1, 65535, 65536, ["a"], [""], [5]]
VALUES += ["EUR", "1990-02-30T00:00:00Z", "2000-01-01T00:00:00+14:00", "2000-01-01", "a:b", "http://["]
VALUES += [(ANYTHING, {"a": object()}), [(ANYTHING, [float("inf")])], (ANYTHING, True), 90.5]


@pytest.mark.parametrize("name", sorted(CALLS))
def test_each_argument_at_each_edge(iglu, lenient, name):
    rig = Rig(iglu, lenient)
    good = CALLS[name]
    call = getattr(rig.tracker, name)
    assert rig.call(call, *good)
    for i in range(len(good)):
        for value in VALUES:
            rig.call(call, *good[:i], value, *good[i + 1 :])
    assert rig.accepted > len(good) and rig.tracker.refused > len(good)


@pytest.mark.parametrize("make, good", MAKERS)
def test_each_argument_of_an_entity_at_each_edge(iglu, make, good):
    rig = Rig(iglu)
    for i in range(len(good)):
        for value in (*VALUES, -91, -90.1, 181, 180.5):
            try:
                pair = make(*good[:i], value, *good[i + 1 :])
            except ValueError:
                continue
            rig.call(rig.tracker.track_struct_event, "c", "a", context=[pair])
    assert rig.accepted > len(good)


# An entity of an event with fields that are good; {kind: fields}.
SHOP = {
    "cart": {"total_value": 1.5, "currency": "EUR"},
    "checkout_step": {"step": 1},
    "product": {"id": "1", "category": "c", "price": 1, "currency": "EUR"},
    "promotion": {"id": "1"},
    "refund": {"transaction_id": "1", "currency": "EUR", "refund_amount": 1},
    "transaction": {
        "transaction_id": "1", "revenue": 1, "currency": "EUR", "payment_method": "p",
        "total_quantity": 1,
    },
    "page": {"type": "t"},
    "user": {"id": "1"},
    "transaction_error": {},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SHOP))
def test_each_field_of_an_ecommerce_entity_at_each_edge(iglu, kind):
    rig = Rig(iglu)
    assert shop_entities._KINDS.keys() == SHOP.keys()
    for row in shop_entities._KINDS[kind]:
        accepted = rig.accepted
        for value in VALUES:
            try:
                pair = shop_entities.ecommerce(kind, **dict(SHOP[kind], **{row[0]: value}))
            except ValueError as e:
                assert str(e).startswith(kind + ": "), e
                continue
            rig.call(rig.tracker.track_struct_event, "c", "a", context=[pair])
        assert rig.accepted > accepted, row


def test_where_a_user_came_from(iglu):
    rig = Rig(iglu)
    link = f"https://a/?_sp={UUID}.1795350810794.{UUID}.dT8-MQ.YXBw.iot.UVI_"
    rig.call(rig.tracker.track_struct_event, "c", "a", context=[cross_navigation(link)])
    assert rig.accepted == 1


def test_each_action_of_ecommerce(iglu):
    rig = Rig(iglu)
    shop = Ecommerce(rig.tracker)
    rig.tracker.plugins.append(shop)
    shop.set_page_type("t", language="de", locale="de_DE")
    shop.set_ecommerce_user("u", is_guest=True)
    products = [SHOP["product"]] * 2
    rig.call(shop.track_product_view, **SHOP["product"])
    rig.call(shop.track_product_list_view, products, "l")
    rig.call(shop.track_product_list_click, SHOP["product"], "l")
    rig.call(shop.track_add_to_cart, products, **SHOP["cart"])
    rig.call(shop.track_remove_from_cart, products, **SHOP["cart"])
    rig.call(shop.track_checkout_step, step=90)
    rig.call(shop.track_transaction, products, **SHOP["transaction"])
    rig.call(shop.track_refund, products, **SHOP["refund"])
    rig.call(shop.track_transaction_error, SHOP["transaction"], error_type="soft")
    rig.call(shop.track_promotion_view, **SHOP["promotion"])
    rig.call(shop.track_promotion_click, **SHOP["promotion"])
    assert rig.accepted == 11


def test_each_field_of_media_at_each_edge(iglu):
    rig = Rig(iglu)
    needed = {"new_rate": 1, "new_volume": 1, "fullscreen": True, "picture_in_picture": True}

    def call(kind, **options):
        options = dict({row[0]: needed[row[0]] for row in rows if row[3]}, **options)
        media = start_media_tracking(rig.tracker, "m", filter_out_repeated_events=False)
        rig.call(getattr(media, "track_media_" + kind), **options)

    for kind, rows in media_tables.EVENTS.items():
        call(kind)
        for row in rows:
            for value in VALUES:
                call(kind, **{row[0]: value})
    rows = ()
    for part, table, good in (
        ("player", media_tables.PLAYER, {}),
        ("ad", media_tables.AD, {"ad_id": "a"}),
        ("ad_break", media_tables.AD_BREAK, {"break_id": "b"}),
    ):
        for row in table:
            accepted = rig.accepted
            for value in VALUES:
                call("ad_start", **{part: dict(good, **{row[0]: value})})
            assert rig.accepted > accepted, row


# --- vectors ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vectors():
    """Name to the cases that were run through Java."""
    path = SHARED / "vectors" / "java_leaf_behaviour.json"
    if not path.is_file():
        pytest.skip("no vectors in ../shared/vectors")
    found = json.loads(path.read_text(encoding="utf-8"))
    return {name.split()[0]: kind["cases"] for name, kind in found.items() if "cases" in kind}


def accepts(check, *args):
    try:
        check(*args)
    except ValueError:
        return False
    return True


def test_uuids_are_those_that_java_takes(vectors):
    for case in vectors["uuid"]:
        assert accepts(validators.uuid, "sid", case["in"]) == ("ok" in case), case


def test_numbers_are_written_as_java_reads_them(vectors):
    for case in vectors["decimal"]:
        for kind in (int, float):
            try:
                value = kind(case["in"])
            except ValueError:
                continue
            if accepts(tracker.number, "value", value):
                assert values.decimal(tracker.number("value", value)) == values.decimal(
                    repr(value)
                )
            else:
                assert "rejected" in case, case


def test_integers_are_those_that_java_takes(vectors):
    for case in vectors["integer"]:
        if case["in"].lstrip("+-").isascii() and case["in"].lstrip("+-").isdigit():
            assert accepts(validators.integer, "vid", int(case["in"])) == ("ok" in case), case


def test_queries_are_read_as_they_were_meant():
    for text in ("é", "漢字", "😀", "a+b c;d&e=f%41", "\n\t\"'<>\\^`{|}#?/", "~-_."):
        assert values.query("a=" + quote(text)) == [("a", text)]


def test_urls_that_enrich_cannot_read_are_refused():
    vectors = ROOT / "host_tests" / "collector" / "url_vectors.json"
    urls = json.loads(vectors.read_text(encoding="utf-8"))
    assert len(urls) > 150
    for url, java, scala in urls:
        if not (java or scala):
            assert not accepts(pairs.address, "url", url), url


@given(st.text("ah:/?#[]@%|80. \\é", max_size=20).map("http:".__add__) | st.text(max_size=20))
def test_a_url_that_is_accepted_enrich_can_read(url):
    if accepts(pairs.address, "url", url):
        readable(values.cleaned(url) or "")
