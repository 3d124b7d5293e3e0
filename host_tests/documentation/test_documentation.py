"""What the documentation says is so: code runs, links lead somewhere, messages are explained."""
# ruff: noqa: F811

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import urllib.request

import pytest
from peers.conftest import engines, sink  # noqa: F401
from peers.test_judge import assert_good, iglu, verdicts  # noqa: F401

from boards import own_sensor
from firmware.on_demand import remote_config, remote_keys
from host_tests.documentation import messages, pages
from host_tests.vm.conftest import vm  # noqa: F401
from host_tests.vm.test_firmware_vm import collector, fakes, start, until  # noqa: F401
from tools import battery_life, config_page, pins_page
from tools.collector.enrich.iglu import Schemas
from tools.demo import Collector
from tools.deploy.__main__ import check_config
from tools.engine import ROOT

TROUBLE = ROOT / "docs" / "troubleshooting.md"
# What the blocks that are parts of a config refer to.
AROUND = {
    "collector": "http://192.168.1.10:9090",
    "app_id": "garden",
    "wifi": {"ssid": "net", "password": "correct horse"},
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
}
# A request would else fail where the collector stands still for ten seconds.
PATIENT = "from snowplow_tracker import Emitter; Emitter.timeout = 600"
# What was run, for the line that all tests come to.
ran = {}


@pytest.fixture
def own_files(tmp_path, monkeypatch):
    """The files that blocks of a page are, as config.json has them beside it."""
    monkeypatch.setattr(own_sensor, "folder", own_sensor.folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, text in pages.whole_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def programs():
    """{page: its blocks of Python that are no files}, in order."""
    found = {}
    for block in pages.blocks("python"):
        if not pages.OWN_FILE.match(block.text):
            found.setdefault(block.page, []).append(block)
    return found


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_programs_run_and_all_that_they_send_is_good(sink, iglu, tmp_path, engine):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    lines = [PATIENT]
    for number, (page, blocks) in enumerate(programs().items()):
        # The store in RAM holds few of these events.
        flush = "\ntracker.flush()\n" if any("tracker =" in b.text for b in blocks) else "\n"
        program = flush.join(block.text for block in blocks) + flush
        for there, here in (
            ("192.168.1.10", "127.0.0.1"),
            ("9090", str(sink.port)),
            ('Session("/"', f'Session("{tmp_path}"'),
            ('"/events"', f'"{tmp_path}/events"'),
        ):
            program = program.replace(there, here)
        path = tmp_path / f"{number}.py"
        path.write_text(program, encoding="utf-8")
        lines += [f"print({page!r})", f"exec(open({str(path)!r}).read(), {{'__name__': 'page'}})"]
    script = tmp_path / "pages.py"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command, env = engines()[engine]
    run = subprocess.run([*command, script], env=env, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [row for body in sink.bodies for row in verdicts(schemas(tmp_path, iglu), body)]
    assert_good(rows)
    sent = b"".join(sink.bodies).decode()
    for name in ("soil", "bed", "screen_end", "button_click", "refund", "end_event"):
        assert "/" + name + "/" in sent
    for blocks in programs().values():
        ran.update({block.place: True for block in blocks})


def schemas(folder, iglu):
    """Iglu Central's schemas, and those of com.example that pages name."""
    for name in ("soil", "bed"):
        path = folder / "com.example" / name / "jsonschema" / "1-0-0"
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"vendor": "com.example", "name": name, "format": "jsonschema", "version": "1-0-0"}
        path.write_text(json.dumps({"self": about}))
    return Schemas([folder, iglu])


def test_the_program_of_the_readme_runs_as_it_is(tmp_path):
    (block,) = [block for block in pages.blocks("python") if block.page == "README.md"]
    collector = Collector(tmp_path / "events.db", 0, ("--iglu", "none"))
    try:
        program = f"{PATIENT}\n" + block.text.replace("9090", collector.url.rpartition(":")[2])
        env = engines()["cpython"][1]
        run = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120
        )
        assert run.stdout == "all sent: True\n", run.stdout + run.stderr
        with urllib.request.urlopen(collector.url + "/micro/all") as answer:
            assert json.load(answer) == {"total": 3, "good": 3, "bad": 0}
    finally:
        collector.stop()


