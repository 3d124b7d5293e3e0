"""What ends a trial, and what does not."""

import errno
import json
import sys
from types import SimpleNamespace

import pytest

from firmware.on_demand import (
    prepare,
    provision,
    release,
    signature,
    update_config,
    update_fetch,
    update_leave,
    update_steps,
    update_trial,
)
from snowplow_tracker import Emitter, clock

TRIAL = {"id": "202611270013", "boots": 1, "from": "a"}
SECONDS = 900


def _nothing(app, state):
    yield 0


@pytest.fixture
def ended(monkeypatch, tmp_path):
    """ended(ms, trial, **app) -> why a check of the trial so long after the boot takes it back."""
    reasons = []

    def check(
        ms,
        trial=TRIAL,
        safe_mode=False,
        sent=1,
        reaches=None,
        asks=_nothing,
        online=True,
        **changes,
    ):
        monkeypatch.setattr(release, "_FOLDER", f"{tmp_path}/")
        monkeypatch.setattr(release, "trial", lambda: trial)
        monkeypatch.setattr(release, "roll_back", reasons.append)
        monkeypatch.setattr(clock, "ms", lambda: ms)
        monkeypatch.setattr("firmware.on_demand.update_config.reaches_folder", reaches)
        monkeypatch.setattr("firmware.on_demand.update_check.check", asks)
        app = SimpleNamespace(
            settings={"update": {"trial_seconds": SECONDS}, "state_path": str(tmp_path)},
            crashes=SimpleNamespace(safe_mode=safe_mode),
            emitter=SimpleNamespace(sent=sent),
            board=SimpleNamespace(online=lambda: online),
            link=SimpleNamespace(name="Ethernet", network=None),
            store=SimpleNamespace(sync=lambda: True),
            nothing_to_lose=lambda: True,
            restart=lambda intent: None,
            restart_for=None,
            track_event=lambda *_: None,
            unload=lambda: None,
        )
        vars(app).update(changes)
        checking = update_trial.check(app)
        try:
            while True:
                next(checking)
        except StopIteration as end:
            goes_on = end.value
        return goes_on, reasons

    return check


def test_safe_mode_keeps_nothing_that_is_on_trial(ended):
    goes_on, reasons = ended(SECONDS * 1000 - 1, safe_mode=True)
    assert goes_on and not reasons
    ended(SECONDS * 1000, safe_mode=True)
    assert reasons == [f"nothing was sent outside of safe mode in {SECONDS} s"]
    assert ended(SECONDS * 1000)[0] == 0  # without it, it works


def test_a_trial_that_ends_loses_no_event_that_can_be_sent(ended):
    done = []
    parts = {
        "nothing_to_lose": lambda: False,  # they are in RAM alone
        "tracker": SimpleNamespace(flush=done.append),
        "restart": done.append,
    }
    _, reasons = ended(SECONDS * 1000, safe_mode=True, **parts)
    assert len(reasons) == 1 and done == [10, "config"]


@pytest.mark.parametrize("error", [OSError(111), ValueError("it is not signed"), MemoryError()])
def test_a_config_with_another_folder_has_to_reach_it(ended, error):
    def fails(app):
        yield 0
        raise error

    def answers(app):
        yield 0
        return True

    trial = {**TRIAL, "config": True, "asks": True}
    goes_on, reasons = ended(SECONDS * 1000 - 1, trial, reaches=fails)
    assert goes_on and not reasons
    assert ended(SECONDS * 1000 - 1, trial, reaches=answers)[0] == 0
    ended(SECONDS * 1000, trial, reaches=fails)
    assert reasons == [f"update.url gave nothing that update.key has signed in {SECONDS} s"]


