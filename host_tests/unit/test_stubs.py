"""The library's .pyi files against the library, and what a type checker makes of them."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import snowplow_tracker
from snowplow_tracker import Subject, Tracker, exports, snowplow
from snowplow_tracker.media import tables
from snowplow_tracker.official import emitter as official_emitter
from tools.deploy import files
from tools.engine import ROOT
from tools.package import LIB, package

PACKAGE = LIB / "snowplow_tracker"
OFFICIAL = Path(sys.prefix) / "official" / "snowplow_tracker" / "tracker.py"
EID = "f2b0c1de-4c1e-4a57-a1de-0123456789ab"
SUBJECT = Subject().set_user_id("u1")
# A valid value for each argument of each call.
VALUES = {
    "page_url": "http://a/", "page_title": "A", "referrer": "http://b/",
    "min_x": 1, "max_x": 2, "min_y": 3, "max_y": 4,
    "name": "n", "id_": EID,
    "category": "c", "variable": "v", "timing": 5, "label": "l",
    "action": "a", "property_": "p", "value": 1.5, "precision": 3,
    "event_json": ("iglu:com.acme/a/jsonschema/1-0-0", {"b": 1}),
    "exception": ValueError("x"), "message": "m", "is_fatal": True, "thread_name": "t",
    "order_id": "o", "total_value": 10.5, "affiliation": "f", "tax_value": 1, "shipping": 2,
    "city": "Bonn", "state": "NW", "country": "DE", "currency": "EUR",
    "items": [{"sku": "s", "price": 1.5, "quantity": 2}],
    "element_id": "e", "element_classes": ["a"], "element_target": "t",
    "element_content": "c", "sku": "s", "quantity": 2, "unit_price": 1.5, "price": 2,
    "form_id": "f", "node_name": "INPUT", "type_": "text", "form_classes": ["a"], "elements": [],
    "terms": ["a"], "filters": {"a": True}, "total_results": 1, "page_results": 1,
    "type": "t", "previous_name": "n", "previous_id": EID, "previous_type": "t",
    "transition_type": "t",
    "index": 3, "items_count": 12, "classes": ["a"],
    "x_offset": 1, "y_offset": 2, "view_width": 128, "view_height": 64,
    "content_width": 256, "content_height": 512,
    "version": "1", "description": "d", "expiry": 1800000000000, "all": True,
    "impression_id": "i", "cost_model": "cpc", "cost": 0.5, "target_url": "https://a/",
    "banner_id": "b", "zone_id": "z", "advertiser_id": "a", "campaign_id": "c",
    "title": "t", "body": "b", "trigger": "push", "sound": "s", "group": "g", "subtitle": "s",
    "notification_timestamp": 1700000000000, "body_loc_key": "k", "body_loc_args": ["a"],
    "title_loc_key": "k", "title_loc_args": ["a"], "notification_count": 1,
    "content_available": True, "thread_identifier": "t", "icon": "i", "tag": "t",
    "attachments": [{"identifier": "i", "url": "https://a/b.png", "type": "image"}],
    "context": [("iglu:com.acme/c/jsonschema/1-0-0", {})],
    "tstamp": 1700000000000, "event_subject": SUBJECT,
}  # fmt: skip


class KeepingEmitter:
    def __init__(self):
        self.events = []

    def put(self, ms, flags, event):
        event = json.loads(event + b"}")
        self.events.append({key: event[key] for key in event if key != "eid"})
        return len(self.events)


def calls(path):
    """{name: {argument: whether it has a default}} of the track_…() of the class Tracker."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Tracker")
    found = {}
    for call in body:
        if isinstance(call, ast.FunctionDef) and call.name.startswith("track_"):
            names = [a.arg for a in call.args.args[1:]]
            needed = len(names) - len(call.args.defaults)
            found[call.name] = {name: i >= needed for i, name in enumerate(names)}
    return found


CALLS = calls(PACKAGE / "tracker.pyi")


