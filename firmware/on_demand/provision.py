# Gets a board its network and its collector from a person: by the form of portal.py, over an
# access point of the board's own, or by improv.py, over the console. Both give values to a
# Provisioning, which tries them and keeps them only if they work.
#
# The new config is written beside the old one, and is checked as a boot would check it. When its
# network has been joined and its collector has answered, one rename puts it in place: a reset at
# any moment before leaves the old one. After ten minutes the board is done with it: see run().
#
# All of it is loaded only then, and a reset follows.
import json
import os
import time

from boards import access_point
from boards.lamp import Lamp
from firmware.on_demand import config, portal_wifi
from firmware.on_demand.config_keys import KEYS
from firmware.on_demand.settings import check_password, read
from snowplow_tracker import clock
from snowplow_tracker.clock.set_clock import set_clock
from snowplow_tracker.transport.http import HttpTransport

OPEN_MS = 600000  # since the start, or the last values
_LEAVE_MS = 10000  # for the last page to be fetched, once the config is kept
_SLEEP_MS = 86400000


class Provisioning:
    # What the last values came to: ready for some, trying, joined (a network without a collector,
    # which improv.py cannot give), kept. `problem`: why the last ones were not kept.
    state = "ready"
    problem = ""
    _steps = None

    # data: of the config at `path`, or {} if there is none.
    def __init__(self, board, path, data):
        self.board = board
        self.point = access_point.AccessPoint(portal_wifi.name(board.id()), portal_wifi.password())
        self.networks = access_point.scan()  # before it disturbs those who are connected
        self.token = os.urandom(8).hex()  # what only the form and its URL know
        self._path = path
        try:
            os.remove(path + ".new")  # of a try that a reset cut short
        except OSError:
            pass
        self._data = data
        wifi = data.get("wifi") or {}
        own = {key: wifi[key] for key in KEYS["network"] if key in wifi}
        self._known = list(wifi.get("networks", [own] if own else []))
        # What the form shows: all but passwords.
        self.shown = {key: data[key] for key in ("collector", "name") if key in data}
        self._values = {}
        self._next = time.ticks_ms()  # when the try goes on

    def scan(self):
        """Look for networks anew; blocks for some seconds."""
        if self.state != "trying":
            self.networks = access_point.scan() or self.networks

    def joined_address(self):
        """The board's own in the network that it joined, or None."""
        return access_point.station_address()

    # A password may be left out where the network's is known.
    def submit(self, values):
        """Try these values (texts: ssid, password, collector, name); False while others are."""
        if self.state in ("trying", "kept"):
            return False
        self._values.update(values)
        self.shown.update({key: values[key] for key in values if key != "password"})
        self.state = "trying"
        self.problem = ""
        self._steps = self._try()
        self._next = time.ticks_ms()
        return True

    def step(self):
        """Go on with what is tried; call it often."""
        if not self._steps or time.ticks_diff(self._next, time.ticks_ms()) > 0:
            return
        try:
            wait = next(self._steps)
            self._next = time.ticks_add(time.ticks_ms(), 100 if wait is None else wait)
        except StopIteration:
            self._steps = None
        except (OSError, ValueError, MemoryError) as e:
            self._steps = None
            self.state = "ready"
            words = e.args[1] if len(e.args) > 1 else e
            # A ValueError is that of the config's check, which begins with the file.
            self.problem = str(words).split(".new: ")[-1] or "out of memory"
            print("not kept:", self.problem)
            if not self.point.is_up() and not self.joined_address():
                self.point.start()

    def _try(self):
        network = self._network()
        collector = self._values.get("collector") or self._data.get("collector")
        data = self._merged(network, collector or "http://unknown")
        new = self._path + ".new"
        try:
            with open(new, "w") as file:
                json.dump(data, file)
        except OSError as e:
            raise OSError("the config cannot be written: %s" % e)
        # Without the remote configuration: a mistake here must not take that back.
        settings = config.check(new, read(new))
        print("joining '%s'" % network["ssid"])
        yield
        options = dict(settings["wifi"], networks=settings["wifi"]["networks"][:1])
        link = self.board.link([("wifi", options)])
        yield from link.connect()
        # A board cannot tell two networks with the same addresses apart.
        clash = self.point.is_up() and not self.point.is_apart()
        if clash:
            self.point.stop()
        if not collector:
            print("joined '%s'; the collector is missing" % network["ssid"])
            self._known = [network]
            self.state = "joined"
            return
        print("joined '%s'; asking the collector %s" % (network["ssid"], collector))
        try:
            yield from self._ask(settings)
        finally:
            if clash:
                access_point.leave()
                self.point.start()
        os.rename(new, self._path)
        self.state = "kept"
        print("kept: the board restarts with it")

    def _network(self):
        network = {key: self._values.get(key, "") for key in ("ssid", "password")}
        for known in self._known:
            if known["ssid"] == network["ssid"]:
                if not network["password"]:
                    return known
                network = dict(known, password=network["password"])  # it may have an address
        check_password(self._path + ".new", network["password"])
        return network

    def _merged(self, network, collector):
        data = dict(self._data, collector=collector)
        data.setdefault("app_id", "micropython")
        if "name" in self._values:
            data.pop("name", None)
            if self._values["name"]:
                data["name"] = self._values["name"]
        wifi = dict(data.get("wifi") or {})
        for key in KEYS["network"]:
            wifi.pop(key, None)
        others = [known for known in self._known if known["ssid"] != network["ssid"]]
        wifi["networks"] = [network] + others
        data["wifi"] = wifi
        return data

    def _ask(self, settings):
        # Whether a collector answers, at the address that all of them have for load balancers.
        url = settings["collector"]
        if url[:6] == "https:":
            clock.hook = self.board.set_clock  # a certificate is good at its time only
            set_clock()
        transport = HttpTransport(
            url + "/health",
            get=True,
            roots=settings["roots"],
            verify=settings["verify"],
            headers=settings["extras"].get("headers"),
            dns=self.board.dns,
        )
        try:
            status = yield from transport.send(0, b"")
        except OSError as e:
            raise OSError("collector %s: %s" % (url, e.args[1] if len(e.args) > 1 else e))
        finally:
            transport.close()
        if not 200 <= status < 300:
            raise OSError(
                "collector %s: what answers is no collector (HTTP status %d for /health); does "
                "this network want a login, or the collector https?" % (url, status)
            )


