"""The collector's routes and statuses, over a real socket."""

import contextlib
import email.utils
import re
import socket
import time
import uuid

import pytest
from collecting import JSON, TP2, batch, struct

GET = "/i?e=se&p=iot&tv=1&se_ca=a&se_ac=b"


def raw(port, request, leave=False):
    """Send bytes; return the status of the answer, or None where the connection just ends.

    ``leave`` says that no more will be sent, for a request that is not complete.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        with contextlib.suppress(ConnectionError):  # What is too large may not be taken to its end
            connection.sendall(request)
        if leave:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while b"\r\n" not in answer and (chunk := connection.recv(65536)):
            answer += chunk
    match = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(match[1]) if match else None


def head(line, *fields):
    return "\r\n".join([line, "Host: x", "Connection: close", *fields, "", ""]).encode()


def test_post_answers_ok_and_keeps_the_event(empty):
    status, headers, body = empty.request("POST", TP2, batch(struct(), struct()), JSON)
    assert (status, body) == (200, b"ok")
    assert headers["Content-Type"].startswith("text/plain")
    assert empty.get("/micro/all") == {"total": 2, "good": 2, "bad": 0}


def test_get_answers_the_pixel(empty):
    for path in (GET, GET.replace("/i", "/ice.png"), GET.replace("/i", TP2)):
        status, headers, body = empty.request("GET", path)
        assert (status, headers["Content-Type"], len(body)) == (200, "image/gif", 43)
        assert body.startswith(b"GIF89a")
        assert headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert empty.get("/micro/all")["good"] == 3


def test_head_is_a_get_without_its_body(empty):
    status, headers, body = empty.request("HEAD", GET)
    assert (status, headers["Content-Length"], body) == (200, "43", b"")
    assert empty.get("/micro/all")["good"] == 1


def test_a_custom_path_of_two_segments(empty):
    assert empty.request("POST", "/com.example/track", batch(struct()), JSON)[0] == 200
    assert empty.get("/micro/all")["good"] == 1


@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/i"),
        ("POST", "/one"),
        ("POST", "/one/two/three"),
        ("POST", "/"),
        ("GET", "/one"),
        ("GET", "/one/two/three"),
        ("GET", "/r/tp2?u=http://127.0.0.1/"),
        ("POST", "/r/tp2"),
        ("PUT", TP2),
        ("DELETE", TP2),
        ("POST", "/micro/events2"),
        ("GET", "/micro/ui/../server.py"),
        ("GET", "/micro/ui/%2e%2e/server.py"),
        ("GET", "/micro/event/999999999"),
        ("GET", "/micro/event/9999999999999999999"),
        ("POST", "/health"),
    ],
)
def test_not_found(empty, method, path):
    assert empty.request(method, path, b"" if method == "POST" else None)[0] == 404
    assert empty.get("/micro/all")["total"] == 0


def test_health(running):
    for path in ("/health", "/sink-health"):
        status, _, body = running.request("GET", path)
        assert (status, body) == (200, b"ok")


def test_200_is_not_validation(empty):
    assert empty.request("POST", TP2, b"nonsense", JSON)[0] == 200
    assert empty.request("POST", TP2, batch(struct()), {"Content-Type": "text/plain"})[0] == 200
    assert empty.request("POST", TP2, batch(struct()))[0] == 200
    assert empty.request("GET", "/i")[0] == 200
    assert empty.get("/micro/all") == {"total": 4, "good": 0, "bad": 4}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON;Charset=UTF-8", "application/json; charset=utf-8"],
)
def test_content_type_is_taken_as_http4s_renders_it(empty, content_type):
    empty.request("POST", TP2, batch(struct()), {"Content-Type": content_type})
    assert empty.get("/micro/all")["good"] == 1


def test_a_compressed_body_is_answered_200_and_lost(empty):
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert empty.request("POST", TP2, b"\x1f\x8b not gzip", headers)[0] == 200
    (bad,) = empty.get("/micro/bad")
    assert "answered 200, then lost" in bad["errors"][0]


def test_payload_and_body_limits(empty):
    space = b" " * (1 << 20)
    assert empty.request("POST", TP2, space + batch(struct()), JSON)[0] == 200
    assert "size violation" in empty.get("/micro/bad")[0]["errors"][0]
    assert empty.request("POST", TP2, b"x" * (2 << 20), JSON)[0] == 200
    assert raw(empty.port, head(f"POST {TP2} HTTP/1.1", "Content-Length: 2097153")) == 413
    assert empty.get("/micro/all")["total"] == 2


def test_a_chunked_body_that_grows_too_large(empty):
    chunk = b"%x\r\n%s\r\n" % (1 << 20, b"x" * (1 << 20))
    request = head(f"POST {TP2} HTTP/1.1", "Transfer-Encoding: chunked") + chunk * 3 + b"0\r\n\r\n"
    assert raw(empty.port, request) == 413
    assert empty.get("/micro/all")["total"] == 0


@pytest.mark.parametrize(
    "line, more, status",
    [
        (20480, 0, 200),
        (20481, 0, 400),
        (100000, 0, 400),
        (200, 40000, 200),
        (200, 42000, 400),
        (200, 200000, 400),
    ],
)
def test_request_line_and_header_limits(running, line, more, status):
    target = f"{GET}&x=".ljust(line - len("GET  HTTP/1.1"), "x")
    fields = [f"X-{i}: {'x' * 980}" for i in range(more // 1000)]
    assert raw(running.port, head(f"GET {target} HTTP/1.1", *fields)) == status


def test_the_cookie(empty):
    _, headers, _ = empty.request("GET", GET)
    cookie = re.fullmatch(
        r"sp=([0-9a-f-]{36}); Expires=(.* GMT); Path=/; SameSite=None; Secure; HttpOnly",
        headers["Set-Cookie"],
    )
    age = email.utils.parsedate_to_datetime(cookie[2]).timestamp() - time.time()
    assert abs(age - 365 * 86400) < 3600
    _, headers, _ = empty.request("GET", GET, headers={"Cookie": f"a=b; sp={cookie[1]}"})
    assert headers["Set-Cookie"].startswith(f"sp={cookie[1]};")
    ids = [event["event"]["network_userid"] for event in empty.get("/micro/good")]
    assert ids == [cookie[1]] * 2


def test_nuid_comes_before_the_cookie(empty):
    nuid = str(uuid.uuid4())
    empty.request("GET", f"{GET}&nuid={nuid}", headers={"Cookie": "sp=abc"})
    assert empty.get("/micro/good")[0]["event"]["network_userid"] == nuid
    empty.request("GET", GET, headers={"Cookie": "sp=abc"})
    assert "network_userid" in empty.get("/micro/bad")[0]["errors"][0]


def test_anonymous(empty):
    hidden = {"Cookie": f"sp={uuid.uuid4()}", "X-Forwarded-For": "10.0.0.1"}
    _, headers, _ = empty.request("GET", GET, headers={"SP-Anonymous": "*", **hidden})
    assert "Set-Cookie" not in headers
    (event,) = empty.get("/micro/good")
    assert event["event"]["user_ipaddress"] == "unknown"
    assert event["event"]["network_userid"] == str(uuid.UUID(int=0))
    kept = "\n".join(event["rawEvent"]["context"]["headers"])
    assert "SP-Anonymous" in kept and "Cookie" not in kept and "10.0.0.1" not in kept


def test_cross_origin(empty):
    _, headers, _ = empty.request("POST", TP2, batch(struct()), {**JSON, "Origin": "http://a.b"})
    assert headers["Access-Control-Allow-Origin"] == "http://a.b"
    assert headers["Access-Control-Allow-Credentials"] == "true"
    for path in (TP2, "/i"):
        status, headers, _ = empty.request("OPTIONS", path, headers={"Origin": "http://a.b"})
        assert status == 200
        assert headers["Access-Control-Allow-Origin"] == "http://a.b"
        assert headers["Access-Control-Allow-Headers"] == "Content-Type, SP-Anonymous"
        assert headers["Access-Control-Max-Age"] == "3600"
    assert empty.request("GET", GET)[1]["Access-Control-Allow-Origin"] == "*"


def test_request_facts_reach_the_event(empty):
    headers = {"User-Agent": "board/1", "Referer": "http://a.b/", "Host": "desk:9090"}
    empty.request("GET", GET, headers=headers)
    (event,) = empty.get("/micro/good")
    assert event["event"]["useragent"] == "board/1"
    assert event["event"]["page_url"] == "http://a.b/"
    assert event["rawEvent"]["source"]["hostname"] == "desk"
    assert event["rawEvent"]["context"]["ipAddress"] == "127.0.0.1"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        head("GET /i?x HTTP/1.1").replace(b"?x", b"?\xff\xfe"),
        head("GET /i?%zz%00 HTTP/1.1").replace(b"Host: x", b"Host: \xff"),
        head("GET //evil/%2f%2f HTTP/1.1"),
        head("GET http://[::1/i HTTP/1.1"),
        head("GET http://a:99999/i HTTP/1.1"),
        head("GET /%ff/%00 HTTP/1.1").replace(b"Host: x", b"Host: ["),
        head("GET /i?nuid=%ff%00 HTTP/1.1"),
        head("GET * HTTP/1.1"),
        head("OPTIONS * HTTP/1.1"),
        head("CONNECT a:1 HTTP/1.1"),
        head("POST /a/b HTTP/1.1", "Content-Length: -1"),
        head("POST /a/b HTTP/1.1", "Transfer-Encoding: chunked") + b"zz\r\n\r\n",
        head("POST /micro/good HTTP/1.1", "Transfer-Encoding: chunked") + b"zz\r\n\r\n",
        head("GET /i?nuid=a%0d%0aX:%20y HTTP/1.1", "Origin: \t\u0664"),
        head("POST /a/b HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
        head("GET /i?e=se HTTP/1.1", "Cookie: sp=!", "User-Agent: !").replace(b"!", b"\xed\xa0"),
        head("GET /micro/iglu/%00/%ff/jsonschema/1-0-0 HTTP/1.1"),
        head("GET /micro/iglu/a/" + "b" * 5000 + "/jsonschema/1-0-0 HTTP/1.1"),
        head("GET /micro/stream HTTP/1.1", "Last-Event-ID: \u0664.\u0664"),
    ],
)
def test_hostile_requests_are_no_server_error(running, request_bytes):
    assert raw(running.port, request_bytes) < 500
    assert running.request("GET", "/health")[0] == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"GET /i",
        head("GET /i HTTP/1.1")[:-2],
        head("POST /a/b HTTP/1.1", "Content-Length: 9999") + b"short",
        head("POST /a/b HTTP/1.1", "Transfer-Encoding: chunked") + b"zz\r\n",
        head("POST /a/b HTTP/1.1", "Transfer-Encoding: chunked") + b"5\r\nab",
    ],
)
def test_a_request_that_breaks_off_does_no_harm(empty, request_bytes):
    raw(empty.port, request_bytes, leave=True)
    assert empty.get("/micro/all")["total"] == 0
