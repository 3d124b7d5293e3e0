"""Types, by mypy on each port and by stubtest.

The type stubs of each port lie in `<venv>/stubs/<port>`: modules of the same names, with other
content. A port's run leaves out the files of other ports. Code in an `except ImportError:` is
CPython's, so errors there do not count.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
from pathlib import Path

from tools.check.sources import fallbacks, parsed, python_files

STUBS = Path(sys.prefix) / "stubs"
ALLOWLIST = Path(__file__).with_name("stubtest_allowlist.txt")
# The files in boards/ that each port does not load.
OTHER_PORTS = {
    "esp32": {"rp2.py", "unix.py"},
    "rp2": {"esp32.py", "esp32_adc.py", "esp32_wake.py", "unix.py"},
}


def type_errors(root, stubs=STUBS):
    """mypy's errors on all ports, each once, with the ports that have it.

    A module that has a .pyi is checked by itself; what imports it is checked against its .pyi.
    """
    jobs = []
    for port in OTHER_PORTS:
        paths = [
            path
            for path in python_files(root)
            if not (path.startswith("boards/") and path.split("/")[-1] in OTHER_PORTS[port])
        ]
        stubbed = [path for path in paths if (root / (path + "i")).exists()]
        others = [path + "i" if path in stubbed else path for path in paths]
        jobs += [(port, port, others), (port, port + "-stubbed", stubbed)]
    found = {}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for port, lines in pool.map(lambda job: (job[0], _mypy(root, stubs, *job)), jobs):
            for line in lines:
                ports = found.setdefault(line.replace(": error:", ":"), [])
                if port not in ports:
                    ports.append(port)
    return [f"{line} ({', '.join(ports)})" for line, ports in found.items()]


def _mypy(root, stubs, port, cache, files):
    typeshed = stubs / port
    if not (typeshed / "stdlib" / "VERSIONS").exists():
        return [f"{typeshed}: no type stubs there; `make check` installs them"]
    if not files:
        return []
    path = [str(typeshed), str(root / "lib"), str(root / "boards/boot"), str(root)]
    run = _run(
        root,
        [
            "mypy", "--config-file=", "--no-site-packages",
            "--custom-typeshed-dir", str(typeshed), "--platform", port,
            "--follow-imports=silent", "--check-untyped-defs",
            # On a board a name is used again where another would cost memory.
            "--allow-redefinition",
            # Neither says that something is wrong, only that mypy needs an annotation.
            "--disable-error-code=var-annotated", "--disable-error-code=has-type",
            "--namespace-packages", "--explicit-package-bases",
            "--no-error-summary", "--hide-error-context",
            "--cache-dir", str(root / "build" / "mypy" / cache), *files,
        ],
        MYPYPATH=os.pathsep.join(path),
    )  # fmt: skip
    if run.returncode not in (0, 1):  # mypy itself failed
        return [line for line in (run.stdout + run.stderr).splitlines() if line]
    # The stubs have errors of their own, which are not ours to correct.
    ours = [line for line in run.stdout.splitlines() if line.startswith(tuple(files))]
    return [line for line in ours if ": error:" in line and not _in_fallback(root, line)]


def _in_fallback(root, message):
    path, line = re.match(r"(.*?):(\d+):", message).groups()
    return int(line) in fallbacks(parsed(root / path)[1])[1]


def stub_errors(root, allowlist=ALLOWLIST):
    """What stubtest finds that differs between the library's types and the library itself.

    It imports the library on CPython, with the fakes of boards' modules.
    """
    if not (root / "lib" / "snowplow_tracker").exists():
        return []
    path = os.pathsep.join(str(root / folder) for folder in ("lib", "host_tests/fakes"))
    config = root / "build" / "stubtest.ini"
    config.parent.mkdir(exist_ok=True)
    # type_errors() reports type errors, by the stubs of the ports.
    config.write_text("[mypy]\nignore_errors = True\n", encoding="utf-8")
    run = _run(
        root,
        [
            "mypy.stubtest", "--concise", "--mypy-config-file", str(config),
            "--allowlist", str(allowlist), "snowplow_tracker",
        ],
        MYPYPATH=path, PYTHONPATH=path,
    )  # fmt: skip
    if run.returncode == 0:
        return []
    return ["stubtest: " + line for line in (run.stdout + run.stderr).splitlines() if line]


def _run(root, arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=root, env={**os.environ, **environment}, capture_output=True, text=True,
    )  # fmt: skip