def test_configs_are_accepted(own_files):
    keys = set(json.loads((ROOT / "firmware/config.schema.json").read_text())["properties"])
    for block in pages.blocks("json"):
        text = block.text.strip().replace("my network", "net")  # which is the example's
        data = json.loads(text if text[0] == "{" else "{" + text + "}")
        if "configurationBundle" in data:
            changes, ignored = remote_keys.changes_of(remote_config.parse(text), "firmware")
            assert changes and not ignored, block.place
        else:
            if text[0] != "{":
                data = data if set(data) <= keys else {"sensors": data}
                data = {key: {**AROUND.get(key, {}), **value} if key in ("buses", "sensors")
                        else value for key, value in {**AROUND, **data}.items()}
            path = own_files / "config.json"
            path.write_text(json.dumps(data), encoding="utf-8")
            check_config(path, own_files)
        ran[block.place] = True


def test_a_driver_and_a_module_of_ones_own_work_in_the_firmware(start, tmp_path):
    config = {}
    for block in pages.blocks("json"):
        if block.page == "docs/own_sensor.md":
            config.update(json.loads("{" + block.text + "}"))
    config["triggers"][0]["seconds"] = 1
    (tmp_path / "board").mkdir()
    for name, text in pages.whole_files().items():
        (tmp_path / "board" / name).write_text(text, encoding="utf-8")
    board, collected = start("esp32", [["i2c", 0x23, "chips", "Chip"]], **config)

    def readings(name):
        return [r["readings"] for r in collected.of("sensor_reading") if r["sensor"] == name]

    until(lambda: readings("window") and readings("dice"), board)
    (tmp_path / "board" / "edge_14_0").write_text("")
    until(lambda: collected.said("door", "knock"), board)
    assert readings("window")[0] == [{"quantity": "illuminance", "unit": "lx", "value": 0}]
    ran.update({b.place: True for b in pages.blocks("python") if pages.OWN_FILE.match(b.text)})


def make_names():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*##", text, re.M))


