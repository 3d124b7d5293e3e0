"""boards/ethernet.py: each kind of chip, the cable, addresses, and what the drivers get wrong."""
import pytest

from boards import esp32, rp2

STATIC = ["192.168.1.9", "255.255.255.0", "192.168.1.1", "192.168.1.2"]
OLIMEX = {
    "type": "lan8720", "phy_addr": 0, "mdc": 23, "mdio": 18, "power": 12, "reset": None,
    "clock_pin": 17, "clock_mode": "out", "address": None, "hostname": None, "timeout": 20,
}  # fmt: skip
PICO = {
    "type": "w5500", "sck": 18, "mosi": 19, "miso": 16, "cs": 17, "reset": 20, "int": 21,
    "address": None, "hostname": None, "timeout": 20,
}  # fmt: skip


@pytest.fixture(params=["lan8720", "w5500", "rp2"])
def case(request, simulate):
    """(world, board, options) of an ESP32 with a PHY, one with a W5500, and an rp2 with one."""
    if request.param == "lan8720":
        world = simulate("esp32")
        world.ethernet = {"type": "lan8720", "phy_addr": 0, "power": 12, "clock": (17, 3)}
        return world, esp32.Board(), dict(OLIMEX)
    world = simulate("rp2" if request.param == "rp2" else "esp32")
    world.ethernet = {"type": "w5500", "cs": 17, "reset": 20}
    board = rp2.Board() if request.param == "rp2" else esp32.Board()
    return world, board, dict(PICO)


def up(world, link):
    start = world.now_ms
    for _ in link.up():
        world.time.sleep_ms(100)
    return world.now_ms - start


def done(world, what):
    return [entry[1:] for entry in world.log if entry[0] == what]


def test_an_address_by_dhcp(case):
    world, board, options = case
    world.name_server = "192.168.7.1"
    link = board.link([("ethernet", options)])
    assert not board.online() and board.dns() == () and board.mac() is None
    took = up(world, link)
    assert board.online() and link.joins == 1 and abs(link.join_ms - took) <= 200
    assert took < 5500
    assert board.dns() == ("192.168.7.1",)
    assert board.mac() == "28:CD:C1:00:0A:0B" and board.rssi() is None
    assert up(world, link) == 0 and link.joins == 1
    assert link.name == "Ethernet"


def test_making_a_board_and_its_link_touches_nothing(case):
    world, board, options = case
    board.link([("ethernet", options)])
    assert world.log == [] and world.lan is None


def test_a_static_address_and_a_name(case):
    world, board, options = case
    world.dhcp = False
    link = board.link([("ethernet", dict(options, address=STATIC, hostname="feeder"))])
    up(world, link)
    assert board.online() and board.dns() == ("192.168.1.2",)
    steps = [entry[0] for entry in world.log]
    assert steps.index("hostname") < steps.index("lan")  # it is read when that comes up


def test_no_cable_is_told_soon_and_found_when_it_is_back(case):
    world, board, options = case
    world.cable = False
    link = board.link([("ethernet", options)])
    start = world.now_ms
    with pytest.raises(OSError, match="is the cable in"):
        up(world, link)
    assert world.now_ms - start < 8000 and link.wait >= 1
    world.cable = True
    world.time.sleep_ms(5000)
    assert board.online() and up(world, link) == 0


@pytest.mark.parametrize("address", [None, STATIC])
def test_a_cable_that_is_pulled(case, address):
    world, board, options = case
    link = board.link([("ethernet", dict(options, address=address))])
    up(world, link)
    world.cable = False
    assert not board.online()
    world.time.sleep_ms(60_000)
    assert not board.online()
    world.cable = True
    world.time.sleep_ms(5000)
    assert board.online()


def test_no_dhcp_ends_at_the_deadline_and_starts_anew(case):
    world, board, options = case
    world.dhcp = False
    link = board.link([("ethernet", dict(options, timeout=10))])
    start = world.now_ms
    with pytest.raises(OSError, match="no address came in 10 s; check DHCP"):
        up(world, link)
    assert 10_000 <= world.now_ms - start <= 15_000
    world.dhcp = True
    up(world, link)
    assert board.online()


def test_steps_are_short(case):
    world, board, options = case
    world.cable = False
    gaps = []
    last = world.now_ms
    with pytest.raises(OSError):
        for _ in board.link([("ethernet", options)]).up():
            gaps.append(world.now_ms - last)
            world.time.sleep_ms(100)
            last = world.now_ms
    assert max(gaps) <= 600  # a W5500's reset blocks for 411 ms


def test_rejoin_and_cycle_start_the_interface_anew(case):
    world, board, options = case
    link = board.link([("ethernet", options)])
    up(world, link)
    for _ in range(3):
        action = link.report(False)
    assert action == "rejoin" and board.online()  # so it says
    up(world, link)
    assert done(world, "lan") == [(True,), (False,), (True,)]
    for _ in range(3):
        action = link.report(False)
    assert action == "cycle"
    took = up(world, link)
    assert took >= 1000 and board.online()
    assert [link.report(False) for _ in range(18)][-1] == "reset"
    link.report(True)
    assert link.report(False) is None


def test_asleep_it_is_off_with_the_supply_of_its_phy(case):
    world, board, options = case
    link = board.link([("ethernet", options)])
    up(world, link)
    board.light_sleep(1000)
    assert not board.online() and done(world, "lan")[-1] == (False,)
    if "power" in options:
        assert world.pins[12] == 0
    up(world, link)
    assert board.online()


@pytest.mark.parametrize("wrong", ["type", "cs", "pin"])
def test_what_is_not_there_is_an_error_that_says_so(case, wrong):
    world, board, options = case
    if wrong == "type":
        world.ethernet = {"type": None}
    elif wrong == "cs":
        options[{"lan8720": "phy_addr"}.get(options["type"], "cs")] = 5
    else:
        options["mdc" if "mdc" in options else "cs"] = 99
    link = board.link([("ethernet", options)])
    for _ in range(2):  # and again
        with pytest.raises(OSError, match="ethernet: |esp_eth|esp_netif"):
            up(world, link)
        assert not board.online()
    board.light_sleep(100)


@pytest.mark.parametrize("port, options, words", [
    ("esp32", dict(PICO, int=None), "`int` is missing"),
    ("rp2", dict(PICO, reset=None), "`reset` is missing"),
    ("rp2", OLIMEX, "no driver for lan8720"),
])  # fmt: skip
def test_what_a_port_needs(simulate, port, options, words):
    world = simulate(port)
    world.ethernet = {"type": "w5500", "cs": 17, "reset": 20}
    board = {"esp32": esp32, "rp2": rp2}[port].Board()
    with pytest.raises(OSError, match=words):
        up(world, board.link([("ethernet", options)]))


def test_a_pico_w_has_no_driver_for_it(simulate):
    world = simulate("rp2")
    with pytest.raises(OSError, match="flash the one for W5500_EVB_PICO"):
        up(world, rp2.Board().link([("ethernet", PICO)]))


def test_an_image_without_wifi_says_so(simulate):
    world = simulate("rp2")
    world.ethernet = {"type": "w5500", "cs": 17, "reset": 20}
    board = rp2.Board()
    assert not board.online() and board.rssi() is None
    board.light_sleep(100)
    with pytest.raises(OSError, match="no Wi-Fi: name the link"):
        board.join("barn", "hay and straw")
