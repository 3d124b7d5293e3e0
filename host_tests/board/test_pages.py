"""Somebody who follows the pages: from the example config by `make deploy` to a chart."""

import json
import sqlite3
import time
from contextlib import closing

import tools.deploy.__main__ as deploy
from host_tests.documentation.pages import whole_files
from tools.demo import Collector
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
        end = time.monotonic() + 40
        while not [n for _, quantity, n in readings(collector) if quantity == "pips" and n > 1]:
            assert time.monotonic() < end, board.output[-2000:]
            time.sleep(0.2)
        assert b"sensors: dice" in board.output
    finally:
        collector.stop()
