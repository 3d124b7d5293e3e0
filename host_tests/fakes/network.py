"""`network` of both ports: joining as their drivers do it, on the world's clock.

The two differ in more than numbers. The ESP32's driver reconnects by itself unless
`reconnects` says otherwise, tells "connecting" meanwhile for most failures, keeps the last
failure as its status until an address came, and refuses connect() while it is busy. The
CYW43 of the rp2 port tells each failure at once, and its status starts anew at connect().

An access point of the board's own is apart from the station, in `world.access_point`. It follows
the station to its channel: while that joins, nobody reaches the access point (ESP-IDF, "Wi-Fi
Driver"; on the CYW43 both interfaces share a radio). A scan needs the station's interface.
"""
import sys

import simulation

_CONSTANTS = {
    "esp32": {
        "STA_IF": 0,
        "AP_IF": 1,
        "STAT_IDLE": 1000,
        "STAT_CONNECTING": 1001,
        "STAT_GOT_IP": 1010,
        "STAT_BEACON_TIMEOUT": 200,
        "STAT_NO_AP_FOUND": 201,
        "STAT_WRONG_PASSWORD": 202,
        "STAT_CONNECT_FAIL": 203,
        "STAT_ASSOC_FAIL": 203,
        "STAT_HANDSHAKE_TIMEOUT": 204,
    },
    "rp2": {
        "STA_IF": 0,
        "AP_IF": 1,
        "STAT_IDLE": 0,
        "STAT_CONNECTING": 1,
        "STAT_GOT_IP": 3,
        "STAT_CONNECT_FAIL": -1,
        "STAT_NO_AP_FOUND": -2,
        "STAT_WRONG_PASSWORD": -3,
    },
}
_ASSOC_LEAVE = 8  # the ESP32's reason after a disconnect that was asked for


# What the event loop of the ESP-IDF tells the handler of Ethernet too; see wired.py.
def _tell_lan(event, after_ms):
    if simulation.world.lan:
        simulation.world.lan.wifi_events.append((simulation.world.now_ms + after_ms, event))


class _Radio:
    """The state that every WLAN object of a port shares."""

    def __init__(self):
        self.active = False
        self.outcome = None  # of the attempt under way, or of the link
        self.done_ms = 0  # when the attempt ends
        self.reason = 0  # why the last one failed (esp32)
        self.requested = False
        self.busy_ms = 0  # until when the driver still disconnects (esp32)
        self.reconnects = -1
        self.pm = None
        self.address = None  # (own, mask, gateway, name server) if it is static

    def lose(self):
        _tell_lan(1, 120_000)
        self.outcome = None
        self.reason = 200  # esp32: WIFI_REASON_BEACON_TIMEOUT

    def over(self):
        return self.outcome is not None and simulation.world.now_ms >= self.done_ms


class _AccessPoint:
    """The state of the access point of the board's own."""

    def __init__(self):
        self.active = False
        self.ssid = self.key = self.security = None
        self.address = "192.168.4.1"
        self.away_ms = 0  # until when nobody reaches it


