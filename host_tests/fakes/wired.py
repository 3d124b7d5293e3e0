"""`network.LAN` (esp32) and `network.WIZNET5K` (rp2, in the images for the W5500-EVB-Pico).

From ports/esp32/network_lan.c as of 1.26, and extmod/network_wiznet5k.c with lwIP. Facts of a
world:

ethernet: what the socket is wired to: {"type": "lan8720", "phy_addr": 0, "power": pin} or
    {"type": "w5500", "cs": pin, "reset": pin}; None for nothing.
cable: whether one is in, with a switch behind it. signal_ms: how long the two need to agree.
dhcp: whether a server answers, after dhcp_ms.
version: MicroPython's. Up to 1.28 the LAN of an ESP32 takes Wi-Fi's events for its own: the
    handler is registered for all of ETH_EVENT and IP_EVENT, and looks at the number alone (issue
    19123, mended in 1.29 by pull request 19126). IP_EVENT_STA_GOT_IP is 0, as is
    ETHERNET_EVENT_START; IP_EVENT_STA_LOST_IP is 1, as is ETHERNET_EVENT_STOP, and comes 120 s
    after the link was lost.
"""
import machine
import simulation

STARTED, STOPPED, CONNECTED, DISCONNECTED, GOT_IP = 1, 2, 3, 4, 5
PHYS = {
    "PHY_LAN8710": 0,
    "PHY_LAN8720": 1,
    "PHY_IP101": 2,
    "PHY_RTL8201": 3,
    "PHY_DP83848": 4,
    "PHY_KSZ8041": 5,
    "PHY_KSZ8081": 6,
    "PHY_W5500": 102,
}
_NONE = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")


class Socket:
    """What happens at the socket, on the world's clock: signal, then an address."""

    def __init__(self):
        self.on = False
        self.static = None
        self.signal_at = None  # when the PHYs agree, or have agreed
        self.address_at = None  # when an address comes, or has come

    def change(self):
        """The interface, the cable or the server were switched."""
        world = simulation.world
        self.signal_at = self.address_at = None
        if self.on and world.cable and self.has_phy():
            self.signal_at = world.now_ms + world.signal_ms
            if self.static or world.dhcp:
                self.address_at = self.signal_at + (0 if self.static else world.dhcp_ms)

    def has_phy(self):
        power = simulation.world.ethernet.get("power")
        return power is None or simulation.world.pins.get(power) == 1

    def signal(self):
        return self.signal_at is not None and simulation.world.now_ms >= self.signal_at

    def has_address(self):
        return self.address_at is not None and simulation.world.now_ms >= self.address_at

    def address(self):
        if not self.has_address():
            return self.static or _NONE
        told = ("192.168.7.9", "255.255.255.0", "192.168.7.1", simulation.world.name_server)
        return self.static or told


class _Lan:
    """The one object of an ESP32; `events` are those that its handler has seen, in order."""

    def __init__(self):
        self._socket = simulation.world.socket = Socket()
        self._status = 0
        self._base_signal = self._base_address = False
        self.wifi_events = []  # (ms, the number of the event)

    def active(self, *is_active):
        socket = self._socket
        if is_active and bool(is_active[0]) != socket.on:
            socket.on = bool(is_active[0])
            simulation.world.log.append(("lan", socket.on))
            self._settle()
            self._status = STARTED if socket.on else STOPPED
            self._base_signal = self._base_address = False
            socket.change()
        return socket.on

    # Each event sets the status when it comes, so that the last one counts.
    def _settle(self):
        socket = self._socket
        world = simulation.world
        found = []
        if socket.signal() and not self._base_signal:
            found.append((socket.signal_at, CONNECTED))
        if socket.has_address() and not self._base_address:
            found.append((socket.address_at, GOT_IP))
        if self._base_signal and not socket.signal():
            found.append((world.now_ms, DISCONNECTED))
        self._base_signal, self._base_address = socket.signal(), socket.has_address()
        for event in list(self.wifi_events):
            if event[0] <= world.now_ms:
                self.wifi_events.remove(event)
                if world.version < (1, 29):
                    found.append((event[0], {0: STARTED, 1: STOPPED}[event[1]]))
        for _, status in sorted(found):
            self._status = status

    def status(self):
        self._settle()
        return self._status

    def isconnected(self):
        return self._socket.on and self.status() == GOT_IP

    def ifconfig(self, *static):
        if not static:
            return self._socket.address()
        assert len(static[0]) == 4 and isinstance(static[0], tuple)
        simulation.world.log.append(("ifconfig", static[0]))
        self._socket.static = static[0]
        if self._socket.signal():
            self._socket.address_at = simulation.world.now_ms
        else:
            self._socket.change()

    def config(self, *param, **values):
        if param == ("mac",):
            return simulation.world.mac
        raise ValueError("unknown config param")


