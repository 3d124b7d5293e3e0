"""What the library has for CPython alone: random digits in advance, and waiting for answers."""

import os
import socket
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from snowplow_tracker import record
from snowplow_tracker.transport.cpython import Stream
from snowplow_tracker.transport.http import HttpTransport


def made(n):
    return [record.uuid4().decode() for _ in range(n)]


def test_uuids_are_random_and_of_version_4():
    found = made(2000)
    assert len(set(found)) == 2000
    for text in found:
        parsed = uuid.UUID(text)
        assert str(parsed) == text and parsed.version == 4 and parsed.variant == uuid.RFC_4122


def test_threads_share_no_uuid():
    with ThreadPoolExecutor(8) as pool:
        found = [text for texts in pool.map(made, [1000] * 16) for text in texts]
    assert len(set(found)) == 16000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_a_child_has_other_uuids_than_its_parent():
    made(1)
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        os.write(sending, "\n".join(made(40)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    its = os.read(receiving, 4096).decode().split("\n")
    os.close(receiving)
    os.close(sending)
    assert len(its) == 40 and not set(its) & set(made(300))


def test_an_answer_wakes_and_its_absence_blocks_for_a_moment_only():
    near, far = socket.socketpair()
    near.setblocking(False)
    stream, buf = Stream(near), bytearray(10)
    with near, far:
        assert stream.readinto(buf) is None  # as when a kept connection is looked at
        assert stream.write(b"question") == 8
        assert far.recv(10) == b"question"
        assert stream.readinto(buf) is None
        for _ in range(50):  # a poll is a wait only at first
            assert stream.readinto(buf) is None
        far.send(b"answer")
        assert stream.readinto(buf) == 6 and buf[:6] == b"answer"
        assert stream.write(b"again") == 5 and far.recv(10) == b"again"
        assert stream.readinto(buf) is None
        answering = threading.Thread(target=far.send, args=(b"more",))
        answering.start()
        found = None
        while found is None:
            found = stream.readinto(buf)
        answering.join()
        assert found == 4
        far.close()
        assert stream.readinto(buf) == 0


def test_a_large_page_in_an_answer_hides_no_status():
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = HttpTransport(f"http://127.0.0.1:{server.getsockname()[1]}/i")
        sending = transport.send(2, lambda buf, head: iter([head + b"{}"]))
        while not transport.wrote:
            next(sending)
        far, _ = server.accept()
        with far:
            far.recv(1000)
            far.sendall(b"HTTP/1.1 413 Too large\r\n")
            while not transport._response.started:
                next(sending)
            far.sendall(b"Content-Length: 30000\r\n\r\n" + b"x" * 30000)
            with pytest.raises(StopIteration) as ended:
                while True:
                    next(sending)
        assert ended.value.value == 413
