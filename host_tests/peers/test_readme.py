"""The programs of the README run, and all that they send is good."""

import re
import subprocess

import pytest

from peers.conftest import engines
from peers.test_judge import assert_good, iglu, verdicts  # noqa: F401
from tools.collector.enrich.iglu import Schemas
from tools.engine import ROOT


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_the_programs_of_the_readme_run(sink, iglu, tmp_path, engine):  # noqa: F811
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    # The store in RAM holds few of these events.
    flush = "\ntracker.flush()\n"
    program = flush.join(re.findall(r"```python\n(.*?)```", readme, re.S)) + flush
    for there, here in (
        ('"192.168.1.10"', '"127.0.0.1"'),
        ("port=9090", f"port={sink.port}"),
        ('Session("/"', f'Session("{tmp_path}"'),
    ):
        assert there in program
        program = program.replace(there, here)
    (tmp_path / "readme.py").write_text(program, encoding="utf-8")
    command, env = engines()[engine]
    script = [*command, str(tmp_path / "readme.py")]
    run = subprocess.run(script, env=env, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    schemas = Schemas([tmp_path, iglu])
    for name in ("soil", "bed"):  # of com.example
        path = tmp_path / "com.example" / name / "jsonschema" / "1-0-0"
        path.parent.mkdir(parents=True)
        path.write_text(
            '{"self": {"vendor": "com.example", "name": "%s", "format": "jsonschema",'
            ' "version": "1-0-0"}}' % name
        )
    rows = [row for body in sink.bodies for row in verdicts(schemas, body)]
    assert_good(rows)
    sent = b"".join(sink.bodies).decode()
    for name in ("screen_end", "button_click", "refund", "consent_granted", "end_event"):
        assert "/" + name + "/" in sent
