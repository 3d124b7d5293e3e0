"""What a server or a link does wrong: an update goes on from there, or is refused; nothing that is
not the signed image is ever on trial."""

import contextlib
import http.server
import json
import threading

import pytest

from host_tests.outside import Handler, serving
from tools.release import signing

MANIFEST = "manifest.json"


@contextlib.contextmanager
def server(releases, change=None, files=None, kind=None):
    """Serves the folder, or `files` alone without one. change(name, count, first, data) -> what a
    request gets: bytes as the body, or (status, headers, body); None closes the connection.
    `count` is of this file."""
    counts = {}

    class Files(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            name = self.path.rpartition("/")[2].rstrip("?")
            counts[name] = counts.get(name, 0) + 1
            data = (files or {}).get(name) or (
                (releases / name).read_bytes()
                if releases and (releases / name).exists()
                else None
            )
            wanted, first = self.headers["Range"], 0
            answer = (404, {}, b"") if data is None else None
            if data is not None and wanted:
                first, last = map(int, wanted.removeprefix("bytes=").split("-"))
                data = data[first : last + 1]
            if answer is None:
                answer = change(name, counts[name], first, data) if change else data
            if answer is None:
                self.close_connection = True
                return
            if isinstance(answer, bytes):
                answer = (206 if wanted else 200, {}, answer)
            status, headers, body = answer
            self.send_response(status)
            for key, value in {"Content-Length": len(body), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # it had been given up
                self.wfile.write(body)
            self.close_connection = "Content-Length" in headers  # which is a lie

    with serving(Files, kind or http.server.ThreadingHTTPServer) as running:
        running.counts = counts
        yield running


@pytest.fixture
def take(on_vm, releases):
    """take(change, rounds, state, files, fill, deployed, limit_ms) -> what wire.py prints"""

    def run(
        change=None, rounds=1, state=None, files=None, fill=0, deployed=None, limit_ms=120000
    ):  # fmt: skip
        with server(releases, change, files) as running:
            texts = [json.dumps(state or {}), json.dumps(deployed or {"run": "a", "trial": None})]
            found = on_vm("wire.py", releases, running.url, rounds, *texts, fill, limit_ms)
        # The events go on, and no image is on trial but the one that is signed.
        assert found["kept"] is True
        assert not found["on_trial"] or found["is_new"]
        return found

    return run


def applied(found):
    names = [step for step, _ in found["steps"]]
    return found["on_trial"] and found["is_new"] and names[-1] == "applied"


def refused(found):
    """Why it was refused or waits, with nothing on trial."""
    assert not found["on_trial"] and found["steps"][-1][0] in ("refused", "waits"), found
    return found["steps"][-1][1]


def without_patches(releases):
    return {MANIFEST: (releases / "without_patches.json").read_bytes()}


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_what_is_right_is_taken(take, releases):
    assert applied(take())
    assert applied(take(files=without_patches(releases)))


def test_no_byte_of_a_manifest_can_be_changed(take, releases):
    data = (releases / MANIFEST).read_bytes()
    for at in (*range(0, len(data), 97), len(data) - 2, len(data) - 1):
        assert "not signed" in refused(take(files={MANIFEST: flipped(data, at)}))
    for bad in (b"", data[:100], data[:-1], data + b"x", b"\0" * 4000, b"<html>"):
        take(files={MANIFEST: bad or b" "})


@pytest.mark.parametrize("first", [0, 2048, 10240])
def test_a_byte_of_an_image_that_is_wrong_is_found(take, releases, first):
    def change(name, count, start, data):
        return flipped(data, 7) if name.endswith(".img") and start == first else data

    assert "another hash" in refused(take(change, files=without_patches(releases)))


@pytest.mark.parametrize("at", [0, 3, 4, 5, 20, 900, 1600])
def test_a_patch_that_is_wrong_leads_to_the_image(take, at):
    def change(name, count, start, data):
        return flipped(data, at) if name.endswith(".patch") else data

    assert applied(take(change, rounds=2))


def test_a_patch_that_is_not_there_leads_to_the_image(take):
    def change(name, count, start, data):
        return (404, {}, b"") if name.endswith(".patch") else data

    assert applied(take(change, rounds=2))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"short",
        (500, {}, b"busy"),
        (503, {"Retry-After": "5"}, b""),
        (206, {"Content-Length": "2048"}, b"closed in the middle"),
        (206, {"Content-Length": "99999999999"}, b"x"),
        (200, {}, b"<html>log in</html>"),
        (302, {"Location": "http://127.0.0.1:9/"}, b""),
    ],
)
def test_a_piece_that_fails_is_fetched_again_and_only_that(take, releases, answer):
    starts = []

    def change(name, count, start, data):
        if not name.endswith(".img"):
            return data
        starts.append(start)
        return answer if start == 4096 and starts.count(4096) < 3 else data

    found = take(change, rounds=6, files=without_patches(releases))
    assert applied(found), found
    assert starts.count(0) == 1 and starts.count(2048) == 1  # what was there stayed


