"""The second process judges as the first one does, and nothing depends on it."""

import http.client
import os
import signal
import subprocess
import threading
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

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.second_judge import SecondJudge

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
    second.start()
    wait_for(lambda: second.submit(payloads[0], answers[0].set_result))
    for one, answer in zip(payloads[1:], answers[1:], strict=True):
        assert second.submit(one, answer.set_result)
    found = [answer.result(20) for answer in answers]
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


def children(pid):
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [map(int, line.split()) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


class Load:
    """Four boards that send batches of 20 until the collector no longer answers, or ``end``."""

    def __init__(self, port):
        self.answered, self.end = [], False
        self.threads = [threading.Thread(target=self.send, args=(port,)) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def send(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            while not self.end:
                eids = [str(uuid.uuid4()) for _ in range(20)]
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
            thread.join(20)


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
    _, errors = running.process.communicate(timeout=20)  # Both have closed their outputs
    load.stop()
    running.connection.close()
    assert errors == ""
    with pytest.raises(ProcessLookupError):
        wait_for(lambda: os.kill(child, 0))
    assert_stored_once_and_in_order(tmp_path / "c.db", load.answered)
