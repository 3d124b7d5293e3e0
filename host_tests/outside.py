"""What tests take from outside of the project: a browser, Node's tracker, an HTTP server."""

import contextlib
import http.server
import shutil
import subprocess
import threading

import pytest

from tools.engine import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# As root in a container it has no sandbox; and it is to talk to nobody but the test's servers.
BROWSER_ARGUMENTS = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    *["--disable-background-networking", "--disable-component-update"],
]
NODE_TRACKER = "@snowplow/node-tracker@4.8.0"


def find_browser():
    """Path of Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def node_tracker():
    """The folder in whose node_modules Snowplow's Node tracker is, installed once; or a skip."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node on this machine")
    folder = ROOT / "build" / "node"
    if not (folder / "node_modules" / "@snowplow" / "node-tracker" / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        # The folder's own package.json, so that no other one above is found.
        (folder / "package.json").write_text('{"private": true}\n')
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", NODE_TRACKER]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip(f"npm could not install {NODE_TRACKER}: {done.stderr.strip()[-200:]}")
    return folder


class Handler(http.server.BaseHTTPRequestHandler):
    """A request handler that keeps quiet."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler, server=http.server.ThreadingHTTPServer):
    """A server on a free port of loopback: yields it, with its address in `url`."""
    with server(("127.0.0.1", 0), handler) as running:
        running.url = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