class _WLAN:
    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0

    def __init__(self, interface_id=0):
        world = simulation.world
        if world.radio is None:
            world.radio = _Radio()
        self._radio = world.radio
        self._is_ap = interface_id == 1
        if self._is_ap and world.access_point is None:
            world.access_point = _AccessPoint()

    def active(self, *is_active):
        if self._is_ap:
            point = simulation.world.access_point
            if is_active:
                point.active = bool(is_active[0])
                simulation.world.log.append(("access point", point.active))
                return None
            return point.active
        if is_active:
            self._radio.active = bool(is_active[0])
            if not self._radio.active:
                self._radio.outcome = None
            simulation.world.log.append(("active", self._radio.active))
            return None
        return self._radio.active

    def connect(self, ssid=None, password=None, *, bssid=None):
        world, radio = simulation.world, self._radio
        if not radio.active:
            raise OSError("Wifi Not Started")
        if world.mem32[simulation.VSYS_PAD] != simulation.PAD_RESET:
            raise OSError("the radio's clock line is cut")
        self._settle()
        self._refuse_if_busy()
        world.log.append(("connect", ssid, password))
        radio.outcome = simulation.next_of(world.joins)
        if isinstance(world.networks, dict):  # a place with several of them
            radio.outcome = world.networks.get(ssid, "not_found")
        if radio.outcome == "no_address" and radio.address:
            radio.outcome = "joined"  # a static one waits for nobody
        if radio.outcome == "refused":
            radio.outcome = None
            raise OSError("Wifi Internal Error")
        radio.done_ms = world.now_ms + world.join_ms
        if world.access_point:
            world.access_point.away_ms = radio.done_ms
        radio.requested = True
        if radio.outcome == "joined":
            _tell_lan(0, world.join_ms)

    def ifconfig(self, *static):
        if self._is_ap:
            return self._ap_address(*static)
        if not static:
            told = ("192.168.4.7", "255.255.255.0", "192.168.4.1", simulation.world.name_server)
            return self._radio.address or simulation.world.dhcp_address or told
        assert len(static[0]) == 4 and isinstance(static[0], tuple)
        self._radio.address = static[0]
        simulation.world.log.append(("ifconfig", static[0]))

    def ipconfig(self, **values):
        assert values == {"dhcp4": True}
        self._radio.address = None
        simulation.world.log.append(("dhcp",))

    # What DHCP of the access point tells others goes with it on an ESP32 alone.
    def _ap_address(self, *static):
        point = simulation.world.access_point
        if static:
            assert len(static[0]) == 4 and isinstance(static[0], tuple)
            if not self._dhcp_follows:
                raise AssertionError("its DHCP server goes on giving out 192.168.4.1")
            point.address = static[0][0]
        return (point.address, "255.255.255.0", point.address, point.address)

    def scan(self):
        world = simulation.world
        if not self._radio.active:
            raise OSError("STA must be active")
        self._settle()
        if self._is_scan_refused():
            return []
        world.time.sleep_ms(world.scan_ms)
        return [(ssid, bytes(6), 1, rssi, security, False) for ssid, rssi, security in world.air]

    def _is_scan_refused(self):
        return False

    def _refuse_if_busy(self):
        pass

    def _settle(self):
        """Let what has happened by now take effect."""

    def isconnected(self):
        self._settle()
        return self._radio.over() and self._radio.outcome == "joined"

    def _associated(self):
        return self._radio.over() and self._radio.outcome in ("joined", "no_address")

    def _config(self, known, param, values):
        if param and values:
            raise TypeError("either pos or kw args are allowed")
        if self._is_ap and values:
            self._config_ap(**values)
            return None
        for name in values:
            if name not in known:
                raise ValueError("unknown config param")
            simulation.world.log.append((name, values[name]))
            setattr(self._radio, name, values[name])
        if param == ("mac",):
            return self._mac()
        if param:
            raise ValueError("unknown config param")


class _Esp32WLAN(_WLAN):
    SEC_WPA2 = 3
    _dhcp_follows = True

    # esp_wifi_set_config() wants a key of 8 to 63 with WPA2: ESP_ERR_INVALID_ARG is 0x102.
    def _config_ap(self, ssid, key="", security=0):
        if not 0 < len(ssid) <= 32 or (security and not 8 <= len(key) <= 63):
            raise RuntimeError("Wifi Unknown Error 0x0102")
        point = simulation.world.access_point
        point.ssid, point.key, point.security = ssid, key, security

    # esp_wifi_scan_start() is refused while the station connects, which scan() passes over.
    def _is_scan_refused(self):
        return self._radio.outcome is not None and not self._radio.over()

    # The driver takes its memory when the first WLAN is made: ESP_ERR_NO_MEM is 0x101, for
    # which ports/esp32/network_common.c has no name, so it is a RuntimeError.
    def __init__(self, interface_id=0):
        if not simulation.world.radio_memory:
            raise RuntimeError("Wifi Unknown Error 0x0101")
        super().__init__(interface_id)

    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2
    _REASONS = {"wrong_password": 202, "handshake": 15, "not_found": 201}

    def _settle(self):
        radio = self._radio
        if not radio.over():
            return
        if radio.outcome == "joined":
            radio.reason = 0
        elif radio.outcome in self._REASONS:
            radio.reason = self._REASONS[radio.outcome]
            if radio.reconnects == -1:  # the driver starts the same again
                radio.done_ms = simulation.world.now_ms + simulation.world.join_ms
            else:
                radio.outcome = None

    def _refuse_if_busy(self):
        if self._radio.outcome is not None or simulation.world.now_ms < self._radio.busy_ms:
            raise OSError("Wifi Internal Error")

    def disconnect(self):
        radio = self._radio
        if not radio.active:
            raise OSError("Wifi Not Started")
        self._settle()
        radio.requested = False
        if self.isconnected():
            _tell_lan(1, 120_000)
        if radio.outcome is not None:
            radio.outcome = None
            radio.reason = _ASSOC_LEAVE
            radio.busy_ms = simulation.world.now_ms + 150
        simulation.world.log.append(("disconnect",))

    def status(self, *param):
        if param:
            if param != ("rssi",):
                raise ValueError("unknown status param")
            if not self._associated():
                raise OSError("Wifi Not Connected")
            return simulation.world.signal
        self._settle()
        radio = self._radio
        # The order is the driver's: what an attempt left behind hides what goes on now.
        if self.isconnected():
            return 1010
        if radio.reason in (201, 202):
            return radio.reason
        if radio.reason == _ASSOC_LEAVE:
            return 1000
        if radio.requested and (radio.outcome is not None or radio.reconnects == -1):
            return 1001
        return radio.reason or 1000

    def config(self, *param, **values):
        return self._config(("pm", "reconnects"), param, values)

    def _mac(self):
        return simulation.world.mac


