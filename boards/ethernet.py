# Ethernet: an ESP32 with a PHY (RMII), or a W5500 by SPI on an ESP32 or an rp2.
#
# - The driver finds a cable that is put in again by itself, and asks for an address.
# - Up to MicroPython 1.28, the status of an ESP32's LAN also changes with the events of Wi-Fi
#   (micropython #19123): started and stopped, which look the same, then say nothing.
import network
from boards import link


# ethernet_start.py, which loads for the time of connect(), uses options, interface, has_cable.
class Link(link.Link):
    name = "Ethernet"
    interface = None  # a network.LAN or WIZNET5K, once connect() has made it
    has_cable = False  # as far as an ESP32's status told

    # options: type, and the pins that it needs, by number: see docs/boards.md.
    def __init__(self, board, **options):
        super().__init__(board)
        self.options = options

    def connect(self):
        """Wait for the cable, then for an address; yields."""
        from boards.ethernet_start import connect

        yield from connect(self)

    def online(self) -> bool:
        """Whether there is a link with an address."""
        interface = self.interface
        if not interface or not interface.active():
            return False
        if not hasattr(network, "ETH_GOT_IP"):  # rp2
            return interface.isconnected()
        status = interface.status()
        if status in (network.ETH_CONNECTED, network.ETH_GOT_IP):
            self.has_cable = True
        elif status == network.ETH_DISCONNECTED:
            self.has_cable = False
        # A static address stays without a cable, one of DHCP goes.
        return self.has_cable and interface.ifconfig()[0] != "0.0.0.0"

    def dns(self) -> tuple:
        """Addresses of the name servers."""
        return self.interface.ifconfig()[3:] if self.interface else ()

    def rssi(self) -> int | None:
        """None: there is no radio."""
        return None

    def mac(self) -> str | None:
        """AA:BB:CC:DD:EE:FF of the interface, or None before it was used."""
        return link.mac(self.interface) if self.interface else None

    def down(self) -> None:
        """Switch the interface off, and the PHY's supply where a pin switches it."""
        if self.interface:
            from boards.ethernet_start import switch_off

            switch_off(self)
