"""`machine` of both ports: pins, ADC, I2C, memory, watchdog, sleep, identity, reset causes."""
import simulation

_ENODEV = 19


class _Pin:
    def __init__(self, id, mode=None, pull="default", *, value=None):
        if not self._is_pin(id):
            raise ValueError("invalid pin")
        self._id = id
        simulation.world.log.append(("pin", id, mode))
        # Both ports leave a pin as it is that is only looked up.
        if mode is None and pull == "default" and value is None:
            return
        self._set_up(mode, pull)
        pull = simulation.world.pulls.get(id)
        if mode == self.IN and pull in (self.PULL_UP, self.PULL_DOWN):
            simulation.world.pins.setdefault(id, int(pull == self.PULL_UP))
        if value is not None:
            self.value(value)

    # An input lets go of what it drove.
    def init(self, mode=-1, pull="default", *, value=None):
        simulation.world.log.append(("pin", self._id, mode))
        self._set_up(mode, pull)
        if value is not None:
            self.value(value)
        watcher = simulation.world.watchers.get(self._id)
        if mode == self.IN:
            simulation.world.pins.pop(self._id, None)
            if watcher:
                watcher(None)

    def value(self, *x):
        pins = simulation.world.pins
        if x:
            pins[self._id] = int(bool(x[0]))
            watcher = simulation.world.watchers.get(self._id)
            if watcher:
                watcher(pins[self._id])
            return None
        return pins.get(self._id, 0)

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())


# ports/esp32/machine_pin.c: `pull` is -1 for "as before" (its default), None for none; pins from
# 34 on are inputs; interrupts have no `hard`.
class _Esp32Pin(_Pin):
    IRQ_RISING = 1
    IRQ_FALLING = 2
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2

    def _is_pin(self, id):
        return isinstance(id, int) and 0 <= id <= 48

    def _set_up(self, mode, pull):
        if mode in (self.OUT, self.OPEN_DRAIN) and simulation.world.chip == "ESP32":
            if self._id >= 34:
                raise ValueError("pin can only be input")
        if pull not in ("default", -1):
            simulation.world.pulls[self._id] = (pull or 0) & 3

    def irq(self, handler=None, trigger=3):
        simulation.world.irqs[self._id] = (handler, trigger, self)


# ports/rp2/machine_pin.c: `pull` is set whenever a mode is, None is none, and any number is two
# bits: -1 is both. 30 pins, of which the radio has 23, 24, 25 and 29.
class _Rp2Pin(_Pin):
    IRQ_FALLING = 4
    IRQ_RISING = 8
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2

    def _is_pin(self, id):
        if isinstance(id, int):
            return 0 <= id < 30
        return id in ("LED", "WL_GPIO0") or id[:2] == "GP" and 0 <= int(id[2:]) < 29

    def _set_up(self, mode, pull):
        if self._id == "LED" and pull not in ("default", None):
            raise ValueError("pulls are not supported for external pins")
        simulation.world.pulls[self._id] = 0 if pull in ("default", None) else pull & 3

    def irq(self, handler=None, trigger=12, *, hard=False):
        simulation.world.irqs[self._id] = (handler, trigger, self)


def _source(id):
    # A Pin that becomes an ADC input; both ports take its number as well.
    return id._id if isinstance(id, _Pin) else id


class _Esp32Adc:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    # What each attenuation can read at most, in microvolts (ESP32 datasheet, suggested
    # ranges); the reading stops there.
    _RANGE = (950_000, 1_250_000, 1_750_000, 3_100_000)

    def __init__(self, id, *, atten=0):
        self._id = _source(id)
        self._atten = atten
        if self._id not in simulation.world.adc:
            raise ValueError("invalid pin")  # no ADC behind this one

    def read_uv(self):
        return min(simulation.world.adc[self._id], self._RANGE[self._atten])

    def read_u16(self):
        return self.read_uv() * 65535 // self._RANGE[self._atten]


class _Rp2Adc:
    CORE_TEMP = 4

    def __init__(self, id):
        source = _source(id)
        if isinstance(id, _Pin) and source not in (26, 27, 28, 29):
            raise ValueError("Pin doesn't have ADC capabilities")
        if source not in (0, 1, 2, 3, 4, 26, 27, 28, 29):
            raise ValueError("invalid channel")
        self._source = source + 26 if source < 4 else source

    def read_u16(self):
        if self._source == 29 and simulation.world.mem32[simulation.VSYS_PAD] != 0x80:
            return simulation.world.now_ms * 7919 % 65536  # the radio's clock, not a voltage
        # 12 bits, spread over 16 as the port does it.
        raw = simulation.world.adc[self._source] >> 4
        return raw << 4 | raw >> 8


