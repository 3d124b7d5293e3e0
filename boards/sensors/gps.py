# A GPS or GNSS receiver (NMEA 0183, u-blox NEO and others) by UART. The place is in single
# precision: to some metres.
# Current: 20 to 50 mA; it needs its power all the time. Wiring: 3.3 or 5 V, its TX to `rx`.
import time

from boards.parts.nmea import degrees, fields
from boards.sensors import within

BUS = "uart"
OPTIONS = {"baudrate": (4800, 460800, 9600)}
WARMUP_MS = 45000


class Sensor:
    QUANTITIES = {
        "latitude": ("deg", -90.00001, 90.00001),
        "longitude": ("deg", -180.0001, 180.0001),
        "altitude": ("m", -1000, 100000),
        "speed": ("m/s", -0.01, 1000),
        "satellites": ("1", 0, 100),
    }

    def __init__(self, uart, baudrate: int = 9600):
        self._uart = uart
        self._baudrate = baudrate

    # A receiver sends all its sentences once a second.
    def read(self) -> dict:
        """latitude, longitude in deg, altitude in m, speed in m/s, satellites."""
        self._uart.init(self._baudrate, bits=8, parity=None, stop=1)
        self._uart.read()
        found: dict = {}
        heard = False
        rest = b""
        for _ in range(110):
            time.sleep_ms(20)
            data = rest + (self._uart.read() or b"")
            lines = data.split(b"\n")
            rest = lines.pop()[-120:]
            for line in lines:
                words = fields(line)
                if words:
                    heard = True
                    self._add(found, words)
            if "speed" in found and "satellites" in found:
                break
        if not heard:
            raise OSError("gps: no sentence within 2 s; check TX, and its baudrate")
        if "latitude" not in found:
            raise OSError("gps: no fix; it must see the sky")
        return within(found, self.QUANTITIES)

    def _add(self, found, words):
        try:
            if words[0][2:] == "RMC" and words[2] == "A":
                place = words[3:7]
                found["speed"] = round(float(words[7] or 0) * 0.514444, 2)
            elif words[0][2:] == "GGA" and words[6] not in ("", "0"):
                place = words[2:6]
                found["satellites"] = int(words[7])
                found["altitude"] = float(words[9])
            else:
                return
            latitude = degrees(place[0], place[1])
            longitude = degrees(place[2], place[3])
        except (ValueError, IndexError):
            return  # another maker's fields
        if latitude is not None and longitude is not None:
            found["latitude"] = round(latitude, 6)
            found["longitude"] = round(longitude, 6)
