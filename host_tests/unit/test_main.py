"""What main.py does when it cannot start."""

import json
import runpy
import sys
import types

import pytest

from tools.engine import ROOT

MAIN = str(ROOT / "firmware" / "main.py")


@pytest.mark.parametrize("port", ["esp32", "rp2"])
@pytest.mark.parametrize(
    "text, words", [(None, "config.json: not found"), ("{", "config.json: not valid JSON")]
)
def test_a_board_with_a_bad_config_stays_at_its_repl(
    port, text, words, monkeypatch, tmp_path, capsys
):
    # A SystemExit from main.py is a soft reset on real ports: it would boot for ever.
    monkeypatch.setattr(sys, "platform", port)
    # Without the code of the portal, as after a deploy of a config that has a network.
    monkeypatch.setitem(sys.modules, "firmware.on_demand.provision", None)
    monkeypatch.delattr("firmware.on_demand.provision", raising=False)
    monkeypatch.chdir(tmp_path)
    if text:
        (tmp_path / "config.json").write_text(text)
    runpy.run_path(MAIN)
    assert capsys.readouterr().out.startswith(words)


def test_an_old_micropython_is_refused_with_words(monkeypatch, tmp_path, capsys):
    facts = dict(vars(sys.implementation), name="micropython", version=(1, 25, 0, ""))
    old = types.SimpleNamespace(**facts)
    monkeypatch.setattr(sys, "implementation", old)
    monkeypatch.setattr(sys, "platform", "esp32")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(MAIN)
    said = capsys.readouterr().out
    assert said == "this firmware needs MicroPython 1.26 or newer: flash a newer one\n"


def test_a_computer_with_a_bad_config_exits_with_a_status(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "network", None)  # it has none
    monkeypatch.delitem(sys.modules, "firmware.on_demand.provision", raising=False)
    monkeypatch.delattr("firmware.on_demand.provision", raising=False)
    monkeypatch.delitem(sys.modules, "boards.access_point", raising=False)
    monkeypatch.delattr("boards.access_point", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit:
        runpy.run_path(MAIN)
    assert exit.value.code == 1
    assert capsys.readouterr().out.startswith("config.json: not found")


def test_a_computer_has_no_button_for_a_portal(monkeypatch, tmp_path, capsys):
    from firmware.on_demand.prepare import prepare

    monkeypatch.chdir(tmp_path)
    config = {"collector": "http://127.0.0.1:9", "app_id": "x", "portal_pin": 0}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert prepare()
    assert "portal_pin: pin: this board has none" in capsys.readouterr().out
