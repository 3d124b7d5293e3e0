# Wi-Fi, on every port that has network.WLAN.
#
# What the radios do, and what is done about it (for joining, see join.py):
# - Power management loses packets and links: off, unless asked for.
# - An ESP32 that runs out of memory for its radio raises RuntimeError: here it is an OSError.
import network
from boards import link


# A call, not an attribute: the constructors leave the radio as it is.
def wlan() -> network.WLAN:
    """The station's interface; OSError without a radio, or memory for it."""
    if not hasattr(network, "WLAN"):
        raise OSError("this board has no Wi-Fi: name the link that it has in the config")
    try:
        return network.WLAN(network.STA_IF)
    except RuntimeError as e:
        raise OSError("%s; no memory is left for the radio" % e)


# join.py, which loads for the time of a join, uses networks, options, timeout, has_static.
class Link(link.Link):
    name = "Wi-Fi"

    # networks: dicts with ssid, password and, for a static one, address = [own address,
    # mask, gateway, name server]; tried in order, `timeout` seconds each.
    def __init__(
        self,
        board,
        networks: list | None = None,
        country: str | None = None,
        hostname: str | None = None,
        power_save: bool = False,
        timeout: int = 20,
    ):
        super().__init__(board)
        self.networks = networks
        self.options = (country, hostname, power_save)
        self.timeout = timeout
        self.has_static = False  # whether the radio has a static address

    def connect(self):
        """Join the first network that lets it; yields."""
        from boards.join import join_any

        self.network = yield from join_any(self)

    def online(self) -> bool:
        """Whether there is a link with an address."""
        try:
            return wlan().isconnected()
        except OSError:
            return False

    def dns(self) -> tuple:
        """Addresses of the name servers."""
        return wlan().ifconfig()[3:]

    def rssi(self) -> int | None:
        """Signal strength in dBm; None unless joined."""
        try:
            return wlan().status("rssi") or None  # rp2: 0 when there is none
        except (OSError, ValueError):
            return None

    # A Pico W has no MAC until its radio was on once.
    def mac(self) -> str | None:
        """AA:BB:CC:DD:EE:FF of the station, or None."""
        return link.mac(wlan())

    def down(self) -> None:
        """Switch the radio off, if it is on."""
        try:
            station = wlan()
        except OSError:
            return  # it never came up
        if station.active():
            try:
                station.disconnect()
            except OSError:
                pass
            station.active(False)
        if hasattr(station, "deinit"):
            station.deinit()  # rp2: takes the chip's power away, which active(False) does not
