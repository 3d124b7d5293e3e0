"""`make dist`: same sources, same bytes; nothing of the user's; and what it makes works."""

import functools
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import tarfile

import pytest

import tools.deploy.board
from host_tests.outside import Handler, serving
from tools.demo import Collector
from tools.deploy import ROOT
from tools.deploy.board import call, restart
from tools.dist import __main__ as program
from tools.dist import released, seconds_of, sources
from tools.dist.sources import TOP
from tools.package import package, version
from tools.release.image import modules_of

pytestmark = pytest.mark.usefixtures("compiler")
SECRETS = {
    "config.json": "hunter22", "config.json.new": "hunter22", "config/bed1.json": "hunter22",
    "release.pem": "PRIVATE KEY", "tools/own.key": "PRIVATE KEY", "events.db": "reading",
    "build/demo/config.json": "hunter22", ".venv/x.py": "venv", "lib/__pycache__/a.py": "cache",
    "notes.txt": "my network is hunter22", "tools/.env": "hunter22",
    "firmware/config.json": "hunter22",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory, compiler):
    """What `make dist` makes of this project."""
    folder = tmp_path_factory.mktemp("dist") / "dist"
    program.make(folder)
    return folder


@pytest.fixture
def project(image_tree):
    """The small project of the other tests, with all that a release is made of."""
    for name in (".gitignore", "LICENSE", "lib/manifest.py", "firmware/config.schema.json",
                 "firmware/config.example.json"):  # fmt: skip
        shutil.copy(ROOT / name, image_tree / name)
    (image_tree / "lib/snowplow_tracker/__init__.py").write_text('__version__ = "1.2.3"\n')
    (image_tree / "CHANGELOG.md").write_text("# Log\n\n## Unreleased\n\n## 1.2.3 - 2026-02-28\n")
    (image_tree / "tools").mkdir()
    (image_tree / "tools/run").write_text("#!/bin/sh\n")
    (image_tree / "tools/run").chmod(0o755)
    for name, text in SECRETS.items():
        (image_tree / name).parent.mkdir(parents=True, exist_ok=True)
        (image_tree / name).write_text(text)
    return image_tree


def files(path):
    """{path in the archive: TarInfo and bytes}, without the folder that all of it is in."""
    with tarfile.open(path) as tar:
        found = {i.name: (i, tar.extractfile(i).read()) for i in tar if i.isfile()}
    (folder,) = {name.partition("/")[0] for name in found}
    assert folder == path.name.removesuffix(".tar.gz")
    return {name.partition("/")[2]: it for name, it in found.items()}