class _Unplugged(Socket):
    def has_phy(self):
        return False


def lan(id=None, *, phy_addr, phy_type, mdc=None, mdio=None, reset=None, power=None, spi=None,
        cs=None, int=None, ref_clk=None, ref_clk_mode=-1):  # fmt: skip
    """network.LAN: a function, which gives the same object again."""
    world = simulation.world
    if world.lan:
        return world.lan
    if id not in (None, 0):
        raise ValueError("invalid LAN interface identifier")
    for pin in (mdc, mdio, reset, power, cs, int, ref_clk):
        if pin is not None and not isinstance(pin, machine.Pin):
            raise ValueError("expecting a pin")
    if not 0 <= phy_addr <= 31:
        raise ValueError("invalid phy address")
    if phy_type not in PHYS.values():
        raise ValueError("invalid phy type")
    if power:
        power.value(1)
        world.advance(100)
    facts = world.ethernet or {"type": None}
    if phy_type == PHYS["PHY_W5500"]:
        assert isinstance(spi, machine.SPI)
        good = facts["type"] == "w5500" and cs._id == facts["cs"] and int is not None
    else:
        if mdc is None or mdio is None:
            raise ValueError("mdc and mdio must be specified")
        good = PHYS.get("PHY_" + str(facts["type"]).upper()) == phy_type
        good = good and facts["phy_addr"] == phy_addr and world.chip == "ESP32"
        if "clock" in facts:
            good = good and (ref_clk._id, ref_clk_mode) == tuple(facts["clock"])
    # A second esp_netif_new() with the same key fails: only a reset helps.
    if world.lan_failed:
        raise OSError("esp_netif_attach failed")
    if not good:
        world.lan_failed = True
        raise OSError("esp_eth_driver_install failed")
    world.lan = _Lan()
    return world.lan


class Wiznet5k:
    """network.WIZNET5K: one state for all objects."""

    def __init__(self, *args):
        if len(args) not in (3, 4):
            raise TypeError("function expected 3 to 4 arguments, got %d" % len(args))
        assert isinstance(args[0], machine.SPI)
        for pin in args[1:]:
            assert isinstance(pin, machine.Pin)
        facts = simulation.world.ethernet or {}
        self._there = facts.get("type") == "w5500"
        self._there = self._there and (args[1]._id, args[2]._id) == (facts["cs"], facts["reset"])
        simulation.world.socket = self._socket = Socket() if self._there else _Unplugged()

    def active(self, *is_active):
        socket = self._socket
        if not is_active:
            return socket.on
        if is_active[0] and not socket.on:
            simulation.world.time.sleep_ms(161 + 250)  # it resets the chip, and blocks
            socket.static = None  # netif_add() takes the addresses away
        if bool(is_active[0]) != socket.on:
            socket.on = bool(is_active[0])
            simulation.world.log.append(("lan", socket.on))
            socket.change()
        return None

    def isconnected(self):
        return self._socket.on and self._socket.signal() and self._socket.has_address()

    def status(self, *param):
        if param:
            raise ValueError("unknown status param")
        return (2 if self._socket.on else 1) if self._socket.signal() else 0

    def ifconfig(self, *static):
        if not static:
            return self._socket.address()
        simulation.world.log.append(("ifconfig", static[0]))
        self._socket.static = static[0]
        self._socket.change()

    def config(self, *param, **values):
        if len(param) != 1:
            raise TypeError("must query one param")
        if param != ("mac",):
            raise ValueError("unknown config param")
        return simulation.world.mac


TABLES = {
    "esp32": dict(
        PHYS,
        LAN=lan,
        ETH_INITIALIZED=0,
        ETH_STARTED=STARTED,
        ETH_STOPPED=STOPPED,
        ETH_CONNECTED=CONNECTED,
        ETH_DISCONNECTED=DISCONNECTED,
        ETH_GOT_IP=GOT_IP,
    ),
    "rp2": {"WIZNET5K": Wiznet5k},
}
