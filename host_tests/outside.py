"""What tests take from outside of the project: a browser, Node's tracker, an HTTP server."""

import contextlib
import http.server
import json
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
NODE_TRACKER = ("@snowplow/node-tracker", "4.8.0")


def find_browser():
    """Path of Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def node_package(folder, name, version):
    """Where an npm package is, in the node_modules of `folder` (a Path), installed if that
    version of it is not there yet; or a skip that says why it cannot be had.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node on this machine")
    package = folder / "node_modules" / name
    described = package / "package.json"
    if not described.exists() or json.loads(described.read_text())["version"] != version:
        folder.mkdir(parents=True, exist_ok=True)
        # The folder's own package.json, so that no other one above is found.
        (folder / "package.json").write_text('{"private": true}\n')
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        # Peers that a test needs it installs itself.
        install += ["--no-package-lock", "--legacy-peer-deps", f"{name}@{version}"]
        try:
            subprocess.run(
                install, cwd=folder, capture_output=True, check=True, text=True, timeout=600
            )
        except (OSError, subprocess.SubprocessError) as e:
            said = str(getattr(e, "stderr", None) or e).strip()
            pytest.skip(f"npm could not install {name}@{version}: {said[-200:]}")
    return package


def node_tracker():
    """The folder in whose node_modules Snowplow's Node tracker is, installed once; or a skip."""
    folder = ROOT / "build" / "node"
    node_package(folder, *NODE_TRACKER)
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