@pytest.mark.parametrize("error, is_fault", [
    (OSError(111), False), (OSError("HTTP status 503"), False), (MemoryError(), False),
    (NameError("x"), True), (AttributeError("x"), True), (ImportError("x"), True),
])  # fmt: skip
def test_a_release_that_could_fetch_no_other_one_goes_back(ended, error, is_fault):
    def fails(app, state):
        yield 0
        raise error

    goes_on, reasons = ended(SECONDS * 1000 - 1, asks=fails)
    assert bool(goes_on) == is_fault and not reasons
    ended(SECONDS * 1000, asks=fails)
    told = f"updates fail: {type(error).__name__}: x in {SECONDS} s"
    assert reasons == ([told] if is_fault else [])
    assert ended(SECONDS * 1000 - 1)[0] == 0  # one that works is kept
    assert ended(SECONDS * 1000 - 1, asks=fails, online=False)[0] == 0  # nothing can be asked


@pytest.mark.parametrize("broken", ["update.steps", "update_trial.check", "update_trial.works"])
@pytest.mark.parametrize("error, is_fault", [
    (OSError(28), False), (MemoryError(), False), (NameError("x"), True),
])  # fmt: skip
def test_a_fault_in_the_code_that_ends_a_trial_ends_it(
    monkeypatch, tmp_path, broken, error, is_fault
):
    def fails(*_, **__):
        raise error

    reasons = []
    monkeypatch.setattr(f"firmware.on_demand.{broken}", fails)
    monkeypatch.setattr(release, "trial", lambda: None if reasons else TRIAL)
    monkeypatch.setattr(release, "roll_back", reasons.append)
    monkeypatch.setattr("firmware.on_demand.update_check.check", _nothing)
    update_keys = {"trial_seconds": SECONDS, "seconds": 60}
    app = SimpleNamespace(
        settings={"update": update_keys, "state_path": str(tmp_path)},
        crashes=SimpleNamespace(safe_mode=False),
        emitter=SimpleNamespace(sent=1),
        store=SimpleNamespace(sync=lambda: True),
        board=SimpleNamespace(online=lambda: True),
        nothing_to_lose=lambda: True,
        restart=reasons.append,
        restart_for=None,
        unload=lambda: None,
    )

    def seconds_to_the_next(ms):
        monkeypatch.setattr(clock, "ms", lambda: ms)
        doing = update_steps.steps(app)
        while True:
            try:
                next(doing)
            except StopIteration as end:
                return end.value

    # Not later than a minute after its time, and in time to be seen at it if that is shorter.
    assert seconds_to_the_next(SECONDS * 1000 - 1) == (60 if is_fault else 300) and not reasons
    seconds_to_the_next(SECONDS * 1000)
    assert reasons == ([f"updates fail: {type(error).__name__}: x", "config"] if is_fault else [])
    assert seconds_to_the_next(SECONDS * 1000) == 300 and len(reasons) == 2 * is_fault


def test_a_folder_of_configs_alone_is_reached_by_one_connection_at_a_time(monkeypatch):
    opened = []

    class Folder:
        def __init__(self, app):
            assert not any(opened), "a board has no memory for two connections with TLS"
            opened.append(True)

        def read(self, name):
            yield 0
            if name == "manifest.json":
                raise ValueError("HTTP status 404")
            return b"signed"

        def close(self):
            opened[-1] = False

    kinds = []
    monkeypatch.setattr(update_fetch, "Folder", Folder)
    monkeypatch.setattr(signature, "load", lambda path: path)
    monkeypatch.setattr(signature, "read", lambda data, kind, key: kinds.append((data, kind)))
    board = SimpleNamespace(id=lambda: "b1")
    app = SimpleNamespace(settings={"update": {"group": None, "key": "k"}}, board=board)
    assert list(update_config.reaches_folder(app)) == [0, 0]
    assert kinds == [(b"signed", "config")] and opened == [False, False]


