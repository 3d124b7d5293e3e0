"""The README's line that installs the library with mpremote."""

from tools.deploy.board import call
from tools.package import LIB, package


def test_mpremote_mip_installs_the_library_from_a_checkout(board):
    call(board.port, "mip", "install", "--target", "/lib", str(LIB / "package.json"))
    files = board.files()
    for path, _ in package()["urls"]:
        assert files["/lib/" + path] == (LIB / path).read_bytes()
    script = "import sys; sys.path.append('/lib'); import snowplow_tracker as s; print(s.Tracker)"
    assert "Tracker" in call(board.port, "exec", script)[-1]