class _Rp2WLAN(_WLAN):
    SEC_WPA_WPA2 = 0x00400006
    _dhcp_follows = False

    # What is set while it is up is not seen before it comes up anew.
    def _config_ap(self, ssid, key="", security=0):
        point = simulation.world.access_point
        assert not point.active
        point.ssid, point.key, point.security = ssid, key, security

    def deinit(self):
        self._radio.active = False
        if simulation.world.access_point:
            simulation.world.access_point.active = False
        self._radio.outcome = None
        simulation.world.log.append(("deinit",))

    PM_NONE = 16
    PM_PERFORMANCE = 10555714
    PM_POWERSAVE = 17
    _STATUS = {"joined": 3, "no_address": 2, "silent": 1, "not_found": -2, "wrong_password": -3}

    def disconnect(self):
        self._radio.outcome = None
        simulation.world.log.append(("disconnect",))

    def status(self, *param):
        if param:
            if param != ("rssi",):
                raise ValueError("unknown status param")
            return simulation.world.signal if self._associated() else 0
        if self._radio.outcome is None:
            return 0
        return self._STATUS[self._radio.outcome] if self._radio.over() else 1

    def config(self, *param, **values):
        return self._config(("pm",), param, values)

    def _mac(self):
        # Read from the chip when it is first switched on.
        return simulation.world.mac if self._radio.active else bytes(6)


def _country(code=None):
    if code is None:
        return simulation.world.country
    if len(code) != 2:
        raise ValueError
    simulation.world.country = code
    simulation.world.log.append(("country", code))


def _hostname(name=None):
    if name is None:
        return simulation.world.hostname
    if len(name) > 32:
        raise ValueError
    simulation.world.hostname = name
    simulation.world.log.append(("hostname", name))


TABLES = {"esp32": {"WLAN": _Esp32WLAN}, "rp2": {"WLAN": _Rp2WLAN}}
for _port in TABLES:
    TABLES[_port].update(_CONSTANTS[_port], country=_country, hostname=_hostname)
_names = simulation.by_port("network", TABLES)


def _add_other_links():
    import modem
    import wired

    for port in TABLES:
        TABLES[port].update(wired.TABLES[port])
    TABLES["esp32"]["PPP"] = modem.Ppp


# On the VM only where they are used, since they take some of its heap.
if sys.implementation.name == "cpython":
    _add_other_links()


# An image for rp2 has WLAN or WIZNET5K.
def __getattr__(name):
    world = simulation.world
    if world.port == "rp2" and name == ("WLAN" if world.ethernet else "WIZNET5K"):
        raise AttributeError("this image has no %s" % name)
    if name in ("LAN", "PPP", "WIZNET5K") or name[:4] in ("ETH_", "PHY_"):
        _add_other_links()
    return _names(name)
