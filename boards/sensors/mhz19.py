# Winsen MH-Z19, MH-Z19B, MH-Z19C (CO2) by UART. After its power it takes three minutes; it needs
# fresh air once a day for its own calibration.
# Current: 20 mA, peaks of 150 mA. Wiring: 5 V, its TX to `rx`, its RX to `tx` (3.3 V both).
from boards.parts.frames import ask, frame
from boards.sensors import within

BUS = "uart"
OPTIONS: dict = {}
WARMUP_MS = 180000

_READ = b"\xff\x01\x86\x00\x00\x00\x00\x00\x79"


class Sensor:
    QUANTITIES = {"co2": ("[ppm]", 300, 10001)}

    def __init__(self, uart):
        self._uart = uart

    def read(self) -> dict:
        """co2 in ppm."""
        self._uart.init(9600, bits=8, parity=None, stop=1)
        ask(self._uart, _READ)
        got = frame(self._uart, b"\xff\x86", 9, 500, self._is_whole)
        if not got:
            raise OSError("mhz19: no answer; check TX and RX, and its 5 V")
        return within({"co2": got[2] << 8 | got[3]}, self.QUANTITIES)

    def _is_whole(self, data):
        return sum(data[1:]) & 0xFF == 0
