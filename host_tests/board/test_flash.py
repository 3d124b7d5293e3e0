"""`make flash` with the real esptool, against a chip on a pty, and with the drive of a Pico."""

import http.server
import importlib.util
import threading

import images
import pytest
from esp_board import EspBoard

import tools.flash.__main__ as program
from tools.deploy import Stop
from tools.flash import download, esp_image, flashing, uf2

with_esptool = pytest.mark.skipif(
    not importlib.util.find_spec("esptool"), reason="no esptool here: `make flash` installs it"
)


@pytest.fixture
def chip(tmp_path, vm_program):
    (tmp_path / "esp").mkdir()
    with EspBoard(tmp_path / "esp") as chip:
        yield chip


@pytest.fixture
def flash(chip, tmp_path, capsys, monkeypatch):
    """flash(*args) -> (exit code, what it printed), of the chip."""
    monkeypatch.setattr(flashing, "BOOT_SECONDS", 120)
    monkeypatch.setattr(flashing, "ROOT", tmp_path)

    def run(*args):
        code = program.main(["--port", chip.port, *map(str, args)])
        return code, "".join(capsys.readouterr())

    return run


@pytest.fixture
def image(tmp_path):
    """image(**options) -> the path of an image for an ESP32."""

    def make(**options):
        path = tmp_path / "ESP32_GENERIC.bin"
        path.write_bytes(images.esp(**options))
        return path

    return make


# --- an ESP32 -------------------------------------------------------------------------------
@with_esptool
def test_an_empty_chip_gets_micropython_and_runs_it(chip, flash, image):
    chip.flash[0x10000:0x10020] = b"\0" * 32  # of another firmware
    path = image()
    code, printed = flash("--image", path)
    assert code == 0, printed
    assert "ESP32, with no MicroPython on it" in printed and "Erase    the whole flash" in printed
    assert "MicroPython v1.28.0 on 2026-04-06 for ESP32" in printed
    data = path.read_bytes()
    assert chip.flash[0x1000 : 0x1000 + len(data)] == data
    assert flashing.running(chip.port)[0] == "linux"  # what runs on this chip is the VM

    # Now there is one, whose files stay; and a cable that is pulled costs a second run.
    chip.flash[0x200000:0x200008] = b"my files"
    path = image(version=b"1.29.0", filling=200000)
    erased = chip.erased
    chip.cut_after = chip.written + 100000
    code, printed = flash("--image", path)
    assert code == 1
    assert "flash: " in printed and "again" in printed and "Traceback" not in printed
    chip.plug()
    code, printed = flash("--image", path)
    assert code == 0, printed
    assert "with MicroPython's files on it" in printed and "Keep     the board's files" in printed
    assert chip.flash[0x1000 : 0x1000 + len(path.read_bytes())] == path.read_bytes()
    assert chip.flash[0x200000:0x200008] == b"my files" and chip.erased == erased


@with_esptool
def test_a_cable_that_is_pulled_at_the_partition_table_costs_no_files(
    chip, flash, image, tmp_path
):
    path = image()
    chip.flash[0x8000:0x8C00] = images.table()
    chip.flash[0x200000:0x200008] = b"my files"
    # Until the sector of the table is erased, and nothing of it is written.
    chip.cut_after = 0x8000 - 0x1000
    code, printed = flash("--image", path)
    assert code == 1 and "again" in printed, printed
    assert chip.flash[0x8000:0x9000] == b"\xff" * 0x1000
    chip.flash[0x8000:0x8040] = images.table()[:0x40]  # as a page may be cut
    chip.plug()
    erased = chip.erased
    code, printed = flash("--image", path)
    assert code == 0, printed
    assert "Resume   a flash that was cut short at the partition table" in printed
    assert chip.flash[0x200000:0x200008] == b"my files" and chip.erased == erased
    assert chip.flash[0x1000 : 0x1000 + len(path.read_bytes())] == path.read_bytes()
    assert not list(tmp_path.glob("**/cut-short*"))  # an empty chip is one again


