"""boards/unix.py on CPython: over a made-up /proc and /sys, and over the real ones."""
import os
import pty
import socket
import sys

import pytest

from boards import unix


@pytest.fixture
def tree(tmp_path):
    """tree({path: text}) writes files, tree.board() is a Board that sees only them."""

    class Tree:
        def __call__(self, files):
            for path, text in files.items():
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_text(text)
            return self

        def folder(self, path):
            (tmp_path / path).mkdir(parents=True)
            return self

        def remove(self, path):
            (tmp_path / path).unlink()

        def board(self):
            return unix.Board(root=str(tmp_path) + "/")

    return Tree()


def link(name, mac="52:54:00:ab:cd:ef", received=1000, sent=10):
    base = "sys/class/net/%s/" % name
    return {
        base + "address": mac + "\n",
        base + "statistics/rx_bytes": "%d\n" % received,
        base + "statistics/tx_bytes": "%d\n" % sent,
    }


LOOPBACK = link("lo", "00:00:00:00:00:00", 77777, 77777)
# Fields: reads, merged, sectors read, ms, writes, merged, sectors written, ms, ...
DISK = "   49490   22604  2505722    9918    4343   24779  1143408    3639       0    6720\n"


# --- identity --------------------------------------------------------------------------------
def test_the_id_is_a_hash_of_the_machine_id_and_nothing_of_it(tree):
    machine = "0123456789abcdef0123456789abcdef"
    one = tree({"etc/machine-id": machine + "\n"}).board().id()
    assert len(one) == 12 and int(one, 16) >= 0 and one == one.lower()
    assert one not in machine
    assert tree({"etc/machine-id": machine}).board().id() == one
    assert tree({"etc/machine-id": machine[::-1]}).board().id() != one


@pytest.mark.parametrize("machine", ["", "uninitialized\n"])
def test_without_a_machine_id_the_mac_is_the_id(tree, machine):
    board = tree({"etc/machine-id": machine, **LOOPBACK, **link("eth0")}).board()
    assert board.id() == "525400abcdef"


def test_a_machine_without_both_has_no_id(tree):
    board = tree(LOOPBACK).board()
    assert board.id() is None and board.mac() is None


def test_mac_of_the_first_interface_that_is_hardware(tree):
    board = tree({**LOOPBACK, **link("br0", "02:00:00:00:00:01"), **link("wlan0")})
    board.folder("sys/class/net/wlan0/device")
    assert board.board().mac() == "52:54:00:AB:CD:EF"


def test_mac_in_a_container(tree):
    assert tree({**LOOPBACK, **link("eth0")}).board().mac() == "52:54:00:AB:CD:EF"


def test_model(tree):
    assert tree({"proc/sys/kernel/arch": "aarch64\n"}).board().model == "aarch64"
    assert tree({"sys/class/dmi/id/product_name": "NUC8\n"}).board().model == "NUC8"
    pi = "Raspberry Pi 4 Model B Rev 1.4\0"
    board = tree({"sys/firmware/devicetree/base/model": pi}).board()
    assert board.model == "Raspberry Pi 4 Model B Rev 1.4"


# --- temperature -----------------------------------------------------------------------------
def zone(number, kind, value):
    base = "sys/class/thermal/thermal_zone%d/" % number
    return {base + "type": kind + "\n", base + "temp": "%s\n" % value}


def chip(number, name, value):
    base = "sys/class/hwmon/hwmon%d/" % number
    return {base + "name": name + "\n", base + "temp1_input": "%s\n" % value}


def test_the_cpu_is_taken_and_not_what_else_is_warm(tree):
    board = tree(
        {
            **zone(0, "acpitz", 27800),
            **zone(1, "iwlwifi_1", 61000),
            **zone(2, "x86_pkg_temp", 48123),
            **chip(0, "nvme", 38850),
        }
    ).board()
    assert board.temperature() == 48.1
    assert board.sensors()["cpu"].read() == {"temperature": 48.1}


def test_zones_of_small_computers(tree):
    assert tree(zone(0, "cpu-thermal", 51234)).board().temperature() == 51.2


def test_hwmon_where_there_is_no_zone(tree):
    assert tree(chip(1, "k10temp", 44250)).board().temperature() == 44.2


@pytest.mark.parametrize(
    "files",
    [
        {},
        zone(0, "battery", 30000),
        chip(0, "nvme", 38850),
        zone(0, "cpu-thermal", "-274000"),
        zone(0, "cpu-thermal", ""),
    ],
)
def test_no_reading_is_made_up(tree, files):
    board = tree(files).board()
    assert board.temperature() is None
    assert "cpu" not in board.sensors()
    assert "cpu temperature" in [line.split(":")[0] for line in board.absent]


def test_a_zone_that_goes_away_is_an_oserror(tree):
    board = tree(zone(0, "cpu-thermal", 50000)).board()
    sensor = board.sensors()["cpu"]
    tree.remove("sys/class/thermal/thermal_zone0/temp")
    with pytest.raises(OSError):
        sensor.read()