@pytest.fixture
def track(tmp_path):
    """track(call, *args, **options) -> the events (list of dicts) that a new tracker stored."""

    def call(call, /, *args, **options):
        emitter = KeepingEmitter()
        eid = getattr(Tracker("t", emitter), call)(*args, **options)
        assert isinstance(eid, str) and len(eid) == 36
        (tmp_path / "install.json").unlink(missing_ok=True)  # track_install() is for once
        return emitter.events

    return call


def test_each_call_of_the_library_is_in_the_stub():
    in_events = {
        "track_" + path.stem
        for path in (PACKAGE / "events").glob("*.py")
        if path.stem != "event" and re.search(r"^def track\(", path.read_text(), re.M)
    }
    assert set(CALLS) == in_events | {"track_struct_event", "track_self_describing_event"}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_the_stub_s_arguments_by_name_and_in_that_order(track, tmp_path, name):
    values = {**VALUES, "directory": str(tmp_path)}
    given = {argument: values[argument] for argument in CALLS[name]}
    if name == "track_form_change":
        given["value"] = "v"
    by_name = track(name, **given)
    assert by_name and by_name == track(name, *given.values())
    with pytest.raises(TypeError):
        track(name, *given.values(), None)
    with pytest.raises(TypeError):
        track(name, **given, another=None)


@pytest.mark.parametrize("name", CALLS)
def test_only_arguments_without_a_default_are_needed(track, tmp_path, name):
    values = {**VALUES, "directory": str(tmp_path)}
    needed = {a: values[a] for a, optional in CALLS[name].items() if not optional}
    if name == "track_form_change":
        needed["value"] = None
    # Of these one at least is.
    one = {"track_screen_view": "name", "track_ad_impression": "banner_id"}.get(name)
    if one:
        needed[one] = values[one]
    assert track(name, **needed)
    for argument in needed:
        with pytest.raises((TypeError, ValueError)):
            track(name, **{a: value for a, value in needed.items() if a != argument})


def test_arguments_are_in_the_order_of_the_official_tracker():
    if not OFFICIAL.exists():
        pytest.skip("no official tracker at %s; `make check` installs it" % OFFICIAL)
    official = calls(OFFICIAL)
    common = CALLS.keys() & official.keys()
    assert common == official.keys()
    for name in common:
        theirs = list(official[name].items())
        assert list(CALLS[name].items())[: len(theirs)] == theirs, name


def test_the_stub_of_media_has_each_event_with_its_fields():
    tree = ast.parse((PACKAGE / "media" / "__init__.pyi").read_text(encoding="utf-8"))
    body = next(n.body for n in tree.body if getattr(n, "name", "") == "MediaTracking")
    found = {}
    for call in body:
        if isinstance(call, ast.FunctionDef) and call.args.kwonlyargs:
            both = zip(call.args.kwonlyargs, call.args.kw_defaults, strict=True)
            found[call.name] = {arg.arg: default is None for arg, default in both}
    common = {"player", "ad", "ad_break", "context", "tstamp", "event_subject"}
    expected = {"track_media_" + kind: rows for kind, rows in tables.EVENTS.items()}
    assert found.keys() == expected.keys()
    for name, rows in expected.items():
        own = {arg: needed for arg, needed in found[name].items() if arg not in common}
        assert own == {row[0]: row[3] for row in rows}, name


def test_the_package_s_stub_has_each_of_its_names():
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    names = {a.asname for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    core = re.search(r"^_CORE = (.*)$", (PACKAGE / "__init__.py").read_text(), re.M)[1]
    assert names == {*exports._MODULES, *ast.literal_eval(core), "clock"}


def arguments(path, name, owner=None):
    """Names of the arguments in a .pyi of the function `name`, or of the method of a class."""
    body = ast.parse((PACKAGE / path).read_text(encoding="utf-8")).body
    if owner:
        body = next(n.body for n in body if getattr(n, "name", "") == owner)
    its = next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == name).args
    found = [a.arg for a in its.args + its.kwonlyargs]
    return found[1:] if owner else found


