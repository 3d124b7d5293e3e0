"""Find out what is on a board, choose the image, and put it there."""

import hashlib
import json
import time

from tools.deploy import ROOT, Stop
from tools.deploy.board import call, find_port, mpremote
from tools.deploy.console import at_repl
from tools.flash import download, esp, esp_image, uf2

DRIVE_SECONDS = 15  # until a Pico that was told so is a drive
REPL_SECONDS = 3  # in which a MicroPython answers
BOOT_SECONDS = 30  # until MicroPython answers after it was flashed
_BOOTLOADER = "import machine; machine.bootloader()"
_ASK = "import sys; print('@is', sys.platform, sys.version)"


def running(port):
    """(sys.platform, version) of the MicroPython that answers at `port`, or None."""
    if not at_repl(port, REPL_SECONDS):
        return None
    ok, lines = mpremote("connect", port, "exec", _ASK)
    found = [line for line in lines if line.startswith("@is ")]
    return tuple(found[-1].split(" ", 2)[1:]) if ok and found else None


def flash(port=None, drive=None, image=None, board=None, erase=False, folder=None):
    """Put MicroPython on the board at `port`, or on the Pico whose drive is the Path `drive`.

    Without both, on the one that is there. image: a Path, or None for the current release, which
    is kept in `folder`. board: micropython.org's name of the board. Returns what the image says
    of itself, and its chip. Stop when it cannot be done, with what to do.
    """
    folder = folder or ROOT / "build" / "micropython"
    among = [drive] if drive else None
    if not port and not drive and not uf2.drives():
        try:
            port = find_port()
        except Stop as stop:
            raise Stop(f"{stop}; hold the BOOTSEL button of a Pico while you plug it in")
    if port:
        told = running(port)
        if told and told[0] == "rp2":
            print(f"Restart  {port} into its boot mode")
            call(port, "resume", "exec", "--no-follow", _BOOTLOADER)
            return _flash_pico(among, image, board, folder, DRIVE_SECONDS)
        return _flash_esp(port, image, board, erase, folder)
    return _flash_pico(among, image, board, folder, 0)


def _flash_esp(port, path, board, erase, folder):
    image = _read(esp_image, path)
    chip = esp.look(port)
    note = folder / f"cut-short-{chip.mac.replace(':', '')}.json"
    if not chip.has_table and note.exists():
        print("Resume   a flash that was cut short at the partition table: the board's files stay")
        chip.files = tuple(json.loads(note.read_text()))
    has = "MicroPython's files" if chip.files else "no MicroPython"
    print(f"Board    {port}: {chip.name}, with {has} on it")
    if not image:
        if chip.name not in download.BOARDS:
            raise Stop(f"the firmware has no code for an {chip.name}: see docs/boards.md")
        path = download.current(chip.name, folder, board)
        image = _read(esp_image, path)
    esp.write(chip, path, image, note, erase)
    _wait(port)
    return image


def _flash_pico(among, path, board, folder, wait):
    image = _read(uf2, path)
    drive, chip = uf2.find(among, wait)
    print(f"Board    {drive}: {chip or 'an unknown chip'} in its boot mode")
    if not image:
        if not chip:
            raise Stop(f"{drive} is no Pico's: name its image by IMAGE=file")
        path = download.current(chip, folder, board)
        image = _read(uf2, path)
    if chip and image.chip != chip:
        raise Stop(f"{path} is for an {image.chip}, and the board at {drive} is {chip}")
    print(f"Write    {len(image.data) // 1024} KiB to {drive}", flush=True)
    uf2.write(drive, image)
    return image


def _read(kind, path):
    if not path:
        return None
    image = kind.read(path)
    digest = hashlib.sha256(image.data).hexdigest()
    print(f"Image    {path.name}: {image.version or 'MicroPython'} for {image.chip}")
    print(f"         SHA-256 {digest}")
    return image


def _wait(port):
    until = time.monotonic() + BOOT_SECONDS
    while not running(port):
        if time.monotonic() > until:
            raise Stop(
                f"the image is written, and MicroPython does not answer at {port}: press the "
                "board's reset button, and try make monitor"
            )
        time.sleep(0.5)
