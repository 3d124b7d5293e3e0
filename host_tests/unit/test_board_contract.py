"""What both ports owe beyond reading and joining: supply, memory, intent, watchdog, sleep, LED."""
import sys
import time
import types

import pytest

import boards
import machine
import simulation
from boards import base, common, esp32, lamp, rp2
from tools.deploy.board import RESET

BOARDS = {"esp32": esp32, "rp2": rp2}


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture
def board(world):
    return BOARDS[world.port].Board()


def ends(call, *arguments):
    with pytest.raises(simulation.Ended) as caught:
        call(*arguments)
    simulation.world.reboot(*caught.value.args)
    return caught.value.args


# --- supply --------------------------------------------------------------------------------------
# VSYS lies behind a divider of three: 0x6200 of 0xFFFF is 1.26 V, and 3.79 V before it.
def test_vsys_of_a_pico_while_the_radio_is_on(simulate):
    world = simulate("rp2")
    world.adc[29] = 0x6200
    board = rp2.Board()
    board.join("barn", "secret")
    assert board.supply() == pytest.approx(3790, abs=5)
    # The radio has its clock line back, and was held off meanwhile.
    assert world.mem32[simulation.VSYS_PAD] == simulation.PAD_RESET
    assert [entry for entry in world.log if entry[0] == "irq"] == [("irq", False), ("irq", True)]
    machine_pins = [entry for entry in world.log if entry[0] == "pin"]
    assert machine_pins == []  # its function is as it was
    board.join("barn", "secret")


# A Pico runs from 1.8 to 5.5 V: what is far from that was not measured.
@pytest.mark.parametrize("raw", [0, 0x2000, 0xFFFF])
def test_a_supply_that_no_pico_runs_from(simulate, raw):
    simulate("rp2").adc[29] = raw
    assert rp2.Board().supply() is None


@pytest.mark.parametrize("chip, scratch, pad", [
    ("Raspberry Pi Pico W with RP2040", 0x4005800C, 0x4001C078),
    ("Raspberry Pi Pico 2 W with RP2350", 0x400D800C, 0x40038078),
])  # fmt: skip
def test_each_chip_has_its_registers_elsewhere(simulate, monkeypatch, chip, scratch, pad):
    simulate("rp2")
    implementation = types.SimpleNamespace(_machine=chip)
    fake = types.SimpleNamespace(implementation=implementation, platform="rp2")
    monkeypatch.setattr(common, "sys", fake)
    board = rp2.Board()
    assert (board._scratch, board._pad) == (scratch, pad)


def test_an_esp32_cannot_measure_its_supply_and_says_so(simulate):
    simulate("esp32")
    board = esp32.Board()
    assert board.supply() is None
    assert [line for line in board.absent if line.startswith("supply")]


# --- what outlives a reset -----------------------------------------------------------------------
@pytest.mark.parametrize("intent", common.RESET_INTENTS[1:])
def test_the_intent_is_told_once_after_the_reset(world, board, intent):
    assert board.reset_intent() is None
    assert ends(board.reset, intent) == ("reset", 0)
    again = BOARDS[world.port].Board()
    assert again.reset_intent() == intent
    assert again.reset_intent() is None
    assert BOARDS[world.port].Board().reset_intent() is None


def test_a_loss_of_power_takes_the_intent(world, board):
    board.set_reset_intent("link")
    world.reboot("power")
    assert BOARDS[world.port].Board().reset_intent() is None
    assert BOARDS[world.port].Board().reset_cause() == "power_on"


def test_memory_of_an_esp32_outlives_deep_sleep_and_the_watchdog(simulate):
    world = simulate("esp32")
    board = esp32.Board()
    assert board.memory() == b"" and board.retained == 2044
    board.memory(bytes(range(256)) * 7)
    assert ends(board.deep_sleep, 60_000) == ("deep", 60_000)
    again = esp32.Board()
    assert again.reset_intent() == "sleep" and again.reset_cause() == "deep_sleep"
    assert again.memory() == bytes(range(256)) * 7
    again.memory(b"x" * again.retained)
    world.reboot("watchdog")
    assert esp32.Board().memory() == b"x" * 2044
    world.reboot("power")
    assert esp32.Board().memory() == b""


def test_memory_that_someone_else_wrote_is_not_ours(simulate):
    simulate("esp32").rtc_memory = b"something of another program"
    board = esp32.Board()
    assert board.memory() == b"" and board.reset_intent() is None


