"""The fakes offer what the ports' type stubs know, with the same numbers and no more."""
import ast
import importlib
import inspect
import sys
from pathlib import Path

import pytest

import esp32
import machine
import machine_buses
import network
import rp2
import simulation

STUBS = Path(sys.prefix) / "stubs"


def members(port, module):
    path = STUBS / port / (module + ".pyi")
    if not path.exists():
        path = STUBS / port / module / "__init__.pyi"
    if not path.exists():
        pytest.skip("no type stubs at %s; `make check` installs them" % STUBS)
    return {name(node): node for node in ast.parse(path.read_text()).body if name(node)}


def name(node):
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return getattr(node, "name", None)


def with_bases(stub, label):
    """What is in the body of a class, after that of its bases in the same module."""
    for base in stub[label].bases:
        if isinstance(base, ast.Name) and base.id in stub:
            yield from with_bases(stub, base.id)
    yield from stub[label].body


def by_name(nodes):
    """Name to the nodes that have it: several where the stub has overloads."""
    found = {}
    for node in nodes:
        found.setdefault(name(node), []).append(node)
    return found


def agree(where, fake, nodes):
    """A number is the stub's, a function takes no keyword that the stub's does not."""
    node = nodes[-1]
    if isinstance(fake, int):
        if isinstance(node, ast.AnnAssign) and "Final" in ast.dump(node.annotation):
            assert ast.literal_eval(node.value) == fake, where
        return
    assert isinstance(node, ast.FunctionDef), where
    ours = inspect.signature(fake).parameters.values()
    keywords = {p.name for p in ours if p.kind is p.KEYWORD_ONLY}
    if not node.args.kwarg:
        known = {a.arg for node in nodes for a in node.args.args + node.args.kwonlyargs}
        assert keywords <= known, where


@pytest.mark.parametrize("port", ["esp32", "rp2"])
@pytest.mark.parametrize(
    "module", [machine, machine_buses, network, esp32, rp2], ids=lambda m: m.__name__
)
def test_every_name_of_a_fake_is_in_the_stub(port, module):
    table = module.TABLES[port]
    if not table:
        return
    stub = members(port, module.__name__.split("_")[0])
    for label, fake in table.items():
        # The stubs are those of a Pico W's image, which has no WIZNET5K, and their LAN is that
        # of other ports, without mdc, mdio and spi.
        if label in ("WIZNET5K", "LAN"):
            continue
        assert label in stub, "%s: the stub has no %s.%s" % (port, module.__name__, label)
        if not isinstance(fake, type):
            agree(label, fake, [stub[label]])
            continue
        known = by_name(with_bases(stub, label))
        for member in dir(fake):
            if not member.startswith("_"):
                assert member in known, "%s: no %s.%s" % (port, label, member)
                agree(member, getattr(fake, member), known[member])


@pytest.mark.parametrize("port", ["esp32", "rp2"])
@pytest.mark.parametrize("module", ["dht", "ds18x20", "onewire"])
def test_every_name_of_a_frozen_driver_is_in_the_stub(port, module):
    stub = members(port, module)
    for label, fake in vars(importlib.import_module(module)).items():
        if not isinstance(fake, type):
            continue
        known = {name(node) for node in with_bases(stub, label)}
        extra = {member for member in vars(fake) if not member.startswith("_")} - known
        assert not extra, "%s: no %s.%s" % (port, label, extra)


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_what_the_port_lacks_is_an_attribute_error(port):
    simulation.start(port)
    with pytest.raises(AttributeError, match="no 'no_such_thing' on " + port):
        getattr(machine, "no_such_" + "thing")
    assert not hasattr(machine.Pin(2), "foo")
    other = {"esp32": rp2, "rp2": esp32}[port]
    with pytest.raises(AttributeError):
        getattr(other, {"esp32": "bootsel_button", "rp2": "raw_temperature"}[port])


def test_what_only_one_port_has(simulate):
    simulate("rp2")
    for lacking in ("HARD_RESET", "SOFT_RESET", "DEEPSLEEP_RESET"):
        assert not hasattr(machine, lacking)
    assert not hasattr(machine.ADC, "read_uv")
    with pytest.raises(TypeError):
        machine.ADC(26, atten=3)
    with pytest.raises(ValueError):
        network.WLAN(0).config(reconnects=0)
    simulate("esp32")
    with pytest.raises(ValueError):
        machine.Pin("LED")
    assert not hasattr(esp32, "mcu_temperature")
    simulate("esp32", chip="ESP32C3")
    assert not hasattr(esp32, "raw_temperature")


