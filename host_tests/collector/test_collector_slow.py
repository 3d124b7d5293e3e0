"""Clients that are slow on purpose, or many: they are cut, and nobody else waits for them."""

import asyncio

import pytest

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.http import connections, server
from tools.collector.http.shared import Collector
from tools.collector.storage.store import Store

REQUEST = b"GET /i?e=se HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """serve(talk): run ``talk(port)`` beside a collector; ``head`` is its HEAD_SECONDS."""

    def run(talk, head=600, most=50):
        monkeypatch.setattr(connections, "HEAD_SECONDS", head)
        monkeypatch.setattr(connections, "MAX_CONNECTIONS", most)

        async def main():
            schemas = Schemas([])
            store = Store(
                tmp_path / "c.db", lambda one, final: judge(one, schemas), lambda rows: None
            )
            runner, port = await server.start(Collector(store, schemas), "127.0.0.1", 0)
            try:
                return await asyncio.wait_for(talk(port), 120)
            finally:
                await runner.cleanup()
                await asyncio.to_thread(store.close)

        return asyncio.run(main())

    return run


async def answer(port, *pieces, pause=0.0):
    """Send pieces; return the status line, b"" where the connection was cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()


OK = b"HTTP/1.1 200 OK\r\n"


def test_a_head_that_never_ends_is_cut(serve):
    async def talk(port):
        drip = [b"GET /i HTTP/1.1\r\n", *[b"X-a: b\r\n"] * 20]
        assert await answer(port, *drip, pause=0.05) == b""
        assert await answer(port) == b""  # Nor may one say nothing at all
        connections.HEAD_SECONDS = 600
        assert await answer(port, REQUEST) == OK

    serve(talk, head=0.3)


def test_a_head_in_pieces_is_fine_in_time(serve):
    async def talk(port):
        for cut in (1, 20, len(REQUEST) - 3, len(REQUEST) - 2, len(REQUEST) - 1):
            assert await answer(port, REQUEST[:cut], REQUEST[cut:], pause=0.01) == OK

    serve(talk)


def test_keep_alive_may_rest_but_not_drip(serve):
    async def talk(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(REQUEST)
            assert await reader.readline() == OK
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(43)
            await asyncio.sleep(1.2)  # Longer than a head may take
        writer.write(REQUEST[:10])
        assert await reader.read() == b""
        writer.close()

    serve(talk, head=1)


def test_a_slow_body_has_its_own_time(serve):
    async def talk(port):
        head = b"POST /com.a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
        assert await answer(port, head, b"ab", b"cd", pause=1.2) == OK

    serve(talk, head=1)


def test_many_silent_clients_do_not_keep_others_out(serve):
    async def talk(port):
        others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(80)]
        for _, writer in others:
            writer.write(b"GET /i")
        assert await answer(port, REQUEST) == OK
        for _, writer in others:
            writer.close()

    serve(talk, most=20)


def test_many_idle_clients_do_not_keep_others_out(serve):
    async def talk(port):
        others = []
        for _ in range(40):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST)
            assert await reader.readline() == OK
            others.append(writer)
        assert await answer(port, REQUEST) == OK
        for writer in others:
            writer.close()

    serve(talk, most=20)