def test_the_stub_of_the_emitter_has_the_calls_that_load_on_first_use():
    tree = ast.parse((PACKAGE / "emitter" / "__init__.pyi").read_text(encoding="utf-8"))
    body = next(n.body for n in tree.body if getattr(n, "name", "") == "Emitter")
    names = {n.name if isinstance(n, ast.FunctionDef) else n.target.id
             for n in body if isinstance(n, (ast.FunctionDef, ast.AnnAssign))}  # fmt: skip
    assert set(official_emitter._CALLS) | set(official_emitter._VALUES) <= names


@pytest.mark.parametrize("name", [
    "consent_document", "event_specification", "gdpr", "geolocation", "mobile_context",
])  # fmt: skip
def test_the_stub_of_an_entity_has_the_arguments_of_its_table(monkeypatch, name):
    module = importlib.import_module("snowplow_tracker.entities." + name)
    tables = []
    monkeypatch.setattr(module, "fields", lambda table, args, options: tables.append(table) or {})
    getattr(module, name)()
    assert arguments(f"entities/{name}.pyi", name) == [row[0] for row in tables[0]]


@pytest.mark.parametrize("name", [
    "Event", "PagePing", "PageView", "ScreenView", "SelfDescribing", "StructuredEvent",
])  # fmt: skip
def test_the_stub_of_an_event_has_the_arguments_of_its_table(name):
    kind = getattr(snowplow_tracker, name)
    path = kind.__module__.split(".", 1)[1].replace(".", "/") + ".pyi"
    common = ["event_subject", "context", "true_timestamp", "device_timestamp"]
    own = ["precision"] if name == "StructuredEvent" else []
    expected = [row[0] for row in kind.FIELDS] + common + own
    assert arguments(path, "__init__", name) == expected


def test_the_stubs_of_what_passes_options_on_have_them():
    emitter = arguments("emitter/__init__.pyi", "__init__", "Emitter")
    further = snowplow._FURTHER
    found = arguments("snowplow.pyi", "__init__", "EmitterConfiguration")
    assert found == snowplow._ORDER + further
    http = arguments("transport/http.pyi", "__init__", "HttpTransport")
    assert set(found) <= set(emitter) | set(http)
    its = arguments("official/async_emitter.pyi", "__init__", "AsyncEmitter")
    assert [a for a in its if a != "thread_count"] == emitter


def test_no_stub_goes_to_a_board():
    assert list(PACKAGE.rglob("*.pyi")) and (PACKAGE / "py.typed").exists()
    paths = [path for path, _ in package()["urls"]] + [path for _, path in files()]
    assert paths and not [path for path in paths if not path.endswith(".py")]