def test_a_pico_has_no_memory_over_deep_sleep_and_says_so(simulate):
    simulate("rp2")
    board = rp2.Board()
    assert board.retained == 0 and board.memory() == b""
    assert [line for line in board.absent if line.startswith("memory over deep sleep")]


# --- watchdog ------------------------------------------------------------------------------------
def test_the_watchdog_bites_a_program_that_does_not_feed_it(world, board):
    assert board.watchdog(30) == 30_000
    for _ in range(10):
        world.time.sleep_ms(20_000)
        board.feed()
    with pytest.raises(simulation.Ended) as caught:
        world.time.sleep_ms(60_000)
    assert caught.value.args[0] == "watchdog"
    # Within the limit that was asked for, and a period of the port's own.
    assert world.now_ms - world.born_ms <= 200_000 + 30_000 + 2_000
    world.reboot("watchdog")
    assert BOARDS[world.port].Board().reset_cause() == "watchdog"


def test_a_pico_that_hangs_below_python_is_reset_after_8_seconds(simulate):
    world = simulate("rp2")
    rp2.Board().watchdog(120)
    start = world.now_ms
    with pytest.raises(simulation.Ended):
        world.advance(60_000, hung=True)
    assert world.now_ms - start == 8388


def test_the_port_s_limit_is_kept(world, board):
    board.watchdog(300)
    assert ("wdt", {"esp32": 60_000, "rp2": 8388}[world.port]) in world.log


def test_no_watchdog_no_feeding(board):
    board.feed()
    assert base.Board().watchdog(10) is None


# --- sleep ---------------------------------------------------------------------------------------
# Whatever ends a sleep early, it lasts as long as it was asked to: interrupts of pins, the timer
# that feeds a Pico's watchdog, lwIP's tick after at most 64 ms (micropython #16181, #17204); and
# beyond what a port can sleep at once (rp2: 71.6 minutes, micropython PR 8832).
@pytest.mark.parametrize("interrupted", [None, 1, 64, 3333])
@pytest.mark.parametrize("watchdog", [0, 5, 30, 300])
@pytest.mark.parametrize("ms", [1, 2, 1999, 10_000, 200_000])
def test_light_sleep_lasts(world, board, ms, watchdog, interrupted):
    if watchdog:
        board.watchdog(watchdog)
    world.interrupted = interrupted
    before = world.now_ms
    board.light_sleep(ms)
    assert world.now_ms - before == world.asleep_ms == ms


@pytest.mark.parametrize("watchdog", [0, 60])
@pytest.mark.parametrize("hours", [1, 2, 24 * 14])
def test_light_sleep_for_hours(world, board, hours, watchdog):
    if watchdog:
        board.watchdog(watchdog)
    before = world.now_ms
    board.light_sleep(hours * 3_600_000)
    assert world.now_ms - before == world.asleep_ms == hours * 3_600_000


def test_light_sleep_wakes_no_more_than_the_watchdog_needs(world, board):
    board.watchdog(60)
    world.log.clear()
    board.light_sleep(600_000)
    wakes = [entry for entry in world.log if entry[0] == "lightsleep"]
    assert len(wakes) == {"esp32": 20, "rp2": 144}[world.port]  # every 30, every 4.2 seconds


def test_the_watchdog_is_there_again_after_a_light_sleep(world, board):
    board.watchdog(30)
    board.light_sleep(100_000)
    world.time.sleep_ms(20_000)
    board.feed()
    start = world.now_ms
    with pytest.raises(simulation.Ended) as caught:
        world.time.sleep_ms(60_000)
    assert caught.value.args[0] == "watchdog"
    assert world.now_ms - start <= 32_000


def test_light_sleep_has_the_radio_off(world, board):
    board.join("barn", "secret")
    board.watchdog(20)
    board.light_sleep(600_000)
    assert not world.radio.active
    drawn = {"esp32": 0.01, "rp2": 1}[world.port]
    assert world.drawn_mas == pytest.approx(600_000 * drawn)


def test_deep_sleep_of_a_pico_has_no_limit_either(simulate):
    world = simulate("rp2")
    board = rp2.Board()
    board.watchdog(30)
    before = world.now_ms
    assert ends(board.deep_sleep, 7_200_000)[0] == "reset"
    assert world.now_ms - before == 7_200_000
    assert rp2.Board().reset_intent() == "sleep"