def _sleep(board):
    # Until somebody switches it on or presses reset: a battery may be all that it has.
    board.radio_off()
    while True:
        board.deep_sleep(_SLEEP_MS)


def run(board, path, has_config, woke):
    """Open the portal until a config is kept, then reset; return only if there is no radio.

    has_config: whether there is one that works without this. woke: whether this boot is a wake.
    """
    if woke and not has_config:
        _sleep(board)
    try:
        from firmware.on_demand import improv, portal

        data = read(path) if path in os.listdir() else {}
        provisioning = Provisioning(board, path, data)
        provisioning.point.start()
    except Exception as e:
        print("portal: %s: %s" % (type(e).__name__, e))
        return
    point = provisioning.point
    lamp = Lamp(board)
    lamp.show("portal")
    parts: list = []
    board.on_idle = lambda: [part.step() for part in parts]
    try:
        parts.append(portal.Portal(provisioning))
        parts.append(improv.Improv(provisioning))
        print("portal: join the Wi-Fi '%s' with the password %s" % (point.name, point.key))
        print("portal: and open http://%s/ there; it closes after ten minutes" % point.address())
        _serve(provisioning, parts, lamp)
    except Exception as e:  # a board must neither stay here, nor awake
        print("portal: %s: %s" % (type(e).__name__, e))
    finally:
        for part in parts:
            part.close()
        point.stop()
    if provisioning.state != "kept":
        print("portal: closed; press reset to open it again")
        if not has_config:
            _sleep(board)
    # Also where the old one goes on: the heap is in pieces.
    board.reset("config")


def _serve(provisioning, parts, lamp):
    end = _deadline(OPEN_MS)
    light = time.ticks_ms()
    state = "ready"
    while True:
        provisioning.board.feed()
        for part in parts:
            part.step()
        provisioning.step()
        if provisioning.state != state:
            state = provisioning.state
            end = _deadline(_LEAVE_MS if state == "kept" else OPEN_MS)
        for part in parts:
            if part.told:
                part.told = False
                end = _deadline(2000)
        if state != "trying" and _left(end) < 0:
            return
        if lamp and _left(light) <= 0:
            try:
                light = _deadline(lamp.step())
            except ValueError as e:  # the port does not have its pin
                print("led:", e)
                lamp = None
        time.sleep_ms(20)


def _deadline(ms):
    return time.ticks_add(time.ticks_ms(), ms)


def _left(end):
    return time.ticks_diff(end, time.ticks_ms())
