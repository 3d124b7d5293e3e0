"""boards/wifi.py on both ports: each way in which joining goes, and NTP."""
import errno
import itertools
import sys
import types

import pytest

import ntp_server
import simulation
from boards import esp32, rp2

BOARDS = {"esp32": esp32, "rp2": rp2}
PASSWORD = "correct horse"


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture
def board(world):
    board = BOARDS[world.port].Board()
    world.idles = []
    board.idle = lambda: world.idles.append(world.now_ms)
    return board


def done(world, what):
    return [entry for entry in world.log if entry[0] == what]


def failure(board, **options):
    with pytest.raises(OSError) as caught:
        board.join("barn", PASSWORD, **options)
    assert PASSWORD not in str(caught.value)
    assert "barn" in str(caught.value)
    return str(caught.value)


# A router's network may reach over several /24, such as 192.168.4.1/22.
@pytest.mark.parametrize(
    "address, mask, shared",
    [
        ("192.168.4.37", "255.255.255.0", True),
        ("192.168.5.37", "255.255.252.0", True),
        ("192.168.5.37", "255.255.255.0", False),
        ("10.0.0.2", "255.0.0.0", False),
    ],
)
def test_an_access_point_and_a_network_with_the_same_addresses(
    world, board, address, mask, shared
):
    from boards.access_point import AccessPoint

    world.dhcp_address = (address, mask, "192.168.4.1", "192.168.4.1")
    point = AccessPoint("snowplow-0", "correct horse")
    point.start()
    board.join("barn", PASSWORD)
    assert point.is_apart() is not (shared and world.port == "rp2")


def test_join(world, board):
    assert not board.online()
    board.join("barn", PASSWORD, hostname="feeder", country="CH")
    assert board.online()
    assert done(world, "connect") == [("connect", "barn", PASSWORD)]
    assert (world.hostname, world.country) == ("feeder", "CH")
    # Both must be set before the interface comes up.
    steps = [entry[0] for entry in world.log]
    assert max(steps.index("hostname"), steps.index("country")) < steps.index("active")
    assert board.rssi() == -61


def test_name_servers_are_those_of_dhcp_or_of_the_static_address(world, board):
    board.join("barn", PASSWORD)
    assert board.dns() == ("0.0.0.0",)
    world.name_server = "192.168.4.1"
    assert board.dns() == ("192.168.4.1",)
    world.radio.address = ("192.168.1.9", "255.255.255.0", "192.168.1.1", "192.168.1.2")
    assert board.dns() == ("192.168.1.2",)


def test_power_management_is_off(world, board):
    board.join("barn", PASSWORD)
    assert done(world, "pm") == [("pm", {"esp32": 0, "rp2": 16}[world.port])]


def test_the_first_join_fails_and_the_second_works(world, board):
    world.joins = ["silent", "joined"]
    board.join("barn", PASSWORD, timeout=20)
    assert board.online()
    steps = [e[0] for e in world.log if e[0] in ("connect", "disconnect")]
    assert steps == ["disconnect", "connect", "disconnect", "connect"]


@pytest.mark.parametrize("first", ["wrong_password", "not_found", "refused"])
def test_one_failure_is_not_the_last_word(world, board, first):
    world.joins = [first, "joined"]
    board.join("barn", PASSWORD)
    assert board.online()


def test_a_wrong_password_is_believed_the_second_time(world, board):
    world.joins = ["wrong_password"]
    assert "wrong password" in failure(board)
    assert len(done(world, "connect")) == 2


def test_an_esp32_without_a_handshake_means_a_wrong_password(simulate):
    world = simulate("esp32")
    world.joins = ["handshake"]
    assert "wrong password" in failure(esp32.Board())


def test_not_found(world, board):
    world.joins = ["not_found"]
    assert "not found" in failure(board)


def test_no_address(world, board):
    world.joins = ["no_address"]
    assert "DHCP" in failure(board)


@pytest.mark.parametrize("joins", [["silent"], ["not_found", "silent"]])
def test_no_answer_ends_at_the_deadline(world, board, joins):
    world.joins = joins
    start = world.now_ms
    assert "no answer in 7 s" in failure(board, timeout=7)
    # Not before its time, and after it only by what leaving takes.
    assert 7000 <= world.now_ms - start <= 7000 + 1000


def test_a_driver_that_refuses_every_connect(world, board):
    world.joins = ["refused"]
    assert "no answer" in failure(board)
    assert not done(world, "joined")


def test_an_attempt_that_succeeds_late_is_waited_for(world, board):
    world.joins = ["not_found", "joined"]
    world.join_ms = 8000  # on an ESP32 the old failure stays visible all that time
    board.join("barn", PASSWORD, timeout=30)
    assert board.online()


def test_the_radio_is_left_alone_after_a_failure(world, board):
    world.joins = ["silent"]
    failure(board)
    assert world.log[-1] == ("disconnect",)


def test_already_connected(world, board):
    board.join("barn", PASSWORD)
    before = len(world.log)
    BOARDS[world.port].Board().join("barn", PASSWORD)
    assert world.log[before:] == []


def test_a_driver_that_is_still_connecting_is_asked_to_leave_first(simulate):
    # After a soft reset in the middle of a join, an ESP32 refuses the next connect().
    import network

    world = simulate("esp32")
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect("barn", PASSWORD)
    esp32.Board().join("barn", PASSWORD)
    assert len(done(world, "connect")) == 2


