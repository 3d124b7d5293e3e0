"""Every fault, on CPython and on the VM in a heap of 64 K: nothing is lost, nothing leaks."""

import asyncio
import datetime
import json
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from host_tests.faults.scenarios import SCENARIOS
from host_tests.faults.wire import Collector, Hurry, NameServer, forward
from tools.engine import ROOT
from tools.package import compile_library

BOARD = Path(__file__).parent / "board.py"
EVENTS = 12
WARM_UP = 1
GAP_MS = 50000  # a busy machine's: what blocks, blocks for ever, or until a limit of 60 s


@pytest.fixture(scope="session")
def mpy(tmp_path_factory, compiler):
    """The library as mip installs it: compiled."""
    return compile_library(tmp_path_factory.mktemp("mpy"))


@pytest.fixture(scope="session", params=["cpython", "vm"])
def engine(request):
    """(name, command, environment) of what plays the board."""
    if request.param == "vm":
        program = request.getfixturevalue("vm_program")
        mpy = request.getfixturevalue("mpy")
        env = dict(os.environ, MICROPYPATH=f".frozen:{mpy}")
        return "vm", [program, "-X", "heapsize=72wk"], env
    path = os.pathsep.join((str(ROOT / "lib"), str(ROOT / "host_tests" / "fakes")))
    return "cpython", [sys.executable, "-W", "error"], dict(os.environ, PYTHONPATH=path)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Server contexts by scenario, and the path of the right root in DER."""
    ca, other = trustme.CA(), trustme.CA()
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    issued = {
        "tls_good": ca.issue_cert("localhost"),
        "tls_wrong_root": other.issue_cert("localhost"),
        "tls_wrong_host": ca.issue_cert("elsewhere.example"),
        "tls_expired": ca.issue_cert("localhost", not_before=now - 9 * day, not_after=now - day),
        "tls_not_yet_valid": ca.issue_cert(
            "localhost", not_before=now + day, not_after=now + 9 * day
        ),
        "tls_1_3_only": ca.issue_cert("localhost"),
    }
    contexts = {}
    for name, certificate in issued.items():
        context = contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
    contexts["tls_1_3_only"].minimum_version = ssl.TLSVersion.TLSv1_3
    contexts["tls_self_signed"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    self_signed = trustme.CA()  # its own certificate, not one that it signed
    pem = tmp_path_factory.mktemp("self") / "self.pem"
    self_signed.private_key_pem.write_to_path(str(pem))
    self_signed.cert_pem.write_to_path(str(pem), append=True)
    contexts["tls_self_signed"].load_cert_chain(pem)
    root = tmp_path_factory.mktemp("roots") / "root.der"
    ders = [ssl.PEM_cert_to_DER_cert(x.cert_pem.bytes().decode()) for x in (trustme.CA(), ca)]
    root.write_bytes(b"".join(ders))  # two in a row, the right one last
    return contexts, str(root)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def play(scenario, engine, certificates, hurry):
    """Run the scenario's servers and the board; -> (what the board saw, the collectors)."""
    contexts, root = certificates
    told = {"events": EVENTS, "batch_size": 4, "hurry": hurry.path, **scenario.board}
    collectors = []
    server = None

    async def serve(*args, **kwargs):
        collector = Collector(*args, **kwargs, hurry=hurry)
        collectors.append(await collector.start(receive=scenario.receive))
        return collectors[-1]

    try:
        if scenario.tls:
            good = await serve(ssl=contexts["tls_good"], judge=scenario.judge)
            bad = await serve(ssl=contexts[scenario.tls])
            cut = getattr(scenario, "proxy", forward)
            wrong = scenario.plan[1:] or [forward(bad.port)] * 2
            wrong = [cut(good.port) if step == "proxy" else step for step in wrong]
            front = await serve([forward(good.port), *wrong, *[forward(good.port)] * 40])
            told["options"] = {"roots": root}
            url = f"https://localhost:{front.port}{scenario.path}"
        elif hasattr(scenario, "proxy"):
            good = await serve(judge=scenario.judge)
            wrong = [scenario.proxy(good.port)] * 2
            front = await serve([forward(good.port), *wrong, *[forward(good.port)] * 40])
            url = f"http://127.0.0.1:{front.port}{scenario.path}"
        else:
            front = await serve(scenario.plan, scenario.judge)
            if scenario.moves:
                second = await Collector(hurry=hurry).start(front.port, "127.0.0.2")
                collectors.append(second)
            if hasattr(scenario, "names"):
                last = scenario.names[-1] if scenario.moves else None
                server = await NameServer(scenario.names, hurry, last).start()
                told["dns_port"] = server.port
            host = told.pop("host", "127.0.0.1")
            url = f"http://{host}:{front.port}{scenario.path}"
        name, command, env = engine
        # The VM takes no argument of more than 255 bytes.
        argument = Path(hurry.path).with_name("told.json")
        argument.write_text(json.dumps({"url": url, **told}))
        board = await asyncio.create_subprocess_exec(
            *command,
            BOARD,
            str(argument),
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        later = asyncio.ensure_future(away(front)) if scenario.late else None
        out, err = await asyncio.wait_for(board.communicate(), 600)
        assert board.returncode == 0 and not err, (out + err).decode()
        if later:
            collectors.append(await later)
        return json.loads(out.decode().splitlines()[-1]), collectors
    finally:
        for collector in (*collectors, *filter(None, [server])):
            await collector.stop()


async def away(collector):
    """The collector's process dies after its first connection, and another starts once the board
    has missed it."""
    while not collector.stored:
        await asyncio.sleep(0.005)
    await collector.stop()
    signs = Path(collector.hurry.path)
    signs.with_name("hurry.away").touch()
    while not signs.with_name("hurry.failed").exists():
        await asyncio.sleep(0.005)
    return await Collector().start(collector.port)


@pytest.mark.parametrize("name", SCENARIOS)
def test_fault(name, engine, certificates, count_fault, tmp_path):
    scenario = SCENARIOS[name]
    hurry = Hurry(str(tmp_path / "hurry"))
    saw, collectors = asyncio.run(play(scenario, engine, certificates, hurry))
    stored = [eid for collector in collectors for eid in collector.stored]
    eids, refused = saw["eids"], saw["refused"]
    lost = [eid for eid in eids if eid not in stored and eid not in refused]
    count_fault(engine[0], len(lost))
    assert not lost and not saw["stored"], saw
    assert len(eids) >= EVENTS + WARM_UP and set(stored) <= set(eids)
    assert scenario.duplicates or len(stored) == len(set(stored)), "sent twice"
    assert saw["given_up"] == len(refused) == scenario.given_up, saw
    assert saw["sent"] == len(eids) - scenario.given_up
    # With the watchdog fed.
    low, high = scenario.failures
    assert low <= saw["failures"] <= high, saw
    assert saw["gap_ms"] < GAP_MS, saw
    assert scenario.reason in " ".join(saw["reasons"]), saw
    if scenario.retry_in_ms:
        low, high = scenario.retry_in_ms
        assert low <= saw["retry_in_ms"] <= high, saw
    if scenario.connections:
        assert collectors[0].connections == scenario.connections
    # A redirect is not followed, and nothing but the one path is asked for.
    paths = {path.partition("?")[0] for c in collectors for _, path, _, _ in c.requests}
    assert paths == {scenario.path}
    assert saw["sockets"] <= scenario.sockets, saw
    assert saw["heap"] <= scenario.heap, saw
    if scenario.one_id:
        assert len(set(collectors[0].ids)) == 1 and len(collectors[0].ids) > 2


def test_there_are_enough():
    assert len(SCENARIOS) >= 30
