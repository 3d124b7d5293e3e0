# A computer as a board, on the MicroPython VM and on CPython: the readings are real, from
# /proc and /sys on Linux and from what the system calls give elsewhere. Nothing is cached
# but the paths, so every read() is a few small files. `root` is for tests.
import binascii
import hashlib
import os
import select
import sys

from boards import base, common

# Names of thermal zones and hwmon chips that tell a CPU's or a board's temperature, the
# best first; the others (battery, radio, SSD) are left out.
_CPU_TEMPERATURES = ("x86_pkg_temp", "coretemp", "k10temp", "zenpower", "cpu", "soc", "acpitz")
_MEMORY = {"MemFree": "memory_free", "MemAvailable": "memory_available"}
_SECTOR = 512  # of /sys/block, whatever the disk's own is


def _text(path):
    # Also strips the NUL that ends the strings of a device tree.
    with open(path) as file:
        return file.read().strip(" \n\0")


def _try_text(path):
    try:
        return _text(path)
    except (OSError, ValueError):  # ValueError: not text
        return ""


def _entries(path):
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []


def _exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def _hardware(path, names):
    # The links and disks that are hardware; a bridge or a RAID would count its parts twice.
    return [name for name in names if _exists("%s/%s/device" % (path, name))]


class Board(base.Board):
    def __init__(self, root: str = "/"):
        super().__init__()
        self._root = root
        self._net = root + "sys/class/net"
        self._block = root + "sys/block"
        self.model = (
            _try_text(root + "sys/firmware/devicetree/base/model")
            or _try_text(root + "sys/class/dmi/id/product_name")
            or _try_text(root + "proc/sys/kernel/arch")
            or sys.platform
        )
        names = [n for n in _entries(self._net) if _exists("%s/%s/statistics" % (self._net, n))]
        # A container's interfaces have no device of their own: then all but loopback.
        self._links = _hardware(self._net, names) or [n for n in names if n != "lo"]
        self._disks = _hardware(self._block, _entries(self._block))
        self._thermal = self._find_thermal()
        self._sensors = self._find_sensors()
        self._stop = False
        self._line = b""
        self._input = _control_input(sys.stdin)

    # --- identity -------------------------------------------------------------------------
    # machine-id is confidential by its manual page: only a hash of it may leave the machine.
    def id(self) -> str | None:
        """12 hex digits from the machine-id, else the MAC, else None."""
        machine = _try_text(self._root + "etc/machine-id")
        if len(machine) == 32:
            digest = hashlib.sha256(b"snowplow-micropython:" + machine.encode()).digest()
            return binascii.hexlify(digest).decode()[:12]
        mac = self.mac()
        return mac.replace(":", "").lower() if mac else None

    def mac(self) -> str | None:
        """The MAC of the first network interface that has one."""
        for link in self._links:
            mac = _try_text("%s/%s/address" % (self._net, link)).upper()
            if len(mac) == 17 and mac != "00:00:00:00:00:00":
                return mac
        return None

    # --- readings -------------------------------------------------------------------------
    def _find_thermal(self):
        found = []
        for topic, label, value in (
            ("thermal", "type", "temp"),
            ("hwmon", "name", "temp1_input"),
        ):
            folder = self._root + "sys/class/" + topic
            for name in _entries(folder):
                path = "%s/%s/" % (folder, name)
                found.append((_try_text(path + label).lower(), path + value))
        for wanted in _CPU_TEMPERATURES:
            for kind, path in found:
                if wanted in kind and self._celsius(path) is not None:
                    return path
        return None

    # Some zones give nothing, or a number that no chip survives.
    def _celsius(self, path):
        try:
            value = int(_text(path))
        except (OSError, ValueError):
            return None
        return round(value / 1000, 1) if -40000 <= value <= 150000 else None

    def temperature(self) -> float | None:
        """Of the CPU, in degrees Celsius, or None."""
        return self._celsius(self._thermal) if self._thermal else None

    def sensors(self) -> dict:
        """cpu, load, memory, disk, network: those that this machine has."""
        return self._sensors

    def _find_sensors(self):
        found = {}
        for name, read, unit, lack in (
            ("cpu", self._cpu, "Cel", "cpu temperature: no zone in /sys/class/thermal or hwmon"),
            ("load", self._load, "1", "load: no /proc/loadavg"),
            ("memory", self._memory, "By", "memory: no /proc/meminfo"),
            ("disk", self._disk, "By", "disk: the system does not tell its space"),
            ("network", self._network, "By", "network: no interface in /sys/class/net"),
        ):
            try:
                read()
                found[name] = common.Sensor(read, unit)
            except OSError:
                self.absent.append(lack)
        if "disk" in found and not self._disks:
            self.absent.append("disk counters: no disk in /sys/block")
        return found

    def _load(self):
        try:
            return {"load1": float(_text(self._root + "proc/loadavg").split()[0])}
        except OSError:
            if not hasattr(os, "getloadavg"):  # CPython has it, also without /proc
                raise
            return {"load1": round(os.getloadavg()[0], 2)}

    def _memory(self):
        found = {}
        with open(self._root + "proc/meminfo") as lines:
            for line in lines:
                name = _MEMORY.get(line.split(":")[0])
                if name:
                    found[name] = int(line.split()[1]) * 1024
        return found

    def _disk(self):
        if not hasattr(os, "statvfs"):
            raise OSError("disk: no statvfs")
        space = os.statvfs(self._root)
        found = {"disk_free": space[4] * space[1]}
        if self._disks:
            stats = [_text("%s/%s/stat" % (self._block, d)).split() for d in self._disks]
            found["disk_read"] = sum([int(s[2]) for s in stats]) * _SECTOR
            found["disk_written"] = sum([int(s[6]) for s in stats]) * _SECTOR
        return found

    def _network(self):
        if not self._links:
            raise OSError("network: no interface")
        return {
            "network_received": self._count("rx_bytes"),
            "network_sent": self._count("tx_bytes"),
        }

    def _count(self, what):
        return sum([int(_text("%s/%s/statistics/%s" % (self._net, n, what))) for n in self._links])

    # --- the firmware's loop --------------------------------------------------------------
    # The program that started us through a pipe ends us by closing it, or by the line `stop`.
    def stopping(self) -> bool:
        """True once standard input, if it is a pipe, has ended or said `stop`."""
        while self._input and not self._stop and self._input[0].poll(0):
            byte = self._input[1].read(1)
            if byte == b"\n" or not byte:
                self._stop = not byte or self._line.strip() == b"stop"
                self._line = b""
            else:
                self._line = (self._line + byte)[-80:]
        return self._stop


# Only a pipe or a socket can stop us; a terminal, a file and /dev/null cannot.
def _control_input(stream):
    try:
        number = stream.fileno()
        # The VM has no fstat, but this path is the open file itself.
        mode = (os.fstat(number) if hasattr(os, "fstat") else os.stat("/dev/fd/%d" % number))[0]
        poll = select.poll()
    except (OSError, ValueError, AttributeError):
        return None
    if mode & 0o170000 not in (0o010000, 0o140000):
        return None
    poll.register(stream, select.POLLIN)
    # Unbuffered: poll() does not see what a buffer holds.
    return poll, getattr(stream.buffer, "raw", stream.buffer)
