"""The second process judges as the first one does, and nothing depends on it."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import types
import uuid
from concurrent.futures import Future

import pytest
from collecting import (
    JSON,
    TP2,
    Collector,
    batch,
    collector,
    entities,
    payload,
    reading,
    struct,
    unstruct,
    wait_for,
    write_schema,
)
from test_collector_durability import stored

from tools.collector.enrich import second_judge
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.second_judge import SecondJudge
from tools.collector.storage.compression import DICTIONARY, Compression
from tools.collector.storage.store import Store

EID = str(uuid.UUID(int=7))
PAYLOADS = (
    payload(batch(struct(eid=EID, se_va="1e-7", dtm="1700000000000", stm="1700000004000"))),
    payload(batch(struct(eid=EID, se_va="21.5"), struct(eid=EID, se_va="x", p="no", ip="ü"))),
    payload(batch(reading(21.5, eid=EID), {"e": "ue", "p": "iot"})),
    payload(b"nonsense"),
    payload(None, f"e=pv&p=web&url=http://a/%3F&page=%C3%A9&eid={EID}"),
    payload(
        batch(
            struct(e="ue", eid=EID, ue_pr=unstruct({"celsius": 1}), co=entities({"celsius": ""}))
        )
    ),
)
UNKNOWN = payload(batch(struct(e="ue", eid=EID, ue_pr=unstruct({}, "iglu:a/b/jsonschema/1-0-0"))))


def judge_elsewhere(schemas, payloads):
    """Return what the second process answers for each payload."""
    second, answers = SecondJudge(schemas), [Future() for _ in payloads]
    assert not second.submit(payloads[0], None)  # It was not started
    second.start(DICTIONARY)
    wait_for(lambda: second.submit(payloads[0], answers[0].set_result))
    for one, answer in zip(payloads[1:], answers[1:], strict=True):
        assert second.submit(one, answer.set_result)
    unpack = Compression(DICTIONARY).unpack
    found = [answer.result(120) for answer in answers]
    found = [rows and [row._replace(record=unpack(row.record)) for row in rows] for rows in found]
    second.close()
    assert not second.submit(payloads[0], None)
    return found


def test_it_judges_the_same(tmp_path):
    write_schema(tmp_path)
    schemas = Schemas([tmp_path])
    expected = [judge(one, schemas) for one in (*PAYLOADS, UNKNOWN)]
    assert judge_elsewhere(schemas, (*PAYLOADS, UNKNOWN)) == expected


def test_what_a_registry_may_have_is_left_to_the_first_process(tmp_path):
    registry = types.SimpleNamespace(cache=tmp_path / "cache")
    write_schema(registry.cache)
    schemas = Schemas([], registry)
    assert judge_elsewhere(schemas, (UNKNOWN, PAYLOADS[0])) == [None, judge(PAYLOADS[0], schemas)]
    fetched = judge_elsewhere(schemas, (PAYLOADS[-1],))[0]
    assert fetched == judge(PAYLOADS[-1], schemas)


# A process of another version, whose first answer is of a class that is not here.
OTHER_VERSION = """
import pickle, sys
with sys.stdout.buffer as judged:
    judged.write(pickle.dumps(True))
    judged.flush()
    pickle.load(sys.stdin.buffer)
    pickle.load(sys.stdin.buffer)
    judged.write(b"cno_such_module\\nRow\\n.")