# --- the other sensors -----------------------------------------------------------------------
def test_load(tree):
    board = tree({"proc/loadavg": "0.42 0.30 0.25 2/84 5796\n"}).board()
    assert board.sensors()["load"].read() == {"load1": 0.42}


def test_memory(tree):
    text = "MemTotal:  24683656 kB\nMemFree:    1000 kB\nMemAvailable:  2000 kB\nSwapTotal: 0 kB\n"
    board = tree({"proc/meminfo": text}).board()
    assert board.sensors()["memory"].read() == {
        "memory_free": 1_024_000,
        "memory_available": 2_048_000,
    }


def test_disk_counts_the_disks_that_are_hardware(tree):
    tree({"sys/block/sda/stat": DISK, "sys/block/dm-0/stat": DISK, "sys/block/loop0/stat": DISK})
    tree.folder("sys/block/sda/device")
    reading = tree.board().sensors()["disk"].read()
    assert reading["disk_read"] == 2505722 * 512
    assert reading["disk_written"] == 1143408 * 512
    assert reading["disk_free"] > 0


def test_disk_without_counters(tree):
    board = tree({}).board()
    assert set(board.sensors()["disk"].read()) == {"disk_free"}
    assert "disk counters" in [line.split(":")[0] for line in board.absent]


def test_network_sums_all_but_loopback(tree):
    board = tree({**LOOPBACK, **link("eth0"), **link("eth1", received=5, sent=2**40)}).board()
    assert board.sensors()["network"].read() == {
        "network_received": 1005,
        "network_sent": 10 + 2**40,
    }


def test_a_bridge_does_not_count_twice(tree):
    tree({**LOOPBACK, **link("docker0"), **link("eth0")}).folder("sys/class/net/eth0/device")
    assert tree.board().sensors()["network"].read()["network_received"] == 1000


def test_an_interface_that_goes_away_is_an_oserror(tree):
    sensor = tree({**LOOPBACK, **link("eth0")}).board().sensors()["network"]
    tree.remove("sys/class/net/eth0/statistics/tx_bytes")
    with pytest.raises(OSError):
        sensor.read()


def test_what_a_bare_machine_lacks_is_named(tree, monkeypatch):
    monkeypatch.delattr(os, "getloadavg", raising=False)
    monkeypatch.delattr(os, "statvfs", raising=False)
    board = tree({}).board()
    assert board.sensors() == {}
    assert sorted(line.split(":")[0] for line in board.absent) == [
        "cpu temperature",
        "disk",
        "load",
        "memory",
        "network",
    ]


def test_this_very_machine():
    board = unix.Board()
    for name, sensor in board.sensors().items():
        reading = sensor.read()
        assert reading, name
        assert sensor.unit
        assert all(isinstance(value, (int, float)) for value in reading.values())
    assert board.model and board.online() and board.set_clock() is True
    assert board.reset_cause() is None
    named = {line.split(":")[0].split()[0] for line in board.absent}
    assert {"cpu", "load", "memory", "disk", "network"} <= named | set(board.sensors())


# --- stopping --------------------------------------------------------------------------------
@pytest.fixture
def stdin(monkeypatch):
    """stdin(fd) makes fd the standard input of the boards made from now on."""
    streams = []

    def use(fd):
        streams.append(os.fdopen(fd))
        monkeypatch.setattr(sys, "stdin", streams[-1])
        return unix.Board()

    yield use
    for stream in streams:
        stream.close()


def test_the_end_of_a_pipe_stops(stdin):
    reader, writer = os.pipe()
    board = stdin(reader)
    assert not board.stopping()
    os.close(writer)
    assert board.stopping()
    assert board.stopping()


def test_the_line_stop_stops(stdin):
    reader, writer = os.pipe()
    board = stdin(reader)
    os.write(writer, b"hello\nstopped\nst")
    assert not board.stopping()
    os.write(writer, b"op\n")
    assert board.stopping()
    os.close(writer)
    assert board.stopping()


def test_the_end_of_a_socket_stops(stdin):
    ours, theirs = socket.socketpair()
    board = stdin(ours.detach())
    assert not board.stopping()
    theirs.close()
    assert board.stopping()


def test_dev_null_does_not_stop(stdin):
    assert not stdin(os.open(os.devnull, os.O_RDONLY)).stopping()


def test_a_file_does_not_stop(stdin, tmp_path):
    (tmp_path / "empty").write_text("")
    assert not stdin(os.open(tmp_path / "empty", os.O_RDONLY)).stopping()


def test_a_terminal_does_not_stop(stdin):
    master, slave = pty.openpty()
    board = stdin(slave)
    os.write(master, b"stop\n")
    assert not board.stopping()
    os.close(master)


def test_no_standard_input_does_not_stop(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert not unix.Board().stopping()
