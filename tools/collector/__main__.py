"""``python -m tools.collector``: run the development collector."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

from tools.collector import aiohttp_import, options, startup  # noqa: F401
from tools.collector.console import Console, write
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.registry import Registry
from tools.collector.enrich.second_judge import SecondJudge
from tools.collector.forward.tables import path_beside, waiting_in
from tools.collector.http import access, address, connections, server
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
        mistake = startup.schemas_mistake(directory)
        if mistake:
            return _fail(f"--schemas: {mistake}")
    if chosen.forward and startup.forwards_to_itself(chosen.forward, chosen.host, chosen.port):
        return _fail(f"--forward: {chosen.forward} is this collector itself")
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
        console.show_events(rows)
        loop.call_soon_threadsafe(collector.notify)

    retention = Retention(chosen.keep_days, chosen.keep_mb)
    store = Store(chosen.db, _judge(schemas), on_commit, retention, SecondJudge(schemas))
    token = access.token(chosen.host, chosen.token)
    warning = connections.allow_open_files()
    try:
        forward = _forwarder(chosen, console)
    except sqlite3.Error as error:
        store.close()
        return _fail(f"cannot use {path_beside(chosen.db)} as the queue of --forward: {error}")
    collector = Collector(
        *(store, schemas, token, chosen.fault, chosen.firmware),
        forward=forward,
        allowed_hosts=chosen.allow_host,
    )
    try:
        runner, port = await server.start(collector, chosen.host, chosen.port)
    except OSError as error:
        store.close()
        if forward:
            forward.close()
        return _fail(startup.listen_mistake(chosen.host, chosen.port, error))
    _print_addresses(chosen, port, token)
    if warning:
        write(f"warning: {warning}")
    counting = asyncio.create_task(console.show_counts())
    await stop.wait()
    counting.cancel()
    await runner.cleanup()
    # In a thread, because the writer's last commits call on_commit, which needs the loop.
    await asyncio.to_thread(store.close)
    if forward:
        await asyncio.to_thread(forward.close)
    if registry:
        await registry.close()
    counts = store.counts()
    console.close(
        f"collector: stopped. {counts['good']} good, {counts['bad']} bad events in {chosen.db}"
    )
    return 0


def _forwarder(chosen, console):
    """Return the :class:`forwarder.Forwarder` of ``--forward``, None without one."""
    if not chosen.forward:
        return None
    from tools.collector.forward.forwarder import Forwarder  # It would slow down every start

    room = int(chosen.forward_mb * 1e6)
    return Forwarder(chosen.forward, path_beside(chosen.db), room, console.show_line)


def _stop_on_signals():
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


def _judge(schemas):
    """Return the function that the store judges with: it waits once for unknown schemas."""

    def judge_or_fetch(payload, final):
        rows = judge(payload, schemas)
        missing = schemas.take_missing()
        fetching = None
        if missing and schemas.registry and not final:
            fetching = schemas.registry.fetch_from_thread(missing)
        return rows if fetching is None else fetching

    return judge_or_fetch


def _print_addresses(chosen, port, token):
    write(f"collector: {address.url(chosen.host, port)}/micro/ui  (events in {chosen.db})")
    found = address.reachable(chosen.host, port)
    url = found["listens"] if found["loopback"] or not found["board"] else found["board"]
    if token or not found["loopback"]:
        write(f"boards send to {url}")
    if token:
        write(f"to see their events open {url}/micro/ui?token={token}")
    elif not found["loopback"]:
        write("warning: --token none: whoever reaches this address can read and remove all events")
    if chosen.forward:
        write(f"everything is passed on to {chosen.forward}")
    elif waiting := waiting_in(path_beside(chosen.db)):
        write(f"{waiting} events of an earlier --forward still wait: start with it to send them")
    for fault in chosen.fault:
        write(f"simulating an outage: --fault {fault.text}")
    readings = f"{found['listens']}/micro/readings"
    readings += f"?token={token}" if token else ""
    write(f"all readings: pandas.read_csv('{readings}'), in DuckDB FROM read_csv('{readings}')")


if __name__ == "__main__":
    sys.exit(main())
