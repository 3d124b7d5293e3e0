"""A page on this computer that leads from a board's box to its first event, with a collector."""

import argparse
import asyncio
import re
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path

from tools.collector.http.address import own_address
from tools.engine import ROOT
from tools.setup import server


def start_collector(port, database):
    """The collector for boards of this network: (its process, the URL of its page with token)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.collector", "--port", str(port), "--host", "0.0.0.0"]
        + ["--db", str(database), "--quiet"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        errors="replace",
    )  # fmt: skip
    page, said = None, []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"http://\S+token=\S+", line)
        if found:
            page = found.group()
            break
    if not page:
        raise SystemExit("the collector did not start:\n" + "".join(said))
    threading.Thread(target=_discard, args=(process.stdout,), daemon=True).start()
    return process, page


def _discard(stream):
    for _ in stream:  # else it would stop the collector once the pipe is full
        pass


async def serve(setup, port):
    """Serve until it is cancelled."""
    runner, url = await server.start(setup, port)
    print(f"Open {url}", flush=True)
    await asyncio.to_thread(webbrowser.open, url.replace(setup.token, setup.once))
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="setup", description=__doc__)
    parser.add_argument("--port", type=int, default=9091, help="of the page (%(default)s)")
    parser.add_argument("--collector", type=int, default=9090, help="port (%(default)s)")
    parser.add_argument("--db", type=Path, default=Path("build/collector.db"))
    args = parser.parse_args(argv)
    address = own_address() or "127.0.0.1"
    process, page = start_collector(args.collector, args.db)
    try:
        url = f"http://{address}:{args.collector}"
        asyncio.run(serve(server.Setup(url, args.db.resolve(), page=page), args.port))
    except OSError as e:
        print(f"setup: cannot listen on 127.0.0.1:{args.port}: {e.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