@with_esptool
def test_files_are_lost_only_where_that_was_asked_for(chip, flash, image):
    chip.flash[0x8000:0x8C00] = images.table()
    chip.flash[0x200000:0x200008] = b"my files"
    before = bytes(chip.flash)
    path = image(files=(0x180000, 0x280000))
    code, printed = flash("--image", path)
    assert code == 1 and "those that are there would be lost" in printed and "ERASE=1" in printed
    assert chip.flash == before
    code, printed = flash("--image", path, "--erase")
    assert code == 0, printed
    assert chip.flash[0x200000:0x200008] == b"\xff" * 8


@with_esptool
def test_an_image_for_another_chip_is_refused(chip, flash, tmp_path):
    path = tmp_path / "c3.bin"
    path.write_bytes(images.esp("ESP32C3"))
    before = bytes(chip.flash)
    code, printed = flash("--image", path)
    assert code == 1 and f"{path} is for an ESP32C3, and the board at {chip.port}" in printed
    assert chip.flash == before


@with_esptool
def test_a_port_where_no_chip_answers(tmp_path, capsys, image):
    code = program.main(["--port", str(tmp_path / "ttyNONE"), "--image", str(image())])
    assert code == 1
    assert "is the board plugged in" in capsys.readouterr().err


@with_esptool
def test_the_images_of_these_tests_are_whole_for_espressif(image):
    from tools.deploy.board import run_module

    ok, lines = run_module("esptool", "image-info", str(image()))
    said = "\n".join(lines)
    assert ok and "(valid)" in said and "invalid" not in said


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda d: d[:-40], "is damaged or was not downloaded"),
        (lambda d: d[:100] + b"x" + d[101:], "is damaged or was not downloaded"),
        (lambda d: d[:70000] + b"x" + d[70001:], "is damaged or was not downloaded"),
        (lambda d: d[:40000], "is damaged or was not downloaded"),
        (lambda d: d[:2000], "has no partition table"),
        (lambda d: d.replace(b"factory", b"fuctory"), "has no partition table"),
        (lambda d: b"<html>", "is no image for an ESP32"),
        (lambda d: b"", "is no image for an ESP32"),
        (lambda d: d[:12] + b"\x63" + d[13:], "is for a chip with the number 99"),
        (lambda d: images.esp(version=b"1.24.1"), "has MicroPython v1.24.1 on 2026-04-06"),
    ],
)
def test_images_that_are_not_flashed(tmp_path, spoil, said):
    path = tmp_path / "image.bin"
    path.write_bytes(spoil(images.esp()))
    with pytest.raises(Stop) as stop:
        esp_image.read(path)
    assert said in str(stop.value)


# --- a Pico ----------------------------------------------------------------------------------
INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


@pytest.fixture
def drive(tmp_path, monkeypatch):
    """The drive of a Pico, which goes away when it has a whole file; `got` is what it has had."""
    folder = tmp_path / "RPI-RP2"
    folder.mkdir()
    (folder / "INFO_UF2.TXT").write_text(INFO)
    stop = threading.Event()

    def watch():
        while not stop.wait(0.01):
            for path in folder.glob("*.uf2"):
                data = path.read_bytes()
                if data and len(data) == 512 * int.from_bytes(data[24:28], "little"):
                    got.append(data)
                    (folder / "INFO_UF2.TXT").unlink()
                    return

    got = []
    thread = threading.Thread(target=watch)
    thread.start()
    monkeypatch.setattr(uf2, "places", lambda: [tmp_path, folder])
    monkeypatch.setattr(uf2, "AWAY", 120)
    yield folder, got
    stop.set()
    thread.join()


