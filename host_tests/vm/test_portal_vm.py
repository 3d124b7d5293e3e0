"""The portal on the real VM, over real sockets: the probes of the systems, the form, what is tried
and kept, who may use it, and what ends it."""

import json
import socket
import struct
import urllib.request

import pytest

from host_tests.outside import Handler, serving
from host_tests.vm.portal_board import LARGER, OWN, PortalBoard, compile_code
from host_tests.vm.test_firmware_vm import collector  # noqa: F401

# What each system asks for, and what it expects where there is no portal.
PROBES = (
    ("connectivitycheck.gstatic.com", "/generate_204", 204, ""),  # Android
    ("www.google.com", "/gen_204", 204, ""),
    ("connectivitycheck.android.com", "/generate_204", 204, ""),
    ("captive.apple.com", "/hotspot-detect.html", 200, "Success"),  # iOS, macOS
    ("www.apple.com", "/library/test/success.html", 200, "Success"),
    ("www.msftconnecttest.com", "/connecttest.txt", 200, "Microsoft Connect Test"),  # Windows
    ("www.msftconnecttest.com", "/redirect", 302, ""),
    ("www.msftncsi.com", "/ncsi.txt", 200, "Microsoft NCSI"),
    ("detectportal.firefox.com", "/canonical.html", 200, "captive-portal"),  # Firefox
    ("detectportal.firefox.com", "/success.txt?ipv4", 200, "success"),
    ("nmcheck.gnome.org", "/check_network_status.txt", 200, "NetworkManager is online"),  # GNOME
    ("connectivity-check.ubuntu.com", "/", 204, ""),
)
PASSWORD = "correct horse & battery"
CONFIG = {
    "collector": "http://127.0.0.1:9", "app_id": "garden", "name": "old", "portal_pin": 0,
    "wifi": {"ssid": "barn", "password": PASSWORD, "country": "CH"},
    "sample_seconds": 1, "send_seconds": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def code(compiler, tmp_path_factory):
    return compile_code(tmp_path_factory.mktemp("portal"))


@pytest.fixture
def open_portal(vm_program, code, tmp_path):
    """open_portal(port="esp32", config=None, **facts) -> a PortalBoard whose portal is open"""
    boards = []

    def start(port="esp32", config=None, **facts):
        boards.append(
            PortalBoard(vm_program, code, tmp_path / "board", port, config, **facts).boot()
        )
        boards[-1].ready()
        return boards[-1]

    yield start
    for board in boards:
        board.kill()
        assert PASSWORD.encode() not in board.output


@pytest.fixture(scope="module")
def healthy():
    """A server that answers as a collector does."""

    class Health(Handler):
        def do_GET(self):
            self.send_response(200 if self.path.startswith("/health") else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(Health) as server:
        yield server.url


@pytest.fixture(scope="module")
def no_collector():
    """A web server that is something else."""
    with serving(Handler) as server:
        yield server.url


def question(name, kind=1, number=b"\x12\x34"):
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return number + b"\x01\x00\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", kind, 1)


def ask(board, query, seconds=120):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        sock.sendto(query, ("127.0.0.1", board.dns))
        return sock.recv(1024)


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_the_probes_of_all_systems_lead_to_the_form(open_portal, port):
    board = open_portal(port)
    for host, path, status, words in PROBES:
        query = question(host)
        reply = ask(board, query)
        assert reply[:4] == b"\x12\x34\x85\x80" and reply[4:12] == b"\0\1\0\1\0\0\0\0", host
        assert reply[12 : len(query)] == query[12:]
        record = reply[len(query) :]
        assert record[:10] == b"\xc0\x0c\0\1\0\1\0\0\0\0"
        assert socket.inet_ntoa(record[12:]) == OWN[port]
        line, headers, body = board.get(path, host)
        assert line != f"HTTP/1.1 {status} OK" and not (words and words in body)
        assert line == "HTTP/1.1 302 Found", host
        assert headers["Location"] == f"http://{OWN[port]}/"
    line, headers, body = board.get()
    assert line == "HTTP/1.1 200 OK" and "<form" in body
    assert headers["Cache-Control"] == "no-store"


def test_other_questions_and_what_is_no_question(open_portal):
    board = open_portal()
    for kind in (28, 65, 16):  # AAAA, HTTPS, TXT
        query = question("captive.apple.com", kind)
        reply = ask(board, query)
        assert reply[4:12] == b"\0\1\0\0\0\0\0\0" and reply[12:] == query[12:]
    with_edns = question("captive.apple.com")
    with_edns = with_edns[:11] + b"\1" + with_edns[12:] + b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
    assert OWN["esp32"] == socket.inet_ntoa(ask(board, with_edns)[-4:])
    good = question("a.b")
    bad = [b"", b"\0", good[:-1], good[:12], good[:12] + b"\xff" * 300]
    bad += [good[:2] + b"\x81" + good[3:], good[:12] + b"\x3fa\0\0\1\0\1"]
    bad += [b"\xff" * 12 + b"\0" * 500, good[:4] + b"\0\2" + good[6:]]
    for query in bad:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(query, ("127.0.0.1", board.dns))
            sock.settimeout(0.05)
            with pytest.raises(TimeoutError):
                sock.recv(1024)
    assert ask(board, good)


def test_the_form_shows_the_networks_and_says_nothing_to_a_script(open_portal):
    page = open_portal().get()[2]
    assert page.count('<option value="barn"') == 1 and "barn (-48 dBm)" in page
    assert "yard (-70 dBm, open)" in page
    assert "&lt;b&gt;&#39;&quot;&amp; (-80 dBm)" in page and "<b>" not in page


# From a board without a network to the first good event, with each mistake on the way.
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_mistakes_come_back_with_a_reason_until_it_works(
    open_portal, healthy, no_collector, collector, port  # noqa: F811
):
    config = {"collector": "http://c", "app_id": "garden", "sample_seconds": 1, "send_seconds": 1}
    config["wifi"] = {"networks": [], "timeout": 5, "country": "CH"}
    networks = {"barn": "wrong_password", "yard": "joined"}
    board = open_portal(port, config, networks=networks)
    name, password = board.ready()
    assert len(password) == 12
    form = {"token": board.token(), "collector": collector.url, "name": "gärten & <b>"}
    board.post(ssid="barn", password="shorts", **form)
    page = board.result()
    assert "wifi.password: expected 8 to 63 characters" in page
    line, headers, _ = board.post(ssid="barn", password=PASSWORD, **form)
    assert line == "HTTP/1.1 303 See Other"
    page = board.result()
    assert "wifi 'barn': wrong password; check it, capital letters count" in page
    assert PASSWORD not in page
    board.post(ssid="", other="attic", password=PASSWORD, **form)
    page = board.result()
    assert "wifi 'attic': not found; check the name" in page
    assert 'value="attic"' in page and f'value="{collector.url}"' in page
    assert 'value="gärten & <b>"' in page
    for url, problem in (
        ("ftp://x", "collector: expected a URL"),
        ("https://127.0.0.1", "roots is missing"),
        ("http://127.0.0.1:9", "collector http://127.0.0.1:9: "),
        (healthy + "x", "collector: expected a URL"),
        (no_collector, "what answers is no collector (HTTP status 501 for /health)"),
    ):
        board.post(ssid="yard", password="", **{**form, "collector": url})
        page = board.result()
        assert problem in page
    assert board.config() == config
    board.post(ssid="yard", password="", **form)
    assert "It works, and is kept." in board.result()
    config.update(collector=collector.url, name="gärten & <b>")
    config["wifi"]["networks"] = [{"ssid": "yard", "password": ""}]
    assert board.config() == config
    assert "world: reset 0" in board.end()
    assert not (board.directory / "config.json.new").exists()
    board.boot(LARGER)
    # The second where the first try was before it had joined.
    board.wait_for("first event accepted; sending every 1 s", "sending works again")
    with urllib.request.urlopen(collector.url + "/micro/good") as answer:
        event = json.load(answer)[0]["rawEvent"]["parameters"]
    assert json.loads(event["co"])["data"][0]["data"]["name"] == "gärten & <b>"


def test_a_board_without_a_config_gets_one(open_portal, healthy):
    board = open_portal()
    board.post(
        token=board.token(), ssid="barn", password=PASSWORD, collector=healthy, name=""
    )
    assert "It works, and is kept." in board.result()
    assert board.config() == {
        "app_id": "micropython",
        "collector": healthy,
        "wifi": {"networks": [{"ssid": "barn", "password": PASSWORD}]},
    }
    assert "world: reset 0" in board.end()


@pytest.fixture
def stalling():
    """A server that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield "http://127.0.0.1:%d" % server.getsockname()[1]


def test_a_reset_in_the_middle_keeps_the_old_config(open_portal, healthy, stalling, vm_program):
    board = open_portal("esp32", CONFIG, held=0)
    page = board.get()[2]
    assert 'value="http://127.0.0.1:9"' in page and 'value="old"' in page
    form = {"token": board.token(), "ssid": "barn", "password": "another one", "name": ""}
    board.post(collector=stalling, **form)
    board.wait_for("asking the collector")
    board.kill()
    assert board.config() == CONFIG
    board.boot().ready()
    assert not (board.directory / "config.json.new").exists()
    # Without a password, that of before.
    form.update(token=board.token(), password="")
    board.post(collector=healthy, **form)
    assert "It works" in board.result()
    changed = {**CONFIG, "collector": healthy}
    del changed["name"]
    changed["wifi"] = {"country": "CH", "networks": [{"ssid": "barn", "password": PASSWORD}]}
    assert board.config() == changed


def test_who_may_use_it(open_portal, healthy):
    board = open_portal()
    form = {"ssid": "barn", "password": PASSWORD, "collector": healthy}
    token = board.token()
    for wrong in ({"token": "0" * 16}, {}):
        line, _, _ = board.post(**form, **wrong)
        assert line == "HTTP/1.1 400 Bad Request"
    line, headers, _ = board.post(host="evil.example", token=token, **form)
    assert line == "HTTP/1.1 302 Found"
    # From the network that was joined, before there is one, and after.
    assert board.get(source="127.1.0.2")[0] == "HTTP/1.1 302 Found"
    assert board.get("/state")[2] == "ready"
    board.post(token=token, **{**form, "collector": "http://127.0.0.1:9"})
    board.result()
    other = {"source": "127.1.0.2", "host": "192.168.4.7"}
    assert board.get("/?" + token[:-1], **other)[0] == "HTTP/1.1 403 Forbidden"
    assert board.get("/", **other)[0] == "HTTP/1.1 403 Forbidden"
    assert "<form" in board.get("/?" + token, **other)[2]
    assert board.get("/?" + token, source="127.1.0.2")[0] == "HTTP/1.1 302 Found"


def test_its_limits(open_portal, healthy):
    board = open_portal()
    line, _, _ = board.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 5000)
    assert line == "HTTP/1.1 413 Content Too Large"
    for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"\xff\xfe / x\r\n\r\n"):
        assert board.send(request)[0] == "HTTP/1.1 400 Bad Request"
    for length in (b"-1", b"x", b"9" * 30):
        request = b"POST / HTTP/1.1\r\nHost: 203.0.113.1\r\nContent-Length: %s\r\n\r\n" % length
        assert board.send(request)[0][:10] == "HTTP/1.1 4", length
    idle = [board.connect() for _ in range(12)]
    assert board.get()[0] == "HTTP/1.1 200 OK"
    for sock in idle:
        sock.close()
    token = board.token()
    long = {"ssid": "x" * 33, "password": "y" * 65, "name": "n" * 65}
    long["collector"] = "http://" + "z" * 300
    good = {"ssid": "barn", "password": PASSWORD, "collector": healthy, "name": "n"}
    for key in long:
        board.post(token=token, **{**good, key: long[key]})
        assert "expected" in board.result(), key
    assert board.config() is None


def test_after_its_time_a_board_without_a_config_sleeps(open_portal):
    board = open_portal(open_ms=300)
    printed = board.end()
    assert "closed; press reset to open it again" in printed
    assert "world: deep 86400000" in printed
    board.boot()  # by its timer: nobody is there
    assert board.end().startswith("world: deep 86400000\n")


def test_after_its_time_a_board_with_a_config_goes_on(open_portal):
    board = open_portal("esp32", CONFIG, open_ms=300, held=0)
    assert "world: reset 0" in board.end()
    board.boot(LARGER)  # while the button is still held
    board.wait_for("collector: http://127.0.0.1:9")
    board.wait_for("online: Wi-Fi barn")


# At the board's own wakes nobody is there, whatever the pin says. (A Pico sleeps without a boot.)
def test_a_button_that_is_stuck_does_not_open_it_at_each_wake(open_portal):
    config = {**CONFIG, "mode": "battery", "sample_seconds": 5}
    board = open_portal("esp32", config, open_ms=300, held=0)
    assert "world: reset 0" in board.end()
    for _ in range(2):
        printed = board.boot(LARGER).end()
        assert "world: deep " in printed and "portal:" not in printed


def test_a_new_password_leaves_the_static_address_of_its_network(open_portal, healthy):
    address = ["192.168.4.7", "255.255.255.0", "192.168.4.1", "192.168.4.1"]
    place = {"ssid": "barn", "password": "the old one", "address": address}
    board = open_portal("esp32", {**CONFIG, "wifi": {"networks": [place]}}, held=0)
    form = {"token": board.token(), "ssid": "barn", "collector": healthy}
    board.post(password=PASSWORD, **form)
    assert "It works" in board.result()
    assert board.config()["wifi"]["networks"] == [{**place, "password": PASSWORD}]


def test_a_mistake_in_the_form_does_not_take_the_remote_config_back(open_portal):
    config = {**CONFIG, "remote": {"url": "https://127.0.0.1:9/r.json"}, "verify": False}
    board = open_portal("esp32", config, held=0)
    state = {"version": 7, "changes": {"batch_size": 5}}
    (board.directory / "remote.json").write_text(json.dumps(state))
    form = {"token": board.token(), "ssid": "barn", "password": PASSWORD, "collector": "http://c"}
    board.post(**{**form, "name": "n" * 65})
    assert "name: expected" in board.result()
    assert json.loads((board.directory / "remote.json").read_text()) == state


def test_an_led_that_the_board_does_not_have_is_none(open_portal):
    board = open_portal("esp32", {**CONFIG, "led": 35}, held=0)
    board.wait_for("led: pin can only be input")
    assert "<form" in board.get()[2]


# Whatever goes wrong in it, as here a port that is in use.
def test_a_portal_that_fails_ends_as_one_that_is_closed(vm_program, code, tmp_path):
    board = PortalBoard(vm_program, code, tmp_path / "board", "esp32", CONFIG, held=0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", board.dns))
        printed = board.boot().end()
        assert "portal: OSError: " in printed and "world: reset 0" in printed
        board.boot(LARGER).wait_for("online: Wi-Fi barn")
        board.kill()
        (board.directory / "config.json").unlink()
        printed = board.boot().end()
    assert "portal: OSError: " in printed and "world: deep 86400000" in printed