def test_a_server_without_ranges_is_told_of_and_nothing_is_taken(take, releases):
    def change(name, count, start, data):
        whole = (releases / name).read_bytes()
        return (200, {}, whole) if name.endswith(".img") else data

    found = take(change, rounds=2, files=without_patches(releases))
    assert not found["on_trial"]


def test_a_stall_ends(take, releases):
    stalls, ended = [], threading.Event()

    def change(name, count, start, data):
        if name.endswith(".img") and start == 2048 and len(stalls) < 2:
            stalls.append(count)
            ended.wait(600)
        return data

    try:
        found = take(change, rounds=20, files=without_patches(releases), limit_ms=2000)
    finally:
        ended.set()
    assert applied(found) and len(stalls) == 2


def signed(releases, keys, **changes):
    line = (releases / MANIFEST).read_bytes().partition(b"\n")[0]
    offer = {**json.loads(line), **changes}
    return {MANIFEST: signing.sign(offer, signing.load_private(keys))}


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"ports": ["esp32"]}, "it is for esp32, not for linux"),
        ({"mpy": 7}, ".mpy files of version 7"),
        ({"micropython": [9, 1]}, "it needs MicroPython 9.1"),
        ({"bytes": 5_000_000, "patches": []}, "no room on flash"),
        ({"bytes": 1 << 40}, "numbers that cannot be"),
        ({"bytes": 12000, "patches": []}, "another hash"),
        ({"sha256": "0" * 64, "patches": []}, "HTTP status 404"),
        ({"bytes": "many"}, "lacks something"),
        ({"ports": None}, "lacks something"),
        ({"patches": [{"from": 3}]}, "lacks something"),
        ({"kind": "config"}, "kind release"),
        ({"rollout": {"halt": True}}, "halted"),
        ({"rollout": {"percent": 0}}, "other boards first"),
        ({"rollout": {"groups": ["barn"]}}, "other groups"),
        ({"rollout": {"start": 4102444800}}, "has not begun"),
    ],
)
def test_an_offer_that_is_not_for_this_board(take, releases, keys, changes, words):
    assert words in refused(take(files=signed(releases, keys, **changes)))


def test_a_size_that_is_too_large_ends(take, releases, keys):
    found = take(rounds=2, files=signed(releases, keys, bytes=12200, patches=[]))
    assert not found["on_trial"]


def test_a_replay_is_refused_and_what_failed_is_not_tried_again(take):
    assert "older than what runs" in refused(take(state={"version": 202811270013}))
    for state in ({"version": 202611270013}, {"refused": 202611270013}):
        assert take(state=state)["steps"] == []
    assert applied(take(state={"version": 202611270012, "refused": 202511270013}))
    # A state that is damaged is that of a board without updates.
    assert applied(take(state={"version": "x", "refused": [], "trying": "", "checked": None}))


def test_a_manifest_that_was_signed_earlier_is_refused(take, releases, keys):
    """As of the same release, before it was halted."""
    seen = signed(releases, keys, signed=1795738411)
    for state, good in (({"signed": 1795738411}, True), ({"signed": 1795738412}, False)):
        found = take(state=state, files=seen)
        assert applied(found) if good else "signed before" in refused(found)
    old = signed(releases, keys, signed=1795738410, rollout={"halt": True})
    assert "signed before" in refused(take(state={"signed": 1795738412}, files=old))


def test_a_deploy_by_cable_is_newer_than_the_releases_before_it(take, releases):
    def deployed(version, image="0123456789abcdef"):
        return {"run": "a", "trial": None, "deployed": [version, image]}

    # What a download before it left behind is of no use.
    left = {"target": "0" * 16, "refused": 202611270013, "whole": True}
    assert "older than what runs" in refused(take(deployed=deployed(202611270014), state=left))
    assert applied(take(deployed=deployed(202611270012), state=left))
    new = json.loads((releases / MANIFEST).read_bytes().partition(b"\n")[0])["sha256"][:16]
    assert take(deployed=deployed(202611270014, new))["steps"] == []  # it is what was deployed
    assert applied(take(deployed={"run": "a", "trial": None, "deployed": None}))


def test_what_a_wrong_clock_dated_in_the_future_is_forgotten_at_a_deploy_by_cable(take):
    late = {"version": 203102030405, "signed": 1927857900}
    cable = {"run": "a", "trial": None, "deployed": [202611270012, "0123456789abcdef"]}
    assert "signed before" in refused(take(state=late))
    assert applied(take(state=late, deployed=cable))
    # Two releases of the same minute are no wrong clock.
    assert take(state={"version": 202611270013}, deployed=cable)["steps"] == []


def test_another_key(take, releases, tmp_path):
    signing.make_pair(tmp_path / "k.pem")
    assert "not signed" in refused(take(files=signed(releases, tmp_path / "k.pem")))


def test_flash_that_fills_meanwhile_is_left_to_the_events(take, releases):
    found = take(files=without_patches(releases), fill=1)
    assert "no room on flash" in refused(found)
    assert found["is_new"] is None  # what was fetched made room
