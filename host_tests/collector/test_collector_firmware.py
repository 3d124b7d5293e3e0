"""The folder of releases at /firmware/, and what boards reported of them."""

import json
import os

import pytest
from collecting import OURS, collector, entities, shared, struct, unstruct

from tools.collector.storage.derived_tables import MAX_BOARDS

UPDATE = f"{OURS}/update/jsonschema/1-0-0"


@pytest.fixture
def serving(tmp_path):
    schemas = str(shared("iglu"))
    folder = tmp_path / "firmware"
    folder.mkdir()
    (folder / "0123456789abcdef.img").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "secret").write_text("secret")
    arguments = ("--firmware", str(folder), "--schemas", schemas, "--quiet")
    with collector(tmp_path / "c.db", *arguments) as running:
        running.folder = folder
        yield running


def offer(serving, **rollout):
    line = json.dumps({"kind": "release", "version": 7, "rollout": rollout})
    (serving.folder / "manifest.json").write_text(line + "\nsignature\n")


def report(serving, step, board="b1", version=7, **more):
    about = {"port": "esp32", "id": board, "firmware": "0.1.0"}
    serving.send(
        {
            **{"e": "ue", "p": "iot", "tv": "mpy-0.1.0", "aid": "garden"},
            "ue_pr": unstruct({"step": step, "version": version, **more}, UPDATE),
            "co": entities(about, uri=f"{OURS}/board/jsonschema/1-0-0"),
        }
    )


def test_files_whole_and_in_parts(serving):
    status, headers, body = serving.request("GET", "/firmware/0123456789abcdef.img?")
    assert (status, body) == (200, bytes(range(256)) * 20)
    image = "/firmware/0123456789abcdef.img"
    status, headers, body = serving.request("GET", image, headers={"Range": "bytes=10-19"})
    assert (status, body) == (206, bytes(range(10, 20)))
    assert headers["Content-Range"] == "bytes 10-19/5120"
    beyond = {"Range": "bytes=9999-10010"}
    assert serving.request("GET", "/firmware/0123456789abcdef.img", headers=beyond)[0] == 416


def test_nothing_else_is_served(serving):
    for name in ("none.img", "..%2Fsecret", "%2e%2e/secret", ".hidden", "release.pem"):
        status, _, body = serving.request("GET", "/firmware/" + name)
        assert b"secret" not in body or status == 404


def status(serving):
    return serving.request("GET", "/firmware/manifest.json")[0]


def test_a_release_that_too_many_boards_rolled_back_is_not_offered(serving):
    offer(serving, halt_after=2)
    assert status(serving) == 200
    for board in ("b1", "b2", "b3"):
        report(serving, "applied", board)
    report(serving, "rolled_back", "b1", reason="nothing was sent")
    report(serving, "rolled_back", "b1")  # the same board
    for more in ({"version": 6}, {"kind": "config"}):  # another release, no release
        report(serving, "applied", "b2", **more)
        report(serving, "rolled_back", "b2", **more)
    assert status(serving) == 200
    report(serving, "applied", "b2")
    report(serving, "rolled_back", "b2")
    assert status(serving) == 403
    offer(serving)
    assert status(serving) == 200


def test_boards_that_somebody_invents_halt_no_release(serving):
    report(serving, "works", "b1", version=6)
    offer(serving, halt_after=1)
    (known,) = serving.get("/micro/overview")["boards"]
    put = (known["first"] + 1) * 1000000  # One millisecond after its first event
    os.utime(serving.folder / "manifest.json", ns=(put, put))
    report(serving, "rolled_back", "b1")  # It has not reported that it applied it
    crowd = [struct(duid=f"crowd{number}") for number in range(MAX_BOARDS)]
    serving.send(*crowd)  # There is no row for b1 any more
    assert "b1" not in [board["key"] for board in serving.get("/micro/overview")["boards"]]
    for step in ("applied", "rolled_back"):
        report(serving, step, "invented")
    assert status(serving) == 200
    for step in ("offered", "applied", "rolled_back"):
        report(serving, step, "b1")
    assert status(serving) == 403


def test_what_each_board_reported(serving):
    for step in ("offered", "downloading", "applied", "works"):
        report(serving, step, "b1", **{"from": 6})
    report(serving, "refused", "b2", reason="it is for esp32, not for rp2")
    last, first = serving.get("/micro/firmware")
    assert first["steps"] == ["offered", "downloading", "applied", "works"]
    assert (first["version"], first["step"], first["from"]) == (7, "works", 6)
    assert (last["step"], last["steps"]) == ("refused", ["refused"])
    assert last["reason"] == "it is for esp32, not for rp2"
    report(serving, "applied", "b1", version=7, kind="config")
    config, _, first = serving.get("/micro/firmware")
    assert (config["kind"], config["board"], config["steps"]) == ("config", "b1", ["applied"])
    assert (first["kind"], first["step"]) == ("release", "works")
    assert serving.get("/micro/firmware?board=b2") == [last]


def test_configs_are_served(serving):
    for name in ("config.json", "config-0123456789abcdef.json"):
        (serving.folder / name).write_text("signed")
        assert serving.request("GET", f"/firmware/{name}?")[2] == b"signed"
    (serving.folder / "config-mine.json").write_text("secret")
    assert b"secret" not in serving.request("GET", "/firmware/config-mine.json")[2]