# On the real clock: CPython's time has no sleep_ms.
def test_a_computer_waits_and_idles():
    class Counting(base.Board):
        idles = 0

        def idle(self):
            self.idles += 1

    board = Counting()
    before = time.monotonic()
    board.light_sleep(20)
    assert time.monotonic() - before >= 0.02 and board.idles == 1
    with pytest.raises(OSError, match="deep sleep"):
        board.deep_sleep(1000)
    with pytest.raises(SystemExit):
        board.reset("config")


def test_a_computer_idles_every_second(simulate):
    world = simulate("rp2")
    board = base.Board()
    moments = []
    board.on_idle = lambda: moments.append(world.now_ms)
    before = world.now_ms
    board.light_sleep(2500)
    assert [moment - before for moment in moments] == [1000, 2000, 2500]


# --- the clock, pins, heap, flash, LED -----------------------------------------------------------
@pytest.mark.parametrize("unix", [1767225600, 1709210096, 1798761599])
def test_the_clock_can_be_set_to_a_guess(world, board, unix):
    board.set_time(unix * 1000)
    assert world.wall_ms // 1000 == unix


def test_pins(world, board):
    pin = board.input(14, "up")
    assert pin.value() == 1
    assert board.input(15, "down").value() == 0
    assert board.output(16, 1).value() == 1
    board.input(17)
    up, down = machine.Pin.PULL_UP, machine.Pin.PULL_DOWN
    assert [world.pulls[number] for number in (14, 15, 17)] == [up, down, 0]
    assert isinstance(board.i2c(4, 5, 50_000), machine.SoftI2C)
    assert ("i2c", 5, 4, 50_000) in world.log


def test_what_the_template_lacks_it_says():
    board = base.Board()
    for call, arguments in ((board.i2c, (1, 2)), (board.onewire, (1,)), (board.input, (1,)),
                            (board.output, (1,))):  # fmt: skip
        with pytest.raises(OSError, match="none"):
            call(*arguments)
    assert board.supply() is None and board.reset_intent() is None and board.memory() == b""


def test_the_largest_block(simulate):
    simulate("esp32")
    assert esp32.Board().memory_largest() == 61_440  # of the IDF's heap, where TLS gets its own
    world = simulate("rp2")
    world.memory_free = 20_000
    assert 19_000 <= rp2.Board().memory_largest() <= 20_000


# statvfs() of littlefs counts folders twice; see host_tests/vm/test_board_unix.py.
@pytest.mark.parametrize("files", [0, 60, 150])
@pytest.mark.parametrize("folders", [0, 4, 25])
def test_flash(world, board, folders, files):
    world.file_blocks = files
    world.folders = ["/%d" % (n - n % 3) + "/sub" * (n % 3) for n in range(folders)]
    size, free = board.flash()
    assert size == world.flash_blocks * 4096
    assert free == max(0, world.flash_blocks - 2 - files - 2 * folders) * 4096


def test_a_flash_without_littlefs(world, board, monkeypatch):
    class VfsFat:
        def statvfs(self, path):
            return (4096, 4096, 500, 100, 100, 0, 0, 0, 0, 255)

    mounts = [(None, "/sd"), (VfsFat(), "/")]
    monkeypatch.setattr(sys.modules["vfs"], "mount", lambda: mounts)
    assert board.flash() == (500 * 4096, 100 * 4096)
    mounts.pop()
    assert board.flash() is None


@pytest.mark.parametrize("state", lamp.PATTERNS)
def test_lamp(simulate, state):
    world = simulate("rp2")
    light = lamp.Lamp(rp2.Board())
    light.show(state)
    seen = []
    pattern = lamp.times(state) * 2
    assert sum(pattern) in (400, 1200, 4000, 6000) and min(pattern) > 0
    for _ in pattern:
        ms = light.step()
        seen.append((world.pins["LED"], ms))
    assert seen == [(1 - i % 2, ms) for i, ms in enumerate(pattern)]
    # The same again does not begin anew.
    assert light.step() == pattern[0]
    light.show(state)
    assert light.step() == pattern[1]


def test_the_reset_of_a_deploy_is_no_watchdogs_bite(simulate, monkeypatch):
    world = simulate("rp2")
    monkeypatch.setattr(boards, "load", rp2.Board)
    with monkeypatch.context() as patch, pytest.raises(simulation.Ended):
        patch.setitem(sys.modules, "time", world.time)
        exec(RESET, {})
    world.reboot("reset")
    board = rp2.Board()
    assert (board.reset_cause(), board.reset_intent()) == ("watchdog", "stop")