class _SoftI2C:
    def __init__(self, scl, sda, *, freq=400_000, timeout=50_000):
        assert isinstance(scl, _Pin) and isinstance(sda, _Pin)
        simulation.world.log.append(("i2c", scl._id, sda._id, freq))

    def _device(self, addr):
        device = simulation.world.i2c.get(addr)
        if device is None:
            raise OSError(_ENODEV)
        return device

    def scan(self):
        return sorted(simulation.world.i2c)

    def writeto(self, addr, buf, stop=True):
        self._device(addr).write(bytes(buf))
        return len(buf)

    def readfrom(self, addr, nbytes, stop=True):
        return bytes(self._device(addr).read(nbytes))

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self.readfrom(addr, len(buf))

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._device(addr).write(bytes([memaddr]) + bytes(buf))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        self._device(addr).write(bytes([memaddr]))
        return self.readfrom(addr, nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf))


class _Rtc:
    def datetime(self, *moment):
        simulation.world.log.append(("datetime",) + moment[0])
        year, month, day, _, hour, minute, second, _ = moment[0]
        simulation.world.year = year
        leap = year % 4 == 0
        days = sum((31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30)[: month - 1]) + day - 1
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        simulation.world.wall_ms += seconds * 1000


class _Esp32Rtc(_Rtc):
    def memory(self, *data):
        if not data:
            return simulation.world.rtc_memory
        if len(data[0]) > 2048:
            raise ValueError("buffer too long")
        simulation.world.rtc_memory = bytes(data[0])


class _Wdt:
    # ports/rp2/machine_wdt.c: 24 bits of half microseconds. ports/esp32/machine_wdt.c: any that
    # is not 0 or less.
    def __init__(self, *, id=0, timeout=5000):
        if simulation.world.port == "rp2" and timeout > 8388:
            raise ValueError("timeout exceeds 8388")
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        simulation.world.watchdog_ms = timeout
        simulation.world.log.append(("wdt", timeout))
        self.feed()

    def feed(self):
        simulation.world.fed_ms = simulation.world.now_ms


class _Timer:
    PERIODIC = 1
    ONE_SHOT = 0

    def __init__(self, id, *, mode=1, period=None, callback=None):
        assert id == -1
        self.init(mode=mode, period=period, callback=callback)

    def init(self, *, mode=1, period=None, callback=None):
        assert mode == 1
        self.deinit()
        simulation.world.timers.append([period, simulation.world.now_ms + period, callback, self])

    def deinit(self):
        simulation.world.timers = [t for t in simulation.world.timers if t[3] is not self]


# ports/rp2/modmachine.c: the alarm has 32 bits of microseconds; deepsleep() is lightsleep() and
# reset(), with the same limit.
def _check_length(time_ms):
    assert isinstance(time_ms, int)
    if simulation.world.port == "rp2" and time_ms >= 2**32 // 1000:
        raise ValueError("sleep too long")


def _lightsleep(time_ms=0):
    _check_length(time_ms)
    simulation.world.sleep("light", time_ms)


def _deepsleep(time_ms=0):
    _check_length(time_ms)
    simulation.world.sleep("deep", time_ms)


def _reset():
    simulation.world.end("reset", 0)


def _disable_irq():
    simulation.world.log.append(("irq", False))
    return 1


def _enable_irq(state):
    assert state == 1
    simulation.world.log.append(("irq", True))


def _unique_id():
    return simulation.world.unique_id


def _reset_cause():
    return simulation.world.reset_cause


def _wake_reason():
    return simulation.world.woke_by


TABLES = {
    "esp32": {
        "Pin": _Esp32Pin,
        "ADC": _Esp32Adc,
        "HARD_RESET": 2,
        "DEEPSLEEP_RESET": 4,
        "SOFT_RESET": 5,
        "wake_reason": _wake_reason,
        "RTC": _Esp32Rtc,
    },
    "rp2": {"Pin": _Rp2Pin, "ADC": _Rp2Adc, "RTC": _Rtc, "Timer": _Timer},
}
for _table in TABLES.values():
    _table.update(
        PWRON_RESET=1,
        WDT_RESET=3,
        SoftI2C=_SoftI2C,
        WDT=_Wdt,
        unique_id=_unique_id,
        reset_cause=_reset_cause,
        lightsleep=_lightsleep,
        deepsleep=_deepsleep,
        reset=_reset,
        disable_irq=_disable_irq,
        enable_irq=_enable_irq,
    )
_names = simulation.by_port("machine", TABLES)


def __getattr__(name):
    if name == "mem32":  # not in the tables, since it is the world's own
        return simulation.world.mem32
    if name in ("I2C", "SPI", "SoftSPI", "UART", "time_pulse_us"):
        return getattr(__import__("machine_buses"), name)
    return _names(name)