sys.stdin.buffer.read()
"""


# It reads nothing.
BUSY = """
import pickle, sys, time
sys.stdout.buffer.write(pickle.dumps(True))
sys.stdout.flush()
time.sleep(600)
"""


def replace_process(monkeypatch, code):
    """Let other code be the second process; return the list that it is added to."""
    started, pipes = [], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}

    def start(schemas):
        started.append(subprocess.Popen([sys.executable, "-c", code], **pipes))
        return started[0]

    monkeypatch.setattr(second_judge, "_start", start)
    return started


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_answer_that_it_cannot_read_is_judged_by_the_first_process(monkeypatch):
    replace_process(monkeypatch, OTHER_VERSION)
    assert judge_elsewhere(Schemas([]), PAYLOADS[:1]) == [None]


def test_nothing_is_kept_in_memory_of_what_it_has_not_judged(monkeypatch):
    started = replace_process(monkeypatch, BUSY)
    second, answers, large = SecondJudge(Schemas([])), [], payload(b"x" * 1000000)
    before = sys.getrefcount(large)
    second.start(DICTIONARY)
    for _ in range(3):
        wait_for(lambda: second.submit(large, answers.append))
    started[0].kill()
    wait_for(lambda: len(answers) == 3)
    second.close()
    assert (answers, sys.getrefcount(large)) == ([None] * 3, before)


def test_only_some_requests_wait_judged_until_they_are_written(tmp_path):
    schemas, waiting, put = Schemas([]), [], []
    is_busy, go_on = threading.Event(), threading.Event()
    second = types.SimpleNamespace(start=lambda _: None, close=lambda: None)
    second.submit = lambda _, done: bool(waiting.append(done)) or len(waiting) > 1

    def judge_slowly(one, final):
        is_busy.set()
        go_on.wait(600)
        return judge(one, schemas)

    def judged():
        for done in waiting[1:]:
            done(Compression(DICTIONARY).pack_rows(judge(PAYLOADS[0], schemas)))
            put.append(done)

    store = Store(tmp_path / "c.db", judge_slowly, lambda rows: None, second_judge=second)
    futures = [store.submit(PAYLOADS[0]) for _ in range(101)]  # The first one stops the writer
    thread = threading.Thread(target=judged)
    assert is_busy.wait(120)
    thread.start()
    wait_for(lambda: len(put) >= 64)
    thread.join(0.1)
    assert thread.is_alive() and len(put) == 64
    go_on.set()
    for future in futures:
        future.result(120)
    thread.join(120)
    store.close()
    assert store.counts()["good"] == 101


def children(pid):
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [map(int, line.split()) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


class Load:
    """Four boards that send batches of 20 until the collector no longer answers, or ``end``."""

    def __init__(self, port):
        self.answered, self.end = [], False
        self.begun = {}  # The first eid of a batch -> the monotonic time before it was sent
        self.threads = [threading.Thread(target=self.send, args=(port,)) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def send(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            while not self.end:
                eids = [str(uuid.uuid4()) for _ in range(20)]
                self.begun[eids[0]] = time.monotonic()
                connection.request("POST", TP2, batch(*(struct(eid=eid) for eid in eids)), JSON)
                if connection.getresponse().read() != b"ok":
                    return
                self.answered.append(eids)
        except (OSError, http.client.HTTPException):
            pass  # The collector was killed
        finally:
            connection.close()

    def stop(self):
        self.end = True
        for thread in self.threads:
            thread.join(120)


def assert_stored_once_and_in_order(db, answered):
    places = {}
    for place, eid in enumerate(stored(db)):
        places.setdefault(eid, []).append(place)
    for eids in answered:
        first = places[eids[0]][0]
        assert [places[eid] for eid in eids] == [[first + i] for i in range(len(eids))]


def test_nothing_is_lost_when_it_is_killed_under_load(tmp_path):
    with collector(tmp_path / "c.db", "--quiet") as running:
        load = Load(running.port)
        (child,) = wait_for(lambda: children(running.process.pid))
        before = len(load.answered)
        wait_for(lambda: len(load.answered) > before + 20)
        os.kill(child, signal.SIGKILL)
        before = len(load.answered)
        wait_for(lambda: len(load.answered) > before + 20)  # The first process goes on alone
        load.stop()
        wait_for(lambda: not children(running.process.pid))
    assert_stored_once_and_in_order(tmp_path / "c.db", load.answered)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_first_process(tmp_path, number):
    running = Collector(tmp_path / "c.db", "--quiet")
    load = Load(running.port)
    (child,) = wait_for(lambda: children(running.process.pid))
    before = len(load.answered)
    wait_for(lambda: len(load.answered) > before + 20)
    running.process.send_signal(number)
    _, errors = running.process.communicate(timeout=120)  # Both have closed their outputs
    load.stop()
    running.connection.close()
    assert errors == ""
    with pytest.raises(ProcessLookupError):
        wait_for(lambda: os.kill(child, 0))
    assert_stored_once_and_in_order(tmp_path / "c.db", load.answered)
