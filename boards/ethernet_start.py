# Starts Ethernet. ethernet.py loads it for that, and the firmware frees it afterwards.
#
# - The drivers give one interface for each chip, whatever it is asked for: it is made once, and
#   what failed then fails until the board is reset.
# - A PHY has found its partner after 2 to 4 seconds. Without one there is no point in waiting.
# - An ESP32 switches the PHY's supply on when the interface is made, and never off.
import machine
import network
from boards.chip import time  # the same object, since tests replace it there
from micropython import const

_CABLE_MS = const(6000)
_SPI_HZ = const(10000000)


def _pin(number):
    return None if number is None else machine.Pin(number)


def _make(options):
    phy = options["type"]
    if phy == "w5500":
        return _make_w5500(options)
    kind = getattr(network, "PHY_" + phy.upper(), None)
    if kind is None or not hasattr(network, "LAN"):
        raise OSError(
            "ethernet: this MicroPython has no driver for %s: only an ESP32 (without S or C in "
            "its name) has Ethernet built in; others need a w5500" % phy
        )
    keys: dict = {"phy_type": kind, "phy_addr": options["phy_addr"]}
    for key in ("mdc", "mdio", "power", "reset"):
        if options[key] is not None:
            keys[key] = machine.Pin(options[key])
    if options["clock_pin"] is not None:
        pin = machine.Pin
        keys["ref_clk"] = pin(options["clock_pin"])
        keys["ref_clk_mode"] = pin.IN if options["clock_mode"] == "in" else pin.OUT
    return network.LAN(**keys)


def _make_w5500(options):
    cs, reset, interrupt = [_pin(options[key]) for key in ("cs", "reset", "int")]
    if hasattr(network, "PHY_W5500"):
        if interrupt is None:
            raise OSError("ethernet: `int` is missing: the pin at the W5500's INT")
        keys: dict = {"phy_type": network.PHY_W5500, "phy_addr": 1, "spi": _spi(options, 1)}
        keys.update(cs=cs, int=interrupt)
        if reset:
            keys["reset"] = reset
        return network.LAN(**keys)
    make = getattr(network, "WIZNET5K", None)
    if make is None:
        raise OSError(
            "ethernet: this MicroPython has no driver for a w5500: flash the one for "
            "W5500_EVB_PICO or W5500_EVB_PICO2"
        )
    if reset is None:
        raise OSError("ethernet: `reset` is missing: the pin at the W5500's RST")
    arguments = [_spi(options, options["sck"] >> 3 & 1), cs, reset]
    return make(*(arguments + [interrupt] if interrupt else arguments))


# rp2: which of its two each pin belongs to is fixed.
def _spi(options, number):
    sck, mosi, miso = [machine.Pin(options[key]) for key in ("sck", "mosi", "miso")]
    return machine.SPI(number, _SPI_HZ, sck=sck, mosi=mosi, miso=miso)


def _supply(link, on):
    power = link.options.get("power")
    if power is not None:
        machine.Pin(power, machine.Pin.OUT, value=on)


def switch_off(link):
    """Switch the interface and the PHY's supply off."""
    try:
        link.interface.active(False)
    except OSError:
        pass  # it is off
    link.has_cable = False
    _supply(link, 0)


def connect(link):
    """Wait for the cable, then for an address; yields; OSError that says what to do."""
    options = link.options
    if options.get("hostname"):
        network.hostname(options["hostname"])  # which is read when the interface comes up
    if link.interface is None:
        try:
            link.interface = _make(options)
        except ValueError as e:  # a pin that cannot do it
            raise OSError("ethernet: %s; check the pins and phy_addr" % e)
    interface = link.interface
    if interface.active() and link.online():
        interface.active(False)  # it looks alive and is dead
        link.has_cable = False
        yield
    if not interface.active():
        _supply(link, 1)
        yield
        yield
        interface.active(True)
        if options.get("address"):
            interface.ifconfig(tuple(options["address"]))
    end = time.ticks_add(time.ticks_ms(), _CABLE_MS)
    found = False
    while not link.online():
        if not found and _finds_cable(link):
            found = True
            end = time.ticks_add(time.ticks_ms(), options["timeout"] * 1000)
        if time.ticks_diff(end, time.ticks_ms()) <= 0:
            if not found:
                raise OSError("ethernet: no signal; is the cable in, and the switch on?")
            interface.active(False)  # the next try starts anew
            link.has_cable = False
            raise OSError(
                "ethernet: no address came in %d s; check DHCP on the router, or set `address`"
                % options["timeout"]
            )
        yield


# link.online() has just asked an ESP32; the status of rp2 is 0 without a signal.
def _finds_cable(link):
    if hasattr(network, "ETH_GOT_IP"):
        return link.has_cable
    return link.interface.status() != 0
