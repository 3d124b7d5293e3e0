# Plantower PMS5003, PMS7003, PMSA003 (particles) by UART. It is woken, and told to send by itself.
# Current: 100 mA, 0.2 mA asleep. Wiring: 5 V, its TXD to `rx`, its RXD to `tx` (3.3 V both).
from boards.parts.frames import ask, frame
from boards.sensors import within

BUS = "uart"
OPTIONS: dict = {}
WARMUP_MS = 30000

_WAKE = b"\x42\x4d\xe4\x00\x01\x01\x74"
_ACTIVE = b"\x42\x4d\xe1\x00\x01\x01\x71"


class Sensor:
    QUANTITIES = {
        "pm1": ("ug/m3", -1, 1001),
        "pm2_5": ("ug/m3", -1, 1001),
        "pm10": ("ug/m3", -1, 1001),
    }

    def __init__(self, uart):
        self._uart = uart

    def read(self) -> dict:
        """pm1, pm2_5, pm10 in ug/m3, in the open air."""
        self._uart.init(9600, bits=8, parity=None, stop=1)
        ask(self._uart, _WAKE + _ACTIVE)
        got = frame(self._uart, b"\x42\x4d\x00\x1c", 32, 3000, self._is_whole)
        if not got:
            raise OSError("pms5003: no whole frame within 3 s; check TX and RX, and its 5 V")
        found = {}
        for i, name in enumerate(("pm1", "pm2_5", "pm10")):
            found[name] = got[10 + 2 * i] << 8 | got[11 + 2 * i]
        return within(found, self.QUANTITIES)

    def _is_whole(self, data):
        return sum(data[:30]) == data[30] << 8 | data[31]
