"""boards/links.py: several links in order, what makes one be left, and the way back."""
import pytest

from boards import esp32

NETWORK = {"ssid": "barn", "password": "hay and straw"}
WIFI = ("wifi", {"networks": [NETWORK]})
ETHERNET = ("ethernet", {
    "type": "lan8720", "phy_addr": 0, "mdc": 23, "mdio": 18, "power": 12, "reset": None,
    "clock_pin": 17, "clock_mode": "out", "address": None, "hostname": None, "timeout": 20,
})  # fmt: skip
STATIC = ["192.168.1.9", "255.255.255.0", "192.168.1.1", "192.168.1.2"]


@pytest.fixture(params=[(1, 26), (1, 29)], ids=["1.26", "1.29"])
def world(request, simulate):
    world = simulate("esp32")
    world.ethernet = {"type": "lan8720", "phy_addr": 0, "power": 12}
    world.version = request.param
    return world


@pytest.fixture
def board(world):
    return esp32.Board()


def up(world, link):
    for _ in link.up():
        world.time.sleep_ms(100)


def keep(world, link, seconds):
    """As the firmware keeps a link; -> the names of what was in use."""
    end = world.now_ms + seconds * 1000
    names = []
    while world.now_ms < end:
        try:
            up(world, link)
            names.append(link.name)
            wait = 5
        except OSError:
            names.append(None)
            link.report(False)
            wait = link.wait
        world.time.sleep_ms(wait * 1000)
    return names


def radio_is_on(world):
    return bool(world.radio and world.radio.active)


def test_the_best_one_is_used_alone(world, board):
    link = board.link([ETHERNET, WIFI])
    assert set(keep(world, link, 600)) == {"Ethernet"}
    assert board.online() and link.joins == 1 and not radio_is_on(world)
    assert board.rssi() is None and board.mac()


@pytest.mark.parametrize("address", [None, STATIC])
def test_the_next_one_while_the_cable_is_out_and_back_again(world, board, address):
    link = board.link([("ethernet", dict(ETHERNET[1], address=address)), WIFI])
    keep(world, link, 60)
    world.cable = False
    assert not board.online()
    names = keep(world, link, 600)
    assert names[0] == "Wi-Fi" and set(names) == {"Wi-Fi"}
    assert board.online() and board.rssi() == -61 and link.network == "barn"
    world.cable = True
    world.time.sleep_ms(5000)
    up(world, link)  # at once: the driver has found it by itself
    assert link.name == "Ethernet" and board.online() and not radio_is_on(world)
    assert link.joins == 3
    # 120 s later the loss of Wi-Fi's address is told, which up to 1.28 looks like a stop.
    assert set(keep(world, link, 300)) == {"Ethernet"}


def test_a_better_one_that_is_tried_does_not_disturb_the_one_in_use(world, board):
    world.cable = False
    link = board.link([ETHERNET, WIFI])
    up(world, link)
    for _ in range(50):
        for _ in link.up():
            assert board.online() and link.name == "Wi-Fi"
            world.time.sleep_ms(100)
        world.time.sleep_ms(5000)
    assert link.joins == 1


def test_none_works(world, board):
    world.cable = False
    world.joins = ["not_found"]
    link = board.link([ETHERNET, WIFI])
    with pytest.raises(OSError, match="is the cable in.*; wifi 'barn': not found"):
        up(world, link)
    assert 1 <= link.wait <= 301 and not board.online()
    assert set(keep(world, link, 1200)) == {None}
    world.joins = ["joined"]
    assert keep(world, link, 400)[-1] == "Wi-Fi"
    assert link.wait == 0


def test_a_round_is_short_while_the_others_wait_for_their_time(world, board):
    world.cable = False
    world.joins = ["not_found"]
    link = board.link([ETHERNET, WIFI])
    for _ in range(30):
        start = world.now_ms
        with pytest.raises(OSError):
            up(world, link)
        assert world.now_ms - start <= 6_500 + 22_500


# It has an address, and nothing comes through.
def test_a_dead_one_is_left_and_tried_again_later_and_later(world, board):
    link = board.link([ETHERNET, WIFI])
    left = []
    for _ in range(4):
        for _ in range(1000):
            up(world, link)
            if link.name == "Ethernet":
                action = link.report(False)
                if action == "leave":
                    left.append(world.now_ms)
            else:
                assert link.report(True) is None
            assert action != "reset"
            world.time.sleep_ms(5000)
    gaps = [b - a for a, b in zip(left, left[1:], strict=False)]
    assert gaps[:3] == sorted(gaps[:3]) and gaps[0] >= 120_000 and max(gaps) > 3600_000
    assert link.name == "Wi-Fi" and board.online()
    assert not world.lan.active()  # else an ESP32 could send by it


def test_one_that_delivers_again_is_forgiven(world, board):
    link = board.link([ETHERNET, WIFI])
    up(world, link)
    assert [link.report(False) for _ in range(6)][-1] == "leave"
    up(world, link)
    assert link.name == "Wi-Fi"
    link.report(True)
    names = keep(world, link, 200)
    assert names[0] == "Wi-Fi" and names[-1] == "Ethernet"
    link.report(True)
    start = world.now_ms
    assert [link.report(False) for _ in range(6)][-1] == "leave"
    while link.name == "Wi-Fi" or world.now_ms == start:
        up(world, link)
        world.time.sleep_ms(5000)
    assert world.now_ms - start < 150_000  # as the first time


def test_the_board_is_reset_only_when_none_delivers(world, board):
    link = board.link([ETHERNET, WIFI])
    actions = []
    for _ in range(48):
        try:
            up(world, link)
        except OSError:
            pass
        actions.append(link.report(False))
        world.time.sleep_ms(5000)
    assert actions.index("reset") == 47
    assert actions.count("leave") >= 2


def test_wifi_before_ethernet(world, board):
    link = board.link([WIFI, ETHERNET])
    up(world, link)
    assert link.name == "Wi-Fi" and world.lan is None
    world.joins = ["not_found"]
    world.lose_network()
    assert set(keep(world, link, 300)) == {"Ethernet"}
    world.joins = ["joined"]
    assert keep(world, link, 700)[-1] == "Wi-Fi"
    assert not world.lan.active()


def test_asleep_all_are_off(world, board):
    world.cable = False
    link = board.link([ETHERNET, WIFI])
    up(world, link)
    board.light_sleep(1000)
    assert not radio_is_on(world) and not world.lan.active()
    up(world, link)
    assert board.online()


def test_steps_are_short(world, board):
    world.cable = False
    world.joins = ["silent"]
    link = board.link([ETHERNET, WIFI])
    last = world.now_ms
    with pytest.raises(OSError):
        for _ in link.up():
            assert world.now_ms - last <= 200
            world.time.sleep_ms(100)
            last = world.now_ms
