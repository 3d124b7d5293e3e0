"""The frozen `onewire`: a bus of the DS18B20s (other_chips.Ds18b20) in world.onewire."""
import simulation
from other_chips import onewire_crc


class OneWireError(Exception):  # not an OSError, on the boards either
    pass


class OneWire:
    def __init__(self, pin):
        self.pin = pin
        self._selected = None
        self._command = None

    def reset(self, required=False):
        present = bool(simulation.world.onewire)
        if required and not present:
            raise OneWireError
        self._selected = self._command = None
        return present

    def scan(self):
        return [bytearray(rom) for rom in simulation.world.onewire]

    def select_rom(self, rom):
        self.reset()
        self._selected = simulation.world.onewire.get(bytes(rom))

    # 0x44 without a ROM selected is for all of them (SKIP_ROM).
    def writebyte(self, value):
        self._command = value
        simulation.world.log.append(("onewire", value))
        if value == 0x44:
            for probe in simulation.world.onewire.values():
                probe.convert()

    def write(self, buf):
        if self._command == 0x4E and self._selected:
            self._selected.write(buf)

    def readinto(self, buf):
        scratch = self._selected and self._selected.read()
        for i in range(len(buf)):
            buf[i] = scratch[i] if scratch else 0xFF  # nobody pulls the line down

    def crc8(self, data):
        return onewire_crc(data)