def all_bytes(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def git(root, *arguments):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    return subprocess.run(
        ["git", *who, *arguments], cwd=root, env=env, check=True, capture_output=True
    )


@pytest.mark.skipif(not shutil.which("git"), reason="no git on this machine")
def test_the_same_sources_give_the_same_bytes_with_git_and_without(project, tmp_path):
    notes = program.make(tmp_path / "plain", project)
    assert notes == []
    for path in project.rglob("*"):  # a clone has other times and another umask
        if path.is_file():
            os.utime(path, (1, 1))
            path.chmod(path.stat().st_mode | 0o020)
    git(project, "init", "-q")
    git(project, "add", *(name for name in TOP if (project / name).exists()))
    git(project, "commit", "-qm", "all")
    notes = program.make(tmp_path / "git", project)
    assert notes == ["not in the archive, since git does not track them: notes.txt"]
    assert all_bytes(tmp_path / "plain") == all_bytes(tmp_path / "git")
    found = files(tmp_path / "git/snowplow-micropython-1.2.3.tar.gz")
    assert found["tools/run"][0].mode == 0o755 and found["LICENSE"][0].mode == 0o644
    assert {info.mtime for info, _ in found.values()} == {1772236800}  # that day, in UTC
    assert {(info.uid, info.gid, info.uname) for info, _ in found.values()} == {(0, 0, "")}
    (project / "LICENSE").write_text("mine")
    assert "as they are: LICENSE" in program.make(tmp_path / "git", project)[0]
    (project / "LICENSE").unlink()
    with pytest.raises(ValueError, match="LICENSE: git tracks it, and it is not there"):
        program.make(tmp_path / "git", project)
    assert (tmp_path / "git/SHA256SUMS").exists()  # what was made before


@pytest.mark.skipif(not shutil.which("git"), reason="no git on this machine")
@pytest.mark.parametrize("name", ["lib/snowplow_tracker/mine.py", "firmware/on_demand/mine.py"])
def test_what_git_does_not_track_is_not_compiled(project, tmp_path, name):
    git(project, "init", "-q")
    git(project, "add", *(name for name in TOP if (project / name).exists()))
    git(project, "commit", "-qm", "all")
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("PASSWORD = 'hunter22'\n")
    with pytest.raises(ValueError, match=f"{name}: it would be public"):
        program.make(tmp_path / "dist", project)
    assert not (tmp_path / "dist").exists()


def test_nothing_of_the_users_is_in_it(project, tmp_path):
    program.make(tmp_path / "dist", project)
    for path in (tmp_path / "dist").glob("*.tar.gz"):
        found = files(path)
        assert not {*SECRETS} & {*found}, path
        whole = b"".join(data for _, data in found.values())
        assert b"hunter22" not in whole and b"PRIVATE KEY" not in whole
    assert not any(b"hunter22" in data for data in all_bytes(tmp_path / "dist").values())


def test_a_folder_that_is_not_of_an_earlier_one_is_left_alone(project, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="mine: it has other files"):
        program.make(tmp_path / "mine", project)
    assert (tmp_path / "mine/thesis.txt").exists()


def test_what_is_not_ready_is_refused_with_what_to_do(project, tmp_path, monkeypatch, capsys):
    log = project / "CHANGELOG.md"
    for text, words in (
        ("## 1.2.2 - 2026-02-28\n", "CHANGELOG.md is at 1.2.2, .* at 1.2.3"),
        ("## 1.2.3 - unreleased\n", "write the day of the release"),
        ("nothing", "expected a heading such as"),
    ):
        log.write_text(text)
        with pytest.raises(ValueError, match=words):
            program.make(tmp_path / "dist", project)
    assert not (tmp_path / "dist").exists()
    monkeypatch.setattr(program, "released", lambda root: ("0", ""))
    assert program.main(["--folder", str(tmp_path / "dist")]) == 1
    assert capsys.readouterr().err.startswith("dist: CHANGELOG.md is at 0")


def test_all_of_a_clone_is_in_the_archive():
    found = {entry.path for entry in sources.sources(ROOT)[0]}
    assert {"Makefile", ".gitignore", ".github/workflows/ci.yml", "docs/index.md"} <= found
    assert {path.partition("/")[0] for path in found} == set(TOP)


def test_checksums_and_names(made):
    number = version()
    names = {f"snowplow-{n}-{number}.tar.gz" for n in ("micropython", "tracker-mip", "firmware")}
    lines = (made / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1] for line in lines} == names
    for folder in (made, made / "mip"):
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    in_folder = {str(path): data for path, data in all_bytes(made / "mip").items()}
    packed = files(made / f"snowplow-tracker-mip-{number}.tar.gz")
    assert {name: data for name, (_, data) in packed.items()} == in_folder
    assert released(ROOT)[0] == number and seconds_of(released(ROOT)[1])


@pytest.mark.parametrize("kind", ("py", "mpy"))
def test_mip_installs_it_from_a_server_and_it_works(made, vm_program, tmp_path, kind):
    class Files(Handler, http.server.SimpleHTTPRequestHandler):
        pass

    with serving(functools.partial(Files, directory=made / "mip")) as server:
        script = (
            f"import mip; mip.install('{server.url}/{kind}/package.json', target='{tmp_path}')\n"
            f"import sys; sys.path.insert(0, '{tmp_path}')\n"
            "import snowplow_tracker as s\n"
            "print(s.__version__, s.Tracker('ns', s.Emitter('c', protocol='http'), app_id='a'))"
        )
        done = subprocess.run(
            [vm_program, "-X", "heapsize=96wk", "-c", script], capture_output=True, text=True,
            timeout=300, cwd=tmp_path, env={**os.environ, "MICROPYPATH": ".frozen"},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{version()} <Tracker" in done.stdout
    there = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert there == {path[:-2] + kind for path, _ in package()["urls"]}


def test_a_board_runs_the_bundle_as_its_readme_says(made, board, tmp_path, monkeypatch):
    monkeypatch.setattr(tools.deploy.board, "SILENCE", 600)  # cp of the image says nothing
    (path,) = made.glob("snowplow-firmware-*.tar.gz")
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    bundle = tmp_path / path.name.removesuffix(".tar.gz")
    image = (bundle / "board/releases/a.img").read_bytes()
    assert len(modules_of(image)) > 200
    example = json.loads((bundle / "config.example.json").read_text())
    assert example["collector"]
    collector = Collector(tmp_path / "events.db", 0, ("--iglu", "none", "--quiet"))
    try:
        config = {"collector": collector.url, "app_id": "garden", "send_seconds": 1}
        (bundle / "config.json").write_text(json.dumps(config))
        readme = (bundle / "README.md").read_text()
        commands = [line.split()[1:] for line in readme.splitlines() if "    mpremote cp " in line]
        assert len(commands) == 2
        for words in commands:
            words = [str(bundle / w) if (bundle / w).exists() else w for w in words]
            call(board.port, *words)
        since = len(board.output)
        restart(board.port)
        board.wait_for(b"first event accepted", since, seconds=180)
    finally:
        collector.stop()
    assert b"Traceback" not in board.output[since:]
    state = json.loads(board.files()["/releases/state.json"])
    assert state["run"] == "a" and state["deployed"][1] == hashlib.sha256(image).hexdigest()[:16]
    assert board.files()["/releases/a.img"] == image
