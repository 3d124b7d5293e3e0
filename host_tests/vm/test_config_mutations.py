"""Random mistakes in configs of all boards: each config is refused with its place and what is
expected, or it boots, on the real MicroPython VM.

A boot is main.py with all of the firmware, on a fresh littlefs and a simulated board with the
chips of the config, for 5 seconds of its time (one in ten: 70, which is with the first report of
its health) or, in the mode battery, four wakes. See bulkboot.py for what it has not: the heap is
larger than a board's, and requests end above the sockets.
"""

import json
import os
import random
import re
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

from host_tests.bench.firmware import compile_fakes
from host_tests.configs import Mutations, bases
from tools.deploy import compiled, files, presets

COUNT = 10000
PROCESSES = 2
BULKBOOT = Path(__file__).with_name("bulkboot.py")
ENDS = ("stopped", "deep")  # and none of: reset, watchdog, hangs, uncaught
NOTE = re.compile(r"^(config\.json: \S+ is now called \S+\n)+")  # it is accepted
# The file, and either what is wrong with all of it, or a key and what is expected of it.
REFUSAL = re.compile(
    r"^config\.json: (not valid JSON: \S|not UTF-8 text\. Save|too long, or|expected a JSON object"
    r"|unknown keys?[ ,].{8,}|\S.*?(: | is missing: | needs? | is now called ).{8,})",
    re.DOTALL,
)


@pytest.fixture(scope="module")
def board(compiler, tmp_path_factory):
    """The folder of a board with all drivers and links, and certificates.

    It has no portal, whose servers would be those of this machine.
    """
    folder = tmp_path_factory.mktemp("board")
    found = [f for f in files() if f[1] != "/firmware/on_demand/provision.py"]
    for source, path in compiled(found, folder):
        target = folder / path[1:]
        if source != target:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (folder / "fakes").mkdir()
    compile_fakes(folder / "fakes")
    certificate = trustme.CA().cert_pem.bytes().decode()
    (folder / "root.der").write_bytes(ssl.PEM_cert_to_DER_cert(certificate))
    return folder


@pytest.fixture
def boot(vm, board):
    """boot([(chip, seconds, bytes of config.json)]) -> [(console, how each boot ended, events)]"""

    def run(configs):
        lines = [
            json.dumps(["rp2" if chip[:2] == "RP" else "esp32", chip, seconds, data.hex()])
            for chip, seconds, data in configs
        ]
        found = subprocess.run(
            [vm.program, "-X", "heapsize=8M", str(BULKBOOT)],
            cwd=board,
            env=dict(os.environ, MICROPYPATH="fakes:.frozen:lib:."),
            input="".join(line + "\n" for line in lines).encode(),
            capture_output=True,
            timeout=3600,  # of a VM that hangs
        )
        parts = re.split(r"^@ (.*)\n", found.stdout.decode(errors="replace"), flags=re.MULTILINE)
        booted = [(parts[i], *json.loads(parts[i + 1])) for i in range(0, len(parts) - 1, 2)]
        assert len(booted) == len(lines), parts[-1][-2000:] + found.stderr.decode()[-2000:]
        return booted

    return run


def test_good_configs_boot_and_send(boot):
    configs = [presets.apply(config) for config in bases().values()]
    asked = [(chip or "ESP32", 5, json.dumps(config).encode()) for config, chip in configs]
    for name, (console, ends, events) in zip(bases(), boot(asked), strict=True):
        assert set(ends) <= set(ENDS), name + console
        # A modem, and Ethernet on a chip with none, have no link so soon.
        assert events or "stopped: tracked" in console, name + console


def test_mutations_are_refused_or_boot(boot, closing_line):
    mutations = Mutations(random.Random(20261127))
    made = [mutations.text() for _ in range(COUNT)]
    asked = [(chip, 70 if i % 10 == 0 else 5, data) for i, (_, data, chip) in enumerate(made)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        parts = list(pool.map(boot, [asked[i::PROCESSES] for i in range(PROCESSES)]))
    wrong = []
    crashes = loops = accepted = 0
    for i, (name, data, _) in enumerate(made):
        console, ends, _ = parts[i % PROCESSES][i // PROCESSES]
        if ends == ["refused"]:
            said = NOTE.sub("", console)
            good = REFUSAL.match(said) and "Traceback" not in said
        else:
            bad = [end for end in ends if end not in ENDS]
            good = not bad
            accepted += 1
            crashes += bool(bad)
            loops += len(bad) == len(ends) > 1
        if not good:
            wrong.append(f"{i}, {name}, {ends}: {data!r}\n{console}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:5])
    assert accepted > COUNT / 10
    closing_line(f"configs: {COUNT} mutations, {crashes} crashes, {loops} boot loops")