def test_an_esp32_reconnects_by_itself_only_after_it_has_joined(simulate):
    world = simulate("esp32")
    esp32.Board().join("barn", PASSWORD)
    assert done(world, "reconnects") == [("reconnects", 0), ("reconnects", -1)]


def test_an_open_network(world, board):
    board.join("barn", "")
    assert done(world, "connect") == [("connect", "barn", None)]


def test_idle_is_called_every_second_while_joining(world, board):
    world.joins = ["silent"]
    start = world.now_ms
    failure(board)
    gaps = [b - a for a, b in itertools.pairwise([start] + world.idles)]
    assert max(gaps) <= 1000


def test_no_signal_while_offline(world, board):
    assert board.rssi() is None


def test_mac(world, board):
    board.join("barn", PASSWORD)
    assert board.mac() == "28:CD:C1:00:0A:0B"


def test_a_pico_has_no_mac_before_its_radio_was_on(simulate):
    simulate("rp2")
    assert rp2.Board().mac() is None


# --- the clock -------------------------------------------------------------------------------
def test_the_clock_is_set(world, board):
    board.join("barn", PASSWORD)
    assert board.set_clock() is True
    assert abs(world.wall_ms - world.true_ms) < 1000  # it has whole seconds


def test_ntp_is_asked_again(world, board):
    board.join("barn", PASSWORD)
    world.ntp = [OSError(errno.ETIMEDOUT), "short", "true"]
    assert board.set_clock() is True
    assert len(done(world, "ntp")) == 3


def test_ntp_is_asked_at_the_address_that_is_found_anew_each_time(world, board, monkeypatch):
    board.join("barn", PASSWORD)
    world.ntp = [OSError(errno.ETIMEDOUT), "true"]
    found = [OSError("no answer of a name server"), ["10.0.0.1"], ["10.0.0.2"]]
    hosts = []

    def find(host):
        hosts.append(host)
        answer = found.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer[0]

    assert [board.set_clock(find) for _ in range(3)] == [False, False, True]
    assert hosts == ["pool.ntp.org"] * 3
    assert done(world, "ntp") == [("ntp", "10.0.0.1"), ("ntp", "10.0.0.2")]
    # Where a program has set another server.
    monkeypatch.setitem(sys.modules, "ntptime", types.SimpleNamespace(host="ntp.example.com"))
    found.append(["10.0.0.3"])
    assert board.set_clock(find) is True and hosts[-1] == "ntp.example.com"


@pytest.mark.parametrize("how", sorted(ntp_server.WRONG))
def test_what_is_no_answer_sets_no_clock(world, board, how):
    board.join("barn", PASSWORD)
    before = world.wall_ms
    world.ntp = [how]
    assert board.set_clock() is False
    assert world.year < 2025 and world.wall_ms - before < 60_000
    assert not done(world, "datetime")
    world.ntp = [how, "true"]
    assert board.set_clock() is True
    assert abs(world.wall_ms - world.true_ms) < 1000


# A server that refuses is not to be asked at once again, however fast it says so.
def test_between_two_questions_is_a_pause(world, board, monkeypatch):
    board.join("barn", PASSWORD)
    world.ntp = ["kod"]
    asked = []
    reply = ntp_server.reply

    def note(*given):
        asked.append(world.now_ms)
        return reply(*given)

    monkeypatch.setattr(ntp_server, "reply", note)
    board.set_clock()
    board.set_clock(lambda host: "10.0.0.1")
    board.set_clock(lambda host: "10.0.0.1")
    assert min(b - a for a, b in itertools.pairwise(asked)) >= 2000


def test_ntp_is_given_up(world, board):
    board.join("barn", PASSWORD)
    world.ntp = [OSError(errno.ETIMEDOUT)]
    assert board.set_clock() is False
    assert len(done(world, "ntp")) == 4
    gaps = [b - a for a, b in itertools.pairwise(world.idles)]
    assert max(gaps) <= 100


# It may show a guess, which the firmware has set.
def test_a_clock_that_shows_a_time_was_not_set_by_that(world, board):
    world.year = 2026
    assert board.set_clock() is False and not done(world, "ntp")
    board.join("barn", PASSWORD)
    world.ntp = [OSError(errno.ETIMEDOUT)]
    assert board.set_clock() is False


@pytest.mark.parametrize("year", [1970, 1999, 2024, 2100, 2103])
def test_an_impossible_year_is_no_time(world, board, year):
    board.join("barn", PASSWORD)
    world.ntp = [year]
    assert board.set_clock() is False and not done(world, "datetime")


@pytest.mark.parametrize("year", [2025, 2035, 2037, 2040, 2099])
def test_ntp_counts_anew_in_2036(world, board, year):
    board.join("barn", PASSWORD)
    world.ntp = [year]
    assert board.set_clock() is True and world.year == year


def test_the_port_is_not_fixed_at_import(simulate):
    for port in ("esp32", "rp2", "esp32"):
        simulate(port)
        assert simulation.world.port == port
        board = BOARDS[port].Board()
        board.join("barn", PASSWORD)
        assert board.rssi() == -61