@pytest.mark.parametrize("port, limit", [("rp2", 8388), ("esp32", 60000)])
def test_the_watchdog_of_a_trial_does_not_bite_in_the_portal(
    port, limit, simulate, monkeypatch, tmp_path
):
    world = simulate(port)
    monkeypatch.chdir(tmp_path)
    sys.modules["machine"].WDT(timeout=limit)  # the loader's
    monkeypatch.setattr(release, "trial", lambda: TRIAL)
    monkeypatch.setattr(provision, "time", world.time)
    opened = SimpleNamespace(state="ready", step=lambda: None)

    def run(board, *_):
        opened.board = board
        provision._serve(opened, [], None)

    monkeypatch.setattr(provision, "run", run)
    world.pins[0] = 0  # the button is held
    board = __import__(f"boards.{port}", None, None, ("Board",)).Board()
    wifi = {"networks": [{"ssid": "barn"}]}
    settings = {"wifi": wifi, "links": [], "portal_pin": 0, "update": {"url": "https://h"}}
    prepare._provision(settings, board)
    assert world.now_ms >= provision.OPEN_MS


def test_the_crashes_of_before_do_not_put_a_trial_into_safe_mode(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "_FOLDER", f"{tmp_path}/")

    def is_first(**state):
        (tmp_path / "state.json").write_text(json.dumps(state))
        return release.is_first_boot()

    assert is_first(trial=TRIAL, rolled_back=None)
    assert not is_first(trial={**TRIAL, "boots": 2})  # those are its own
    assert not is_first(trial=None)
    assert is_first(trial=None, rolled_back={"id": "1", "reason": "it broke"})
    assert not release.is_first_boot()


@pytest.mark.parametrize("new, sends_to, reason", [
    ({"collector": "http://new:9090/", "method": "get"}, "new", None),
    ({"collector": "https://new", "roots": "none.der"}, "old", "config.json: collector: "),
    ({"collector": 7}, "old", "config.json: collector: "),
    ({"collector": "http://new", "headers": [1]}, "old", "config.json: collector: "),
    ({}, "old", "config.json: collector: "),
    # A remote configuration has moved the board there, and does so with the new config, too.
    ({"collector": "http://new", "remote": {"url": "http://h"}}, "remote", None),
])  # fmt: skip
def test_a_config_that_cannot_be_sent_with_goes_back_before_a_restart_that_loses_events(
    monkeypatch, tmp_path, new, sends_to, reason
):
    # Nobody has checked it yet; the events in RAM are refused by the collector of before.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json.new").write_text(json.dumps(new))
    remote = {"version": 1, "changes": {"collector": "http://remote"}}
    (tmp_path / "remote.json").write_text(json.dumps(remote))
    reasons = []
    monkeypatch.setattr(update_leave, "load", lambda path: {"config": "new"})
    monkeypatch.setattr(release, "trial", lambda: TRIAL)
    monkeypatch.setattr(release, "roll_back", reasons.append)
    settings = {"state_path": ".", "update": {"trial_seconds": SECONDS}}  # the rest is dropped
    emitter = Emitter("remote" if sends_to == "remote" else "old")
    old = emitter.transport
    emitter.last_result = OSError(errno.ECONNREFUSED)
    app = SimpleNamespace(
        settings=settings,
        emitter=emitter,
        transport=old,
        board=SimpleNamespace(online=lambda: True, dns=()),
        request_ended=None,
    )
    monkeypatch.setattr(clock, "ms", lambda: 5000)
    assert update_leave.check(app) == 60
    assert app.transport is emitter.transport
    if sends_to == "old":
        assert app.transport is old and len(reasons) == 1 and reasons[0].startswith(reason)
        return
    assert not reasons and app.transport.host == sends_to
    assert emitter.get == ("method" in new)
    monkeypatch.setattr(clock, "ms", lambda: 5000 + SECONDS * 1000 - 1)
    update_leave.check(app)
    assert not reasons
    monkeypatch.setattr(clock, "ms", lambda: 5000 + SECONDS * 1000)
    update_leave.check(app)
    assert reasons == [f"nothing was sent in {SECONDS} s"]
    assert app.transport is emitter.transport is old and not emitter.get
