# An access point of the board's own, for a while, and the networks around. It is loaded for that
# and its radio is off afterwards.
#
# What the ports need (micropython: network_wlan.c, network_cyw43.c, PR 16226):
# - Name, key and security go in one call, before the interface is up: an ESP32 refuses WPA2
#   without a key, and a Pico W would show its own name and key for a moment.
# - A scan needs the station's interface, and blocks for some seconds.
# - The access point follows the station to its channel, so whoever is connected to it may be cut
#   off while the board joins a network.
# - An ESP32's DHCP follows the address that is set; a Pico W's gives out 192.168.4.1 always. Some
#   phones show a portal only at an address that is not private, so an ESP32 takes one that is set
#   aside for documentation (RFC 5737), and is nobody's.
import network
from boards import wifi

_ADDRESS = "203.0.113.1"
_WPA2 = 0x00400004  # rp2: CYW43_AUTH_WPA2_AES_PSK, for which the port has no name
_MOST = 16  # networks


class AccessPoint:
    def __init__(self, name: str, key: str):
        self.name = name
        self.key = key
        self._interface = network.WLAN(network.AP_IF)

    def start(self) -> None:
        """Be seen; OSError without memory for it."""
        interface = self._interface
        security = getattr(network.WLAN, "SEC_WPA2", _WPA2)
        try:
            interface.config(ssid=self.name, key=self.key, security=security)
            interface.active(True)
        except RuntimeError as e:
            raise OSError("%s; no memory is left for the radio" % e)
        if security != _WPA2:  # an ESP32
            interface.ifconfig((_ADDRESS, "255.255.255.0", _ADDRESS, _ADDRESS))

    def stop(self) -> None:
        """Be gone."""
        self._interface.active(False)

    def is_up(self) -> bool:
        """Whether it is to be seen."""
        return self._interface.active()

    def address(self) -> str:
        """The board's own, for those who are connected to it."""
        return self._interface.ifconfig()[0]

    def is_apart(self) -> bool:
        """Whether the network that was joined has addresses other than this one's."""
        joined, mask = [_number(text) for text in wifi.wlan().ifconfig()[:2]]
        return bool((_number(self.address()) ^ joined) & mask)


def _number(address):
    return int.from_bytes(bytes([int(part) for part in address.split(".")]), "big")


def leave() -> None:
    """Leave the network that was joined."""
    try:
        wifi.wlan().disconnect()
    except OSError:
        pass  # it is left


def station_address() -> "str | None":
    """The board's own in the network that it joined, or None."""
    station = wifi.wlan()
    return station.ifconfig()[0] if station.isconnected() else None


def scan() -> list:
    """(name, dBm, whether it needs a password) of each network, the strongest first."""
    station = wifi.wlan()
    try:
        station.active(True)
        seen = station.scan()
    except (OSError, RuntimeError):  # it is busy
        return []
    found = {}
    for ssid, _, _, signal, security, _ in seen:
        try:
            name = ssid.decode()
        except UnicodeError:
            continue  # nobody can enter it
        if name.strip("\0") and signal > found.get(name, (-999,))[0]:
            found[name] = (signal, security != 0)
    ordered = sorted(found, key=lambda name: -found[name][0])
    return [(name,) + found[name] for name in ordered[:_MOST]]