def test_a_second_connect_on_an_esp32_is_refused_while_it_is_busy(simulate):
    world = simulate("esp32")
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect("barn", "secret")
    with pytest.raises(OSError, match="Internal Error"):
        wlan.connect("barn", "secret")
    wlan.disconnect()
    with pytest.raises(OSError, match="Internal Error"):
        wlan.connect("barn", "secret")
    world.time.sleep_ms(200)
    wlan.connect("barn", "secret")


def test_an_esp32_hides_a_refused_handshake_while_it_reconnects(simulate):
    world = simulate("esp32")
    world.joins = ["handshake"]
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect("barn", "secret")
    world.time.sleep_ms(60_000)
    assert wlan.status() == network.STAT_CONNECTING
    wlan.disconnect()
    world.time.sleep_ms(200)
    wlan.config(reconnects=0)
    wlan.connect("barn", "secret")
    world.time.sleep_ms(60_000)
    assert wlan.status() == 15


def test_ticks_wrap_as_on_a_board(simulate):
    world = simulate("rp2")
    start = world.time.ticks_ms()
    world.time.sleep_ms(10_000)
    assert world.time.ticks_ms() < start
    assert world.time.ticks_diff(world.time.ticks_ms(), start) == 10_000


# ports/rp2/machine_pin.c, ports/esp32/machine_pin.c; seen on four versions of a Pico W.
@pytest.mark.parametrize("pull, esp32_has, rp2_has", [
    ("PULL_UP", "up", "up"), ("PULL_DOWN", "down", "down"), (None, "", ""), (-1, "up", "updown"),
])  # fmt: skip
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_pulls(simulate, port, pull, esp32_has, rp2_has):
    world = simulate(port)
    pin = machine.Pin
    pin(14, pin.IN, pin.PULL_UP)
    pin(14, pin.IN, getattr(pin, pull) if isinstance(pull, str) else pull)
    has = {"esp32": esp32_has, "rp2": rp2_has}[port]
    assert bool(world.pulls[14] & pin.PULL_UP) == ("up" in has)
    assert bool(world.pulls[14] & pin.PULL_DOWN) == ("down" in has)
    before = dict(world.pulls)
    pin(14)  # looked up, and left as it is
    assert world.pulls == before


def test_pins_that_a_port_refuses(simulate):
    simulate("rp2")
    for id in (-1, 30, "GP99", "LED2"):
        with pytest.raises(ValueError):
            machine.Pin(id)
    with pytest.raises(ValueError, match="external"):
        machine.Pin("LED", machine.Pin.IN, machine.Pin.PULL_UP)
    simulate("esp32")
    for id in (-1, 49, "LED"):
        with pytest.raises(ValueError):
            machine.Pin(id)
    with pytest.raises(ValueError, match="only be input"):
        machine.Pin(34, machine.Pin.OUT)
    with pytest.raises(TypeError):
        machine.Pin(14).irq(print, 3, hard=True)


def test_a_pico_refuses_what_its_counters_cannot_hold(simulate):
    simulate("rp2")
    for sleep in (machine.lightsleep, machine.deepsleep):
        with pytest.raises(ValueError, match="sleep too long"):
            sleep(4_294_967)
    with pytest.raises(ValueError, match="timeout exceeds 8388"):
        machine.WDT(timeout=8389)
    world = simulate("esp32")
    machine.lightsleep(5_000_000)
    assert world.asleep_ms == 5_000_000


def test_a_sleep_ends_at_any_interrupt(simulate):
    world = simulate("rp2")
    machine.Timer(-1, period=2000, callback=lambda timer: None)
    for _ in range(2):
        machine.lightsleep(5000)
    assert world.asleep_ms == 4000
    world.interrupted = 64  # as on 1.24 and 1.25 always
    machine.lightsleep(5000)
    assert world.asleep_ms == 4064


def test_a_watchdog_that_bites_in_lightsleep_locks_a_pico_up(simulate):
    simulate("rp2")
    machine.WDT(timeout=8000)
    with pytest.raises(simulation.Ended, match="locked up"):
        machine.lightsleep(8001)
