"""boards/cellular.py and dial.py: from a silent modem to PPP, and each way in which it fails."""
import pytest

from boards import esp32, rp2
from modem import Modem

OPTIONS = {
    "apn": "internet", "pin": None, "user": None, "password": None, "security": "pap",
    "number": "*99#", "uart": 1, "tx": 27, "rx": 26, "baud": 115200, "reset": 5, "reset_level": 0,
    "key": 4, "key_level": 0, "power": 23, "timeout": 90,
}  # fmt: skip
NETWORK = {"ssid": "barn", "password": "hay and straw"}


@pytest.fixture
def world(simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return simulate("esp32")


@pytest.fixture
def modem(world):
    world.uart[1] = Modem(key=4, reset=5, power=23)
    return world.uart[1]


@pytest.fixture
def board(world):
    return esp32.Board()


def link_of(board, **options):
    return board.link([("cellular", dict(OPTIONS, **options))])


def up(world, link):
    start = world.now_ms
    for _ in link.up():
        world.time.sleep_ms(100)
    return world.now_ms - start


def failure(world, link):
    with pytest.raises(OSError) as caught:
        up(world, link)
    assert str(caught.value).startswith("cellular: ")
    assert not link.online() and link.wait >= 1
    return str(caught.value)


def test_dial(world, modem, board):
    world.name_server = "10.0.0.53"
    link = link_of(board)
    assert not board.online() and board.dns() == () and board.rssi() is None
    up(world, link)
    assert board.online() and board.dns() == ("10.0.0.53",)
    assert board.rssi() == -79 and board.mac() is None
    assert (link.name, link.network, link.joins) == ("cellular", "internet", 1)
    assert up(world, link) == 0
    assert "AT+CPIN=" not in " ".join(modem.heard)


def test_ppp_begins_in_one_piece_with_connect(world, modem, board):
    modem.lcp_at_once = True
    assert up(world, link_of(board)) < 30_000 and board.online()


def test_a_modem_that_is_off_is_started(world, board):
    world.uart[1] = Modem(key=4, power=23, on=False)
    up(world, link_of(board))
    assert board.online()
    world.uart[2] = Modem(power=22, on=False)  # without a key, its supply is enough
    up(world, link_of(board, uart=2, key=None, power=22))
    assert board.online()


def test_pin_user_and_password(world, modem, board):
    modem.sim = "pin"
    modem.user, modem.password = "me", "secret"
    up(world, link_of(board, pin="1234", user="me", password="secret", security="chap"))
    assert board.online()
    assert world.log[-1] == ("ppp", 2, "me")


def test_a_wrong_pin_is_tried_once_over_all_resets(world, modem, board):
    modem.sim = "pin"
    link = link_of(board, pin="9999")
    assert "refuses `pin`" in failure(world, link)
    for _ in range(3):
        message = failure(world, link)
        assert "has refused" in message and "9999" not in message
    world.reboot("reset")
    failure(world, link_of(esp32.Board(), pin="9999"))
    assert modem.tries == 2
    up(world, link_of(board, pin="1234"))  # corrected
    assert board.online()


@pytest.mark.parametrize("facts, words", [
    ({"sim": None}, "no SIM"),
    ({"sim": "puk"}, "with its PUK"),
    ({"sim": "pin"}, "write it as `pin`"),
    ({"register_ms": None}, "no network in 90 s"),
    ({"registered": 3}, "refuses this SIM"),
    ({"apn": "other"}, "NO CARRIER; check `apn`"),
    ({"baud": 9600}, "check its supply, tx, rx and baud"),
    ({"user": "me", "password": "x"}, "refuses `user` or `password`"),
])  # fmt: skip
def test_what_fails_says_what_to_do(world, modem, board, facts, words):
    for fact in facts:
        setattr(modem, fact, facts[fact])
    link = link_of(board, user="you", password="y")
    start = world.now_ms
    assert words in failure(world, link)
    assert world.now_ms - start < 150_000
    board.light_sleep(100)


def test_no_password_is_printed(world, modem, board, capsys):
    modem.user, modem.password = "me", "right"
    message = failure(world, link_of(board, user="me", password="wrong one", pin="1234"))
    assert "wrong one" not in message + capsys.readouterr().out


def test_the_board_restarts_while_the_modem_is_in_a_connection(world, modem, board):
    up(world, link_of(board))
    world.reboot("reset")
    assert modem.in_data
    board = esp32.Board()
    up(world, link_of(board))
    assert board.online()


@pytest.mark.parametrize("hang", ["reset", "power"])
def test_a_modem_that_hangs_is_reset_then_switched_off_and_on(world, modem, board, hang, capsys):
    link = link_of(board)
    up(world, link)
    modem.hangs = hang
    for _ in range(3):
        action = link.report(False)
    assert action == "rejoin" and board.online()  # so PPP says
    took = up(world, link)
    assert board.online() and took < 120_000
    out = capsys.readouterr().out
    assert "reset" in out and ("off and on" in out) == (hang == "power")


def test_a_modem_that_hangs_for_good(world, modem, board):
    modem.hangs = "for good"
    link = link_of(board)
    assert "does not answer" in failure(world, link)
    assert [link.report(False) for _ in range(24)][-1] == "reset"


def test_without_pins_it_is_hung_up(world, board):
    modem = world.uart[1] = Modem()
    link = link_of(board, reset=None, key=None, power=None)
    up(world, link)
    for _ in range(6):
        link.report(False)
    up(world, link)
    assert board.online() and link.joins == 2
    board.light_sleep(1000)
    assert not modem.in_data
    up(world, link)
    assert board.online()


def test_asleep_its_supply_is_off(world, modem, board):
    link = link_of(board)
    up(world, link)
    board.light_sleep(1000)
    assert world.pins[23] == 0 and not board.online()
    up(world, link)
    assert board.online()


def test_its_supply_is_off_after_a_dial_that_failed(world, modem, board):
    modem.registered = 3
    world.pins[23] = 1
    link = link_of(board)
    failure(world, link)
    link.down()
    assert world.pins[23] == 0


# The port's error for it is a ValueError.
@pytest.mark.parametrize("option", ["tx", "key", "power"])
def test_a_pin_that_is_not_there(world, modem, board, option):
    modem.hangs = "for good"
    link = link_of(board, **{option: "TX1"})
    assert "invalid pin; check its options" in failure(world, link)
    link.down()


def test_steps_are_short(world, modem, board):
    modem.hangs = "for good"
    last = world.now_ms
    with pytest.raises(OSError):
        for _ in link_of(board).up():
            assert world.now_ms - last <= 100
            world.time.sleep_ms(100)
            last = world.now_ms


def test_after_wifi_and_back(world, modem, board):
    world.joins = ["not_found"]
    link = board.link([("wifi", {"networks": [NETWORK]}), ("cellular", OPTIONS)])
    up(world, link)
    assert link.name == "cellular" and board.online()
    world.joins = ["joined"]
    for _ in range(200):
        up(world, link)
        world.time.sleep_ms(5000)
    assert link.name == "Wi-Fi" and board.rssi() == -61
    assert not modem.in_data and world.pins[23] == 0


def test_only_an_esp32_has_ppp(simulate):
    world = simulate("rp2")
    assert "only an ESP32" in failure(world, link_of(rp2.Board()))
