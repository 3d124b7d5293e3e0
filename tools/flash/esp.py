"""Write an ESP32 by esptool, in the boot mode into which it resets the chip.

Two runs of it: one reads the partition table, which also names the chip, and one writes. A board
that has MicroPython keeps its files, where the new image has them at the same place; the flash of
any other board is erased, since what another firmware left there would be taken for damaged files.
"""

import json
import re
import tempfile
from pathlib import Path

from tools.deploy import Stop
from tools.deploy.board import run_module
from tools.deploy.user_config import write_private
from tools.flash import esp_image

_CHIP = re.compile(r"(?:Chip type:|Detecting chip type\.+)\s*(ESP32(?:-[A-Z]\d+)?)\b")


_MD5_ROW = b"\xeb\xeb" + b"\xff" * 14
_MAC = re.compile(r"MAC:\s*([0-9a-f:]{17,23})")


class Chip:
    """What is at a port: name, as CHIPS of tools/deploy has it; mac, its own number; files, as an
    Image has them; has_table, whether there is a partition table."""

    def __init__(self, port, name, mac, table):
        self.port, self.name, self.mac = port, name, mac
        self.files = esp_image.files_of(table)
        # Whole, with its MD5: one that was cut short has some rows.
        self.has_table = bool(esp_image.partitions(table)) and _MD5_ROW in table


def look(port):
    """The Chip at `port`; Stop, with what to do, if none answers."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.bin"
        place = hex(esp_image.TABLE), hex(esp_image.TABLE_BYTES)
        lines = _esptool(port, "read-flash", *place, table)
        found = _CHIP.search("\n".join(lines))
        if not found:
            raise Stop(f"esptool does not tell which chip is at {port}: {lines[-1]}")
        mac = _MAC.search("\n".join(lines))
        name = found[1].replace("-", "")
        return Chip(port, name, mac[1] if mac else "", table.read_bytes())


def write(chip, path, image, note, erase=False, say=print):
    """Write the Image of the file `path` to a Chip. erase: with all that is on it.

    Where its files stay is in the file `note` meanwhile, as JSON, since the partition table, which
    tells it, is written anew. Stop if it is for another chip, or would take the board's files
    along without `erase`.
    """
    if image.chip != chip.name:
        raise Stop(f"{path} is for an {image.chip}, and the board at {chip.port} is {chip.name}")
    if chip.files and image.files != chip.files and not erase:
        raise Stop(
            "the new image has the board's files at another place, so those that are there would "
            "be lost: copy what you want to keep (mpremote fs cp), then add ERASE=1"
        )
    keeps = chip.files and not erase
    say("Keep     the board's files" if keeps else "Erase    the whole flash")
    if keeps:
        write_private(note, json.dumps(chip.files))

    shown = []

    def progress(line):
        percent = re.search(r"(\d+)(?:\.\d+)?\s?%", line)
        if line.startswith("Writing at") and percent and int(percent[1]) // 10 not in shown:
            shown.append(int(percent[1]) // 10)
            say(f"Write    {percent[1]} %")

    offset = hex(esp_image.OFFSETS[image.chip])
    options = [] if keeps else ["--erase-all"]
    _esptool(chip.port, "write-flash", *options, offset, path, each_line=progress)
    note.unlink(missing_ok=True)


def _esptool(port, *words, each_line=None):
    command = ["--port", port, "--baud", "460800", *map(str, words)]
    ok, lines = run_module("esptool", *command, each_line=each_line)
    if ok:
        return lines
    raise Stop(_explain(port, lines))


def _explain(port, lines):
    said = "\n".join(lines)
    if "No module named" in said:
        return "esptool is missing: `make flash` installs it"
    if "Could not open" in said or "port is busy" in said or "exclusively lock" in said:
        return f"cannot open {port}: is the board plugged in, and no serial monitor open?"
    if "Failed to connect" in said or "No serial data" in said or "timeout" in said.lower():
        return (
            f"no ESP32 answers at {port}: hold its BOOT button, press and release RESET (EN), let "
            "go of BOOT, and run it again; and use a cable that carries data"
        )
    if "MD5 of file does not match" in said or "digest" in said.lower():
        return f"what {port} has read back is not what was written: check the cable, run it again"
    reasons = [line for line in lines if "rror" in line] or lines or ["it said nothing"]
    return f"esptool failed, run it again: {reasons[-1].strip()}"
