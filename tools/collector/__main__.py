"""``python -m tools.collector``: run the development collector."""

import asyncio
import signal
import sys
from pathlib import Path

from tools.collector import options
from tools.collector.console import Console, write
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.registry import Registry
from tools.collector.http import access, address, server
from tools.collector.http.shared import Collector
from tools.collector.storage.retention import Retention
from tools.collector.storage.store import Store, StoreError

OWN_SCHEMAS = Path(__file__).parents[2] / "firmware" / "schemas"


def main(arguments=None):
    """Run the collector until SIGINT or SIGTERM; return the exit status.

    0 after a signal, 2 where it cannot start (port, database or schemas).
    """
    chosen = options.parse(arguments)
    for directory in chosen.schemas:
        if not directory.is_dir():
            return _fail(f"--schemas: there is no directory {directory}")
    try:
        return asyncio.run(_serve(chosen))
    except StoreError as error:
        return _fail(str(error))


def _fail(message):
    print(f"collector: {message}", file=sys.stderr)
    return 2


async def _serve(chosen):
    stop = _stop_on_signals()
    loop = asyncio.get_running_loop()
    registry = chosen.iglu and Registry(chosen.iglu, chosen.db.absolute().parent / "iglu-cache")
    schemas = Schemas([OWN_SCHEMAS, *chosen.schemas], registry)
    console = Console(chosen.quiet)

    def on_commit(rows):
        console.rows(rows)
        loop.call_soon_threadsafe(collector.notify)

    store = Store(
        chosen.db, _judge(schemas), on_commit, Retention(chosen.keep_days, chosen.keep_mb)
    )
    token = access.token(chosen.host, chosen.token)
    collector = Collector(store, schemas, token, chosen.fault)
    try:
        runner, port = await server.start(collector, chosen.host, chosen.port)
    except OSError as error:
        store.close()
        return _fail(
            f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror or error}.\n"
            "Take another port with --port, or --port 0 for any free one."
        )
    _greet(chosen, port, token)
    await stop.wait()
    await runner.cleanup()
    # The loop must run on while the writer ends, since it still tells of what it wrote.
    await asyncio.to_thread(store.close)
    if registry:
        await registry.close()
    console.close(f"collector: stopped. {store.good} good, {store.bad} bad events in {chosen.db}")
    return 0


def _stop_on_signals():
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


def _judge(schemas):
    """Return what the store judges with: a payload waits until its schemas were asked for."""

    def judge_or_ask(payload, final):
        rows = judge(payload, schemas)
        missing = schemas.missing()
        waiting = schemas.registry.ask(missing) if missing and not final else None
        return rows if waiting is None else waiting

    return judge_or_ask


def _greet(chosen, port, token):
    write(f"collector: {address.url(chosen.host, port)}/micro/ui  (events in {chosen.db})")
    if token:
        found = address.reachable(chosen.host, port)
        here = found["listens"] if found["loopback"] or not found["board"] else found["board"]
        write(f"boards send to {here}\nto see their events open {here}/micro/ui?token={token}")
    for fault in chosen.fault:
        write(f"rehearsal: --fault {fault.text}")


if __name__ == "__main__":
    sys.exit(main())
