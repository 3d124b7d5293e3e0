"""Somebody who follows the pages: from the example config by `make deploy` to a chart."""

import importlib.util
import json
import re
import shlex
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

import images
import pytest
from esp_board import EspBoard

import tools.deploy.__main__ as deploy
from host_tests.documentation.pages import blocks, whole_files
from tools.demo import Collector
from tools.dist.sources import sources
from tools.engine import ROOT


def readings(collector):
    """(board, quantity, number of points) of each chart on the collector's page."""
    with closing(sqlite3.connect(collector.database)) as database:
        return database.execute(
            "SELECT board, quantity, count(*) FROM series JOIN readings ON series = id "
            "GROUP BY 1, 2"
        ).fetchall()


def test_from_the_example_to_a_chart(board, compiler, tmp_path, capsys):
    # What docs/start.md says to fill in; the VM has no Wi-Fi and no I2C, but it has a module.
    config = json.loads((ROOT / "firmware" / "config.example.json").read_text())
    for key in ("wifi", "buses", "sensors", "$schema"):
        del config[key]
    collector = Collector(tmp_path / "events.db", 0, ("--iglu", "none"))
    try:
        config.update(collector=collector.url, app="my_app", send_seconds=1, track=["errors"])
        config["triggers"] = [{"when": "every", "seconds": 1}]
        path = tmp_path / "config.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        for name, text in whole_files().items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        code = deploy.main(["--port", board.port, "--config", str(path)])
        assert code == 0, capsys.readouterr()
        end = time.monotonic() + 120
        while not [n for _, quantity, n in readings(collector) if quantity == "pips" and n > 1]:
            assert time.monotonic() < end, board.output[-2000:]
            time.sleep(0.2)
        assert b"sensors: dice" in board.output
    finally:
        collector.stop()


class Clone:
    """The project as somebody gets it, in an empty folder; `run` is what its pages say to type."""

    def __init__(self, folder):
        self.folder = folder
        for entry in sources(ROOT)[0]:
            (folder / entry.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / entry.path).write_bytes(entry.data)

    def command(self, line, **options):
        """The shell's line that a `make` line comes to, without what it installs first. options:
        what somebody here has to add, such as the port of a board that is not on USB."""
        words = [word for word in line if word.partition("=")[0] not in options]
        words += [f"{key}={value}" for key, value in options.items()]
        done = subprocess.run(
            ["make", "-n", f"VENV={sys.prefix}", *words[1:]], cwd=self.folder, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        lines = done.stdout.replace("\\\n", " ").splitlines()
        (found,) = [text for text in lines if " -m tools." in text]
        return found

    def run(self, line, typed="", **options):
        """Run it to its end; returns what it printed."""
        done = subprocess.run(
            self.command(line, **options), shell=True, cwd=self.folder, input=typed, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, timeout=400,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}: {done.stdout}"
        return done.stdout


@pytest.mark.skipif(
    not importlib.util.find_spec("esptool"), reason="no esptool here: `make flash` installs it"
)
def test_the_commands_of_the_page_start_lead_from_a_blank_board_to_readings(
    tmp_path, compiler, vm_program
):
    """It takes long, since it is all of the page, each command as its own process."""
    lines = [
        shlex.split(text, comments=True)
        for block in blocks("sh") if block.page == "docs/start.md"
        for text in block.text.splitlines()
    ]  # fmt: skip
    assert [line[1] for line in lines] == [
        "setup", "flash", "collector", "provision", "scan", "deploy"
    ]  # fmt: skip
    _, flash, collect, provision, scan, bring = lines  # setup: host_tests/browser
    clone = Clone(tmp_path / "clone")
    (tmp_path / "usb").mkdir()
    image = tmp_path / "ESP32_GENERIC.bin"
    image.write_bytes(images.esp())
    collector = subprocess.Popen(
        "exec " + clone.command(collect, LISTEN="127.0.0.1", PORT=0, ARGS="--iglu none"),
        shell=True, cwd=clone.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        url = re.search(r"http://[^/\s]+", collector.stdout.readline())[0]
        with EspBoard(tmp_path / "usb") as board:
            said = clone.run(flash, PORT=board.port, IMAGE=image)
            assert "Done. The board has MicroPython" in said
            answers = ["esp32_devkitc", "bed1", "Hall", "correct horse", url, ""]
            said = clone.run(provision, "\n".join(answers) + "\n")
            assert "correct horse" not in said and f"A collector answers at {url}" in said
            config = json.loads((clone.folder / "config.json").read_text())
            assert config["wifi"] == {"ssid": "Hall", "password": "correct horse"}
            clone.run(scan, PORT=board.port)
            # The VM has neither Wi-Fi nor the pins of that board, and here is no Iglu Central.
            for key in ("wifi", "board"):
                del config[key]
            config.update(send_seconds=1, sample_seconds=1, track=["errors"])
            (clone.folder / "config.json").write_text(json.dumps(config))
            assert "Accepted the first event" in clone.run(bring, PORT=board.port)
            end = time.monotonic() + 180
            rows = []
            while len(rows) < 2:
                assert time.monotonic() < end, "no readings came"
                time.sleep(0.2)
                with urllib.request.urlopen(url + "/micro/readings?format=jsonl") as answer:
                    rows = [json.loads(row) for row in answer.read().splitlines()]
            assert {row["quantity"] for row in rows} and not {None} & {r["board"] for r in rows}
            with urllib.request.urlopen(url + "/micro/all") as answer:
                assert json.load(answer)["bad"] == 0
    finally:
        collector.terminate()
        collector.communicate()
