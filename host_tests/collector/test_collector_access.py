"""Who may read the page and the API, and that events come in nevertheless."""

import pytest
from collecting import JSON, TP2, batch, collector, struct

from tools.collector.http import access, address
from tools.collector.http.access import is_loopback

TOKEN = "let-me-in-please"


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    db = tmp_path_factory.mktemp("wide") / "c.db"
    with collector(db, "--token", TOKEN, "--quiet") as running:
        yield running


def test_it_says_where_boards_and_readers_go(wide):
    url = f"http://127.0.0.1:{wide.port}/micro/ui"
    assert wide.first_line == f"collector: {url}  (events in {wide.db})\n"
    boards, readers = (wide.process.stdout.readline() for _ in range(2))
    assert boards == f"boards send to http://127.0.0.1:{wide.port}\n"
    assert readers == f"to see their events open {url}?token={TOKEN}\n"


def test_events_need_no_token(wide):
    assert wide.request("POST", TP2, batch(struct()), JSON)[0] == 200
    assert wide.request("GET", "/i?e=se")[0] == 200
    assert wide.request("GET", "/health")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/micro/ui", "/micro/ui/main.js", "/micro/all", "/micro/good", "/micro/reset",
     "/micro/stream", "/micro/export", "/micro/event/1", "/micro/none"],
)  # fmt: skip
def test_readers_need_it(wide, path):
    for given in ("", "?token=", "?token=wrong", "?token=%F0%9F%98%80"):
        status, _, body = wide.request("GET", path + given)
        assert status == 401 and b"A token is needed" in body
    assert wide.request("GET", path, headers={"Authorization": "Bearer x"})[0] == 401
    assert wide.request("GET", path, headers={"Cookie": "collector_token=x"})[0] == 401


def test_the_address_with_the_token_opens_the_page(wide):
    status, headers, _ = wide.request("GET", f"/micro/ui?token={TOKEN}")
    assert (status, headers["Location"]) == (303, "/micro/ui")
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    mine = {"Cookie": cookie.partition(";")[0]}
    assert wide.request("GET", "/micro/ui", headers=mine)[0] == 200
    assert wide.request("GET", "/micro/all", headers=mine)[0] == 200
    assert wide.request("GET", f"/micro/all?token={TOKEN}")[0] == 200
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert wide.request("GET", "/micro/all", headers=bearer)[0] == 200


def test_the_token_is_stored_with_no_event(wide):
    cookie = f"a=1; collector_token={TOKEN}; sp=00000000-0000-4000-8000-000000000007"
    wide.request("GET", "/i?e=pv&p=web&tv=1", headers={"Cookie": cookie})
    _, _, text = wide.request("GET", f"/micro/good?token={TOKEN}")
    assert TOKEN.encode() not in text and b"Cookie: a=1; sp=0000" in text


def test_a_token_is_made_up_where_it_is_needed():
    made = {access.token("0.0.0.0"), access.token("192.168.1.5"), access.token("::")}
    assert len(made) == 3 and all(len(one) >= 16 for one in made)
    assert access.token("127.0.0.1") is access.token("::1") is None
    assert access.token("0.0.0.0", TOKEN) == access.token("localhost", TOKEN) == TOKEN


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:9090"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Host": "micro.localhost:9090"}, 200),
        ({"Host": "[::1]:9090"}, 200),
        ({"Host": "192.168.1.5:9090"}, 200),
        ({"Host": "["}, 403),
        ({"Host": ""}, 403),
    ],
)
def test_on_loopback_no_page_of_another_site_may_read(running, headers, status):
    assert running.request("GET", "/micro/all", headers=headers)[0] == status
    # What brings events has no such rule.
    assert running.request("GET", "/i?e=se", headers=headers)[0] == 200


def test_a_link_on_another_site_opens_the_page(running):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert running.request("GET", "/micro/ui", headers=link)[0] == 200


@pytest.mark.parametrize(
    "host, loopback",
    [("127.0.0.1", True), ("127.5.5.5", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("example.com", False)],
)  # fmt: skip
def test_loopback(host, loopback):
    assert is_loopback(host) == loopback


def test_addresses_for_people_and_boards(monkeypatch):
    monkeypatch.setattr(address, "own_address", lambda: "192.168.1.5")
    found = address.reachable("127.0.0.1", 9090)
    assert found == {
        "listens": "http://127.0.0.1:9090", "board": "http://192.168.1.5:9090", "loopback": True,
    }  # fmt: skip
    assert address.reachable("0.0.0.0", 1)["listens"] == "http://127.0.0.1:1"
    assert address.reachable("fe80::1", 1)["board"] == "http://[fe80::1]:1"
    monkeypatch.setattr(address, "own_address", lambda: None)
    assert address.reachable("127.0.0.1", 1)["board"] is None