def check_make(line, folder):
    """A target with options, each of which must reach what it runs."""
    words = [word for word in line if "=" not in word]
    assert len(words) == 2 and words[1] in make_names(), line
    run = subprocess.run(
        ["make", "-n", f"VENV={sys.prefix}", *line[1:]],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for word in line[2:]:
        key, _, value = word.partition("=")
        flag = "--" + key.lower().replace("_", "-")
        assert value in run.stdout or flag in run.stdout, f"make {words[1]} does not use {word}"


def check_openssl(line, folder):
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine")
    trustme = pytest.importorskip("trustme")
    trustme.CA().cert_pem.write_to_path(str(folder / "root.pem"))
    subprocess.run(line, cwd=folder, check=True, capture_output=True)
    assert (folder / "root.der").read_bytes()[:2] == b"\x30\x82"


def check_curl(line, folder):
    url = (folder / "url").read_text()
    line = [word.replace("http://127.0.0.1:9090", url) for word in line]
    subprocess.run(["curl", "-fsS", *line[1:]], check=True, capture_output=True, timeout=120)


def check_python(line, folder):
    (folder / "build").mkdir()
    sqlite3.connect(folder / "build" / "collector.db").execute("CREATE TABLE events(id)").close()
    subprocess.run([sys.executable, *line[1:]], cwd=folder, check=True, capture_output=True)


def check_mpremote(line, folder):
    # What `mip install` does on a board, host_tests/board/test_mip.py shows.
    assert line[1] in ("mip", "rm", "cp"), line
    for word in line[2:]:
        if "/" in word and word[0] not in ":/" and not word.startswith("build/"):
            assert (ROOT / word).exists(), word


def check_cp(line, folder):
    shutil.copy(ROOT / line[1], folder / line[2])


CHECKS = {
    "make": check_make, "openssl": check_openssl, "curl": check_curl,
    "mpremote": check_mpremote, "cp": check_cp, "python3": check_python,
}  # fmt: skip


@pytest.fixture(scope="module")
def a_collector(tmp_path_factory):
    """The address of a collector for the commands."""
    found = Collector(tmp_path_factory.mktemp("db") / "events.db", 0, ("--iglu", "none"))
    yield found.url
    found.stop()


def test_commands_are_there(tmp_path, a_collector):
    (tmp_path / "url").write_text(a_collector)
    for block in pages.blocks("sh"):
        for text in block.text.splitlines():
            line = shlex.split(text, comments=True)
            if line:
                assert line[0] in CHECKS, f"{block.place}: this test does not know {line[0]}"
                CHECKS[line[0]](line, tmp_path)
        ran[block.place] = True


def test_links_lead_somewhere():
    wrong = []
    for path in [*pages.PAGES, *pages.OTHERS]:
        for target in pages.links(path):
            file, _, anchor = target.partition("#")
            if re.match(r"https?:|mailto:", file):
                continue
            to = (path.parent / file) if file else path
            if not to.exists():
                wrong.append(f"{pages.name(path)}: there is no {target}")
            elif anchor and anchor not in pages.anchors(to):
                wrong.append(f"{pages.name(path)}: {target}: no such heading")
    assert not wrong, "\n".join(wrong)


def test_every_page_is_in_the_index():
    index = {target.partition("#")[0] for target in pages.links(ROOT / "docs" / "index.md")}
    there = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert there <= index


def explained():
    """The messages that the page explains, as regular expressions by what it says."""
    found = {}
    for line in TROUBLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            for span in pages.code_spans(re.split(r"(?<!\\)\|", line)[1]):
                parts = [re.escape(part) for part in span.split("…")]
                found[span] = re.compile(".*".join(parts), re.S)
    return found


def test_messages_are_explained():
    known = explained()
    # One of few letters would explain them all.
    meaningful = [it for span, it in known.items() if len(re.findall("[A-Za-z]", span)) > 2]
    missing = [
        f"{place}: {message}"
        for message, place in messages.messages().items()
        if not any(it.fullmatch(message) for it in meaningful)
    ]
    assert not missing, "not in docs/troubleshooting.md:\n" + "\n".join(missing)


def test_explained_messages_are_in_the_code():
    texts = messages.all_texts()
    there = list(messages.messages())
    for span, pattern in explained().items():
        if any(pattern.fullmatch(message) for message in there):
            continue
        longest = max(span.split("…"), key=len).strip(" :;,")
        assert any(longest in text for text in texts), f"no code says {span!r} any more"


@pytest.mark.parametrize("tool", (config_page, pins_page))
def test_tables_are_those_of_the_code(tool):
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), f"run python -m {tool.__name__}"


def test_the_battery_life_that_the_page_says(tmp_path, capsys):
    page = (ROOT / "docs" / "power.md").read_text(encoding="utf-8")
    config = {
        **AROUND, "mode": "battery", "sample_seconds": 300, "collector": "https://a.example.com",
        "roots": "root.der",
    }  # fmt: skip
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    for more, words in (([], "first says %s days"), (["--asleep-ua", "1000"], "second %s:")):
        assert battery_life.main(["--mah", "2000", "--config", str(path), *more]) == 0
        days = re.search(r"last (\d+) days", capsys.readouterr().out)[1]
        assert words % days in " ".join(page.split())
    health = tmp_path / "health.json"
    health.write_text('{"uptime": 86400, "charge": 8640}')
    assert battery_life.main(["--mah", "2400", "--health", str(health)]) == 0
    assert "average 0.100 mA: 2400 mAh last 1000 days" in capsys.readouterr().out
    path.write_text(json.dumps({**config, "mode": "always_on"}))
    assert battery_life.main(["--mah", "2000", "--config", str(path)]) == 1
    assert "battery" in capsys.readouterr().err


def test_all_code_was_run(closing_line):
    """Runs last: the tests above note what they ran."""
    if not ran:
        pytest.skip("the tests above were not run")
    blocks = pages.blocks("python", "json", "sh")
    left = [block.place for block in blocks if block.place not in ran]
    assert not left
    closing_line(
        f"docs: {len(blocks)} code blocks run, {len(messages.messages())} messages explained, "
        "0 missing"
    )
