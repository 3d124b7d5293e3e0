"""The library as mip installs it and as firmware freezes it."""

import functools
import http.server

import pytest

from host_tests.outside import Handler, serving
from tools.engine import ROOT
from tools.package import LIB, package, text


@pytest.fixture
def served():
    """lib/ over HTTP on loopback, as mip fetches from any server: its address."""

    class Files(Handler, http.server.SimpleHTTPRequestHandler):
        pass

    with serving(functools.partial(Files, directory=LIB)) as server:
        yield server.url


def test_package_json_lists_the_library_as_it_is():
    assert (LIB / "package.json").read_text(encoding="utf-8") == text(), (
        "run: .venv/bin/python -m tools.package"
    )


def test_mip_installs_all_of_it_and_it_works(vm, served, tmp_path):
    install = f"import mip; mip.install('{served}/package.json', target='{tmp_path}')"
    done = vm.run("-c", install)
    assert done.returncode == 0, done.stdout + done.stderr
    for path, _ in package()["urls"]:
        assert (tmp_path / path).read_bytes() == (LIB / path).read_bytes()
    vm.env["MICROPYPATH"], path = f".frozen:{tmp_path}", vm.env["MICROPYPATH"]
    try:
        script = ROOT / "host_tests" / "bench" / "scripts" / "core.py"
        done = vm.run(script)
    finally:
        vm.env["MICROPYPATH"] = path
    assert done.returncode == 0 and "tracker.py" in done.stdout, done.stderr


def test_manifest_names_the_same_version_and_package():
    said = {}

    def metadata(**facts):
        said.update(facts)

    source = (LIB / "manifest.py").read_text(encoding="utf-8")
    exec(source, {"metadata": metadata, "package": said.setdefault})
    assert said["version"] == package()["version"]
    assert "snowplow_tracker" in said
