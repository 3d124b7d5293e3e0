"""wifi.Link on both ports: several networks, deadlines, backoff and escalation."""
import itertools

import pytest

from boards import esp32, rp2

BOARDS = {"esp32": esp32, "rp2": rp2}
BARN = {"ssid": "barn", "password": "hay and straw"}
HOUSE = {"ssid": "house", "password": "tea and toast"}
STATIC = ["192.168.1.9", "255.255.255.0", "192.168.1.1", "192.168.1.1"]


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture
def board(world):
    return BOARDS[world.port].Board()


def wifi_link(board, networks, **options):
    return board.link([("wifi", dict(options, networks=networks))])


def done(world, what):
    return [entry[1:] for entry in world.log if entry[0] == what]


def up(world, link):
    """Drive it as the firmware does; -> the milliseconds it took."""
    start = world.now_ms
    for _ in link.up():
        world.time.sleep_ms(100)
    return world.now_ms - start


def test_the_first_network_that_answers(world, board):
    world.networks = {"house": "joined"}
    link = wifi_link(board, [BARN, HOUSE])
    took = up(world, link)
    assert board.online() and link.network == "house"
    assert link.joins == 1 and abs(link.join_ms - took) <= 200
    tried = [ssid for ssid, _ in done(world, "connect")]
    assert 3 <= len(tried) <= 5 and set(tried[:-1]) == {"barn"} and tried[-1] == "house"


def test_a_link_that_is_up_is_left_alone(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    before = len(world.log)
    assert up(world, link) == 0
    assert len(world.log) == before


@pytest.mark.parametrize("outcome", ["silent", "no_address", "not_found", "refused"])
def test_every_round_has_an_end(world, board, outcome):
    world.joins = [outcome]
    link = wifi_link(board, [BARN, HOUSE], timeout=10)
    start = world.now_ms
    with pytest.raises(OSError) as caught:
        up(world, link)
    assert world.now_ms - start <= 2 * (10_000 + 2_500)
    assert "barn" in str(caught.value) and "house" in str(caught.value)
    for secret in (BARN["password"], HOUSE["password"]):
        assert secret not in str(caught.value)


def test_it_yields_at_least_ten_times_a_second(world, board):
    world.joins = ["silent"]
    gaps = []
    last = world.now_ms
    with pytest.raises(OSError):
        for _ in wifi_link(board, [BARN]).up():
            gaps.append(world.now_ms - last)
            world.time.sleep_ms(100)
            last = world.now_ms
    assert max(gaps) <= 100


def test_backoff_grows_is_bounded_and_has_jitter(world, board):
    world.joins = ["not_found"]
    link = wifi_link(board, [BARN], timeout=5)
    waits = []
    for _ in range(60):
        with pytest.raises(OSError):
            up(world, link)
        waits.append(link.wait)
    assert 1 <= min(waits) and max(waits) <= 301
    assert max(waits[:2]) <= 9
    assert len(set(waits[10:])) > 10
    world.joins = ["joined"]
    up(world, link)
    assert link.wait == 0


def test_a_static_address_needs_no_dhcp(world, board):
    world.joins = ["no_address"]
    link = wifi_link(board, [dict(BARN, address=STATIC)])
    up(world, link)
    assert board.online()
    assert done(world, "ifconfig") == [(tuple(STATIC),)]


def test_dhcp_after_a_static_address(world, board):
    world.networks = {"house": "joined"}
    up(world, wifi_link(board, [dict(BARN, address=STATIC), HOUSE]))
    assert done(world, "dhcp") == [()]
    assert world.radio.address is None


def test_country_name_and_power_saving(world, board):
    up(world, wifi_link(board, [BARN], country="CH", hostname="feeder", power_save=True))
    assert (world.country, world.hostname) == ("CH", "feeder")
    assert done(world, "pm") == [({"esp32": 2, "rp2": 17}[world.port],)]


# --- a link that looks alive and is dead ---------------------------------------------------------
def test_escalation(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    asked = [link.report(False) for _ in range(24)]
    assert asked[:6] == [None, None, "rejoin", "rejoin", "rejoin", "cycle"]
    assert asked[23] == "reset"


def test_rejoin_joins_again(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    for _ in range(3):
        link.report(False)
    assert board.online()  # so it says
    up(world, link)
    assert len(done(world, "connect")) == 2 and link.joins == 2
    assert up(world, link) == 0


def test_cycle_switches_the_radio_off_and_on(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    for _ in range(6):
        link.report(False)
    took = up(world, link)
    assert done(world, "active") == [(True,), (False,), (True,)]
    assert took >= 1000 and board.online()


def test_an_access_point_that_went_away_and_is_back(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    world.lose_network()
    assert not board.online()
    up(world, link)
    assert board.online() and link.joins == 2


# ESP_ERR_NO_MEM has no name in the port: RuntimeError("Wifi Unknown Error 0x0101").
def test_an_esp32_without_memory_for_its_radio(simulate):
    world = simulate("esp32")
    world.radio_memory = False
    board = esp32.Board()
    link = wifi_link(board, [BARN])
    assert not board.online() and board.rssi() is None
    with pytest.raises(OSError, match="0x0101; no memory"):
        up(world, link)
    assert link.wait >= 1
    link.down()
    board.light_sleep(1000)
    world.radio_memory = True
    up(world, link)
    assert board.online()


def test_one_delivery_forgives_all(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    for _ in range(10):
        assert [link.report(False), link.report(False)] == [None, None]
        assert link.report(True) is None
    assert up(world, link) == 0


def test_down_takes_the_power_from_the_radio(world, board):
    link = wifi_link(board, [BARN])
    up(world, link)
    link.down()
    assert world.radio.active is False
    assert ("deinit",) in world.log or world.port == "esp32"
    up(world, link)
    assert board.online()
    link.down()
    link.down()  # once more does no harm


def test_a_machine_that_keeps_its_link_itself():
    from boards import base

    link = base.Board().link()
    assert list(link.up()) == [] and link.report(False) is None
    link.down()


def test_no_password_is_ever_printed(world, board, capsys):
    for outcome in ("wrong_password", "silent", "joined"):
        world.joins = [outcome]
        try:
            up(world, wifi_link(board, [BARN], timeout=5))
        except OSError as e:
            print(e)
    assert BARN["password"] not in capsys.readouterr().out


def test_steps_between_tries_are_short(world, board):
    # The watchdog is fed between them: none may be longer than its limit.
    world.joins = ["wrong_password"]
    moments = [world.now_ms]
    with pytest.raises(OSError):
        for _ in wifi_link(board, [BARN]).up():
            moments.append(world.now_ms)
            world.time.sleep_ms(100)
    assert max(b - a for a, b in itertools.pairwise(moments)) <= 200
