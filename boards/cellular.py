# Cellular, on an ESP32: a modem on a UART that is dialled by AT commands and then speaks PPP.
#
# A modem that does not answer is hung up, then reset by its pin, then switched off and on: see
# dial.py. Between two connections it stays switched on, unless a pin switches its supply.
from boards import link


# dial.py, which loads for the time of connect(), uses options, uart, ppp, signal, started.
class Link(link.Link):
    name = "cellular"
    uart = None  # a machine.UART, once connect() has made it
    ppp = None  # a network.PPP
    started = False  # whether the modem has answered since it was switched on
    signal: "int | None" = None  # dBm, as the modem told when it was dialled

    # options: apn, tx, rx and what else docs/boards.md has.
    def __init__(self, board, **options):
        super().__init__(board)
        self.options = options

    def connect(self):
        """Dial; yields while it waits."""
        from boards.dial import connect

        yield from connect(self)

    def online(self) -> bool:
        """Whether there is a link with an address."""
        return bool(self.ppp) and self.ppp.isconnected()  # type: ignore[attr-defined]

    def dns(self) -> tuple:
        """Addresses of the name servers."""
        return self.ppp.ifconfig()[3:] if self.ppp else ()

    def rssi(self) -> int | None:
        """Signal strength in dBm when it was dialled; None unless there is a link."""
        return self.signal if self.online() else None

    def mac(self) -> str | None:
        """None: a modem has none."""
        return None

    def down(self) -> None:
        """Hang up, and switch the modem's supply off where a pin does it."""
        if self.uart:  # connect() has begun
            from boards.dial import switch_off

            switch_off(self)
