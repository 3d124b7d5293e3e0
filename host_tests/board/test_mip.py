"""The lines of docs/own_program.md that install the library with mpremote."""

import json

import pytest

from tools.deploy import Stop
from tools.deploy.board import call
from tools.package import LIB, compile_library, package

TRY = """
import sys
sys.path.append('/lib')
from snowplow_tracker import Emitter, Tracker
Tracker('ns', Emitter('c', protocol='http'), app_id='a').track_struct_event('c', 'a', value='x')
"""


def test_mpremote_mip_installs_the_library_from_a_checkout(board):
    call(board.port, "mip", "install", "--target", "/lib", str(LIB / "package.json"))
    files = board.files()
    for path, _ in package()["urls"]:
        assert files["/lib/" + path] == (LIB / path).read_bytes()
    script = "import sys; sys.path.append('/lib'); import snowplow_tracker as s; print(s.Tracker)"
    assert "Tracker" in call(board.port, "exec", script)[-1]


def test_mpremote_mip_installs_the_compiled_library(board, compiler, tmp_path):
    folder = compile_library(tmp_path / "mpy")
    call(board.port, "mip", "install", "--target", "/lib", str(folder / "package.json"))
    files = board.files()
    wanted = {path[:-2] + "mpy" for path, _ in package()["urls"]}
    assert {"/lib/" + path for path in wanted} == set(files)
    assert all(files["/lib/" + path] == (folder / path).read_bytes() for path in wanted)
    assert json.loads((folder / "package.json").read_text())["version"] == package()["version"]
    with pytest.raises(Stop, match="ValueError: .*value"):
        call(board.port, "exec", TRY)
    assert b'  File "tracker", line ' in board.output