def test_a_pico_in_its_boot_mode_gets_the_file(drive, tmp_path, capsys):
    path = tmp_path / "RPI_PICO_W.uf2"
    path.write_bytes(images.uf2())
    assert program.main(["--image", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "RP2040 in its boot mode" in printed and "MicroPython v1.28.0" in printed
    assert drive[1] == [path.read_bytes()]


def test_a_pico_with_micropython_goes_into_its_boot_mode_by_itself(drive, tmp_path, monkeypatch):
    path = tmp_path / "RPI_PICO_W.uf2"
    path.write_bytes(images.uf2())
    (drive[0] / "INFO_UF2.TXT").unlink()
    asked = []

    def call(port, *commands):
        asked.append((port, commands[-1]))
        (drive[0] / "INFO_UF2.TXT").write_text(INFO)

    monkeypatch.setattr(flashing, "running", lambda port: ("rp2", "3.4.0; MicroPython v1.27.0"))
    monkeypatch.setattr(flashing, "call", call)
    assert program.main(["--port", "/dev/ttyACM0", "--image", str(path)]) == 0
    assert asked == [("/dev/ttyACM0", "import machine; machine.bootloader()")]
    assert drive[1] == [path.read_bytes()]


def test_a_pico_is_not_given_what_is_for_another_chip(drive, tmp_path, capsys):
    path = tmp_path / "RPI_PICO2_W.uf2"
    path.write_bytes(images.uf2("RP2350"))
    assert program.main(["--image", str(path)]) == 1
    said = capsys.readouterr().err
    assert f"{path} is for an RP2350, and the board at {drive[0]} is RP2040" in said
    assert list(drive[0].iterdir()) == [drive[0] / "INFO_UF2.TXT"]


def test_a_drive_that_stays_did_not_take_it(drive, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(uf2, "AWAY", 0.3)
    path = tmp_path / "x.uf2"
    path.write_bytes(images.uf2())
    image = uf2.read(path)
    found = image._replace(data=image.data[:-512])  # what the drive does not take for whole
    with pytest.raises(Stop, match="did not restart"):
        uf2.write(drive[0], found)


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda d: d[:-512], "is damaged or was not downloaded"),
        (lambda d: d[:-100], "is damaged or was not downloaded"),
        (lambda d: d[:512] * 300, "is damaged or was not downloaded"),
        (lambda d: b"<html>", "is no UF2 file"),
        (lambda d: images.uf2(family=0xADA52840), "is not for a Pico W or a Pico 2 W"),
        (lambda d: images.uf2(version=b"1.25.0"), "has MicroPython v1.25.0"),
    ],
)
def test_files_that_a_pico_does_not_get(tmp_path, spoil, said):
    path = tmp_path / "image.uf2"
    path.write_bytes(spoil(images.uf2()))
    with pytest.raises(Stop) as stop:
        uf2.read(path)
    assert said in str(stop.value)


def test_no_board_at_all(monkeypatch, capsys):
    monkeypatch.setattr(uf2, "places", lambda: [])
    monkeypatch.setattr("tools.deploy.board.mpremote", lambda *args: (True, []))
    assert program.main([]) == 1
    assert "hold the BOOTSEL" in capsys.readouterr().err


# --- micropython.org ----------------------------------------------------------------------------
PAGE = """<a href="/resources/firmware/{0}-20251209-v1.27.0.{1}">v1.27.0</a>
<a href="/resources/firmware/{0}-20260406-v1.28.0.{1}">v1.28.0</a>
<a href="/resources/firmware/{0}-20260501-v1.29.0-preview.10.g1234567.{1}">preview</a>"""


@pytest.fixture
def site():
    """A copy of micropython.org in miniature: (its URL, the paths that were asked for)."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            board = self.path.strip("/").split("/")[-1]
            name, kind = ("RPI_PICO_W", "uf2") if "PICO" in board else ("ESP32_GENERIC", "bin")
            data = images.uf2() if kind == "uf2" else images.esp()
            if self.path.startswith("/download/"):
                data = PAGE.format(name, kind).encode()
            elif "short" in asked:
                data = data[:-100]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("chip, name", [
    ("ESP32", "ESP32_GENERIC-20260406-v1.28.0.bin"), ("RP2040", "RPI_PICO_W-20260406-v1.28.0.uf2"),
])  # fmt: skip
def test_the_newest_release_is_downloaded_once(site, tmp_path, chip, name):
    url, asked = site
    for _ in range(2):
        path = download.current(chip, tmp_path / "kept", site=url)
        assert path == tmp_path / "kept" / name
    assert len(asked) == 3  # the page twice, the file once
    assert (uf2 if chip == "RP2040" else esp_image).read(path).chip == chip


def test_without_internet_the_file_can_be_named(tmp_path):
    with pytest.raises(Stop, match="name it by IMAGE=file"):
        download.current("ESP32", tmp_path, site="http://127.0.0.1:9/")
    assert list(tmp_path.iterdir()) == []