# --- what a type checker says of a user's program ----------------------------------------------
RIGHT = """
import snowplow_tracker
from snowplow_tracker import (
    Anonymous, Deferred, Diagnostics, Emitter, EmitterConfiguration, GlobalEntities,
    HttpTransport, Lifecycle, Log, PagePing, PageView, RetainedStore, RingStore, ScreenView,
    SegmentStore, SelfDescribing, SelfDescribingJson, Session, Snowplow, StructuredEvent, Subject,
    Tracker, TrackerConfiguration, UrequestsTransport, clock,
)
from snowplow_tracker.entities.application import application
from snowplow_tracker.entities.gdpr import gdpr
from snowplow_tracker.plugins.log import INFO

version: str = snowplow_tracker.__version__
now: int = clock.unix_ms()
subject = Subject().set_user_id("u1").set_lang(None).set_screen_resolution(320, 240)
emitter = Emitter("http://127.0.0.1", batch_size=5, event_store=SegmentStore("/events", 262144))
tracker = Tracker("t", [emitter], subject, app_id="a", json_encoder=str)
session = Session("/state")
tracker.plugins += [session, Lifecycle(tracker, session)]
tracker.plugins.append(GlobalEntities().add(application("1", "2"), accept="iglu:a/*/*/*-*-*"))
tracker.anonymous = Anonymous(server=True)
tracker.log = Log(INFO)
eid: str | None = tracker.track_struct_event("a", "b", value=1, precision=2)
tracker.track_struct_event("a", "b", "c", "d", 1.5, [gdpr("contract")], now, subject)
tracker.track_self_describing_event(SelfDescribingJson("iglu:a/b/jsonschema/1-0-0", {"c": 1}))
tracker.track_self_describing_event(("iglu:a/b/jsonschema/1-0-0", {"c": 1}))
tracker.track_page_view("http://a", "A", "http://b", tstamp=now)
tracker.track_page_ping("http://a", min_x=1)
tracker.track_screen_view(id_="1")
tracker.track_timing("a", "b", 12, "label")
tracker.track_error(ValueError("x"), is_fatal=True)
tracker.track_ecommerce_transaction("o", 9.5, items=[{"sku": "s", "price": 1, "quantity": 1}])
tracker.track_install("/state")
view = PageView("http://a", page_title="A", true_timestamp=now)
view.context = [gdpr("contract")]
sent: bool = tracker.track(view) is not None and tracker.flush(5)
deferred = Deferred(tracker)
deferred.track(StructuredEvent("a", "b"), 3)
tracks: int = deferred.drain() + Diagnostics(tracker).check()
Snowplow.create_tracker("u", "http://a", emitter_config=EmitterConfiguration(batch_size=2))
other: Tracker | None = Snowplow.get_tracker("u")
"""
WRONG = """
tracker.track_page_views("http://a")
tracker.track_page_view()
tracker.track_page_view("http://a", title="A")
tracker.track_page_view("http://a", 7)
tracker.track_page_view("http://a", tstamp="now")
tracker.track_struct_event("a")
tracker.track_struct_event("a", "b", value="1")
tracker.track_struct_event("a", "b", context=("iglu:a/b/jsonschema/1-0-0", {}))
tracker.track_self_describing_event("iglu:a/b/jsonschema/1-0-0", {"c": 1})
tracker.track_error("it failed")
tracker.track_timing("a", "b", "slow")
tracker.track_ecommerce_transaction("o", 9.5, items={"sku": "s"})
tracker.track("a")
tracker.flush("5")
tracker.subjekt
tracker.anonymous = True
Tracker("t")
Tracker("t", "http://127.0.0.1")
Tracker("t", emitter, app_id=1)
Emitter("http://127.0.0.1", port="9090")
Subject().set_color_depth("24")
Session(1)
SelfDescribingJson({"c": 1})
TrackerConfiguration(base64=True)
application("1")
view.contexts = []
clock.now()
emitter.pausee()
emitter.input("e=pv")
PageView()
PageView("http://a", title="A")
StructuredEvent("a")
gdpr(document="d")
Deferred(emitter)
session.new_sessions()
snowplow_tracker.Trackers
"""


@pytest.fixture(scope="module")
def mypy_lines(tmp_path_factory):
    """mypy_lines(source) -> {line of the source: mypy's error}."""
    folder = tmp_path_factory.mktemp("user")

    def check(source):
        (folder / "program.py").write_text(source, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent",
             "--cache-dir", str(ROOT / "build" / "mypy" / "user"), "--no-error-summary",
             "--no-site-packages", "program.py"],
            cwd=folder, env={**os.environ, "MYPYPATH": str(LIB)}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stdout + done.stderr
        errors = re.findall(r"^program.py:(\d+): error: (.*)$", done.stdout, re.M)
        return {int(line): error for line, error in errors}

    return check


def test_a_type_checker_accepts_right_calls_and_refuses_each_wrong_one(mypy_lines):
    right = len(RIGHT.splitlines())
    errors = mypy_lines(RIGHT + WRONG)
    assert [(line, error) for line, error in errors.items() if line <= right] == []
    wrong = WRONG.splitlines()
    accepted = [wrong[i] for i in range(1, len(wrong)) if right + 1 + i not in errors]
    assert accepted == []
