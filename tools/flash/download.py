"""The current MicroPython for a chip, from micropython.org.

Its certificate is verified, and the image is judged as one of the user's own is: it has checksums.
"""

import re
import urllib.error
import urllib.request
from urllib.parse import urljoin

from tools.deploy import Stop

SITE = "https://micropython.org/"
BOARDS = {
    "ESP32": "ESP32_GENERIC", "ESP32S2": "ESP32_GENERIC_S2", "ESP32S3": "ESP32_GENERIC_S3",
    "ESP32C3": "ESP32_GENERIC_C3", "ESP32C6": "ESP32_GENERIC_C6", "RP2040": "RPI_PICO_W",
    "RP2350": "RPI_PICO2_W",
}  # fmt: skip
LIMIT = 16 << 20  # bytes
SECONDS = 30  # without a byte


def current(chip, folder, board=None, site=SITE, say=print):
    """The file (Path) in `folder` of the newest release for a chip; downloaded if not yet there.

    board: micropython.org's name of the board, such as W5500_EVB_PICO, instead of the chip's usual
    one. Stop where the site cannot be reached or has none.
    """
    board = board or BOARDS[chip]
    end = "uf2" if chip.startswith("RP") else "bin"
    page = urljoin(site, f"download/{board}/")
    pattern = rf"resources/firmware/({re.escape(board)}-(\d{{8}})-v[\d.]+\.{end})"
    found = re.findall(pattern, _get(page).decode("utf-8", "replace"))  # previews have other names
    if not found:
        raise Stop(f"{page} names no release as .{end}: is the board's name right?")
    name, _ = max(found, key=lambda one: one[1])
    path = folder / name
    if path.exists():
        say(f"Image    {name}: downloaded before")
        return path
    say(f"Download {name}")
    data = _get(urljoin(site, f"resources/firmware/{name}"))
    folder.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".part")
    new.write_bytes(data)
    new.replace(path)
    return path


def _get(url):
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            data = answer.read(LIMIT + 1)
            size = answer.headers.get("Content-Length")
    except (OSError, urllib.error.URLError) as e:
        raise Stop(
            f"cannot get {url} ({getattr(e, 'reason', e)}): download the image elsewhere, and "
            "name it by IMAGE=file"
        )
    if len(data) > LIMIT or size and int(size) != len(data):
        raise Stop(f"{url} did not arrive whole: run it again")
    return data
