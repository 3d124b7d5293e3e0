"""A simulated board that opens its portal: the real firmware on the real VM, in a process whose
web server, name server and console are real."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from host_tests.bench.firmware import compile_fakes
from tools.deploy import LAST, compiled, files, used
from tools.engine import ROOT

BOOT = Path(__file__).with_name("portalboot.py")
HEAP = "138wk"  # what a small board has, and 42 for the fakes and their names
LARGER = "200wk"  # for a boot that goes on, since portalboot.py keeps the portal's code in RAM
OWN = {"esp32": "203.0.113.1", "rp2": "192.168.4.1"}
AIR = [["barn", -48, 3], ["yard", -70, 0], ["barn", -60, 3], ["", -30, 3], ["<b>'\"&", -80, 3]]


def compile_code(folder):
    """What a board gets that opens its portal, and the fakes, compiled into `folder`."""
    wanted = used(files(), {"portal_pin": 0, "remote": {"url": ""}})
    for source, path in compiled(wanted, folder / "build"):
        if path not in LAST:
            target = folder / "code" / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    compile_fakes(folder / "fakes")
    return folder


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class PortalBoard:
    """Boots in `directory` (a Path) with what compile_code() made; facts: of its world."""

    def __init__(self, program, code, directory, port, config=None, **facts):
        self.address = OWN[port]
        self.directory = directory
        directory.mkdir(exist_ok=True)
        for path in LAST:
            shutil.copy(ROOT / "firmware" / path[1:], directory)
        if config is not None:
            (directory / "config.json").write_text(json.dumps(config))
        facts = {"air": AIR, "networks": {"barn": "joined"}, **facts}
        (directory / "facts.json").write_text(json.dumps(facts))
        self.http = free_port(socket.SOCK_STREAM)
        self.dns = free_port(socket.SOCK_DGRAM)
        path = f"{code}/fakes:.frozen:{code}/code/lib:{code}/code:."
        self.command = [program, "-X", f"heapsize={HEAP}", str(BOOT), port]
        self.command += [str(self.http), str(self.dns)]
        self.environment = dict(os.environ, MICROPYPATH=path)
        self.output = b""
        self.process = None

    def boot(self, heap=HEAP):
        self.command[2] = f"heapsize={heap}"
        self.output = b""
        self._printed = threading.Condition()
        self.process = subprocess.Popen(
            self.command, cwd=self.directory, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def _listen(self):
        while data := os.read(self.process.stdout.fileno(), 4096):
            with self._printed:
                self.output += data
                self._printed.notify_all()

    def wait_for(self, *texts):
        """Wait until one of the texts was printed; what was printed."""
        def said():
            return any(text.encode() in self.output for text in texts)

        with self._printed:
            found = self._printed.wait_for(said, 120)
        assert found, self.output.decode(errors="replace")
        return self.output.decode(errors="replace")

    def ready(self):
        """Wait for the portal; its name and password."""
        printed = self.wait_for("it closes after ten minutes")
        return re.search(r"the Wi-Fi '(.*)' with the password (\S+)", printed).groups()

    def end(self):
        """Wait until the program has ended; what was printed."""
        self.process.wait(120)
        self.kill()
        return self.output.decode(errors="replace")

    def kill(self):
        """Cut the power."""
        self.process.kill()
        self.process.wait()
        self._thread.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def config(self):
        """The config on its flash, or None."""
        path = self.directory / "config.json"
        return json.loads(path.read_text()) if path.exists() else None

    # 127.0.0.2 is somebody in its own network, 127.1.0.2 one in the network that it joined.
    def connect(self, source="127.0.0.2"):
        return socket.create_connection(("127.0.0.1", self.http), 120, (source, 0))

    def send(self, data, source="127.0.0.2"):
        """Send bytes to the web server: (status line, headers, text) of its answer."""
        with self.connect(source) as sock:
            sock.sendall(data)
            answer = b""
            while piece := sock.recv(4096):
                answer += piece
        head, _, body = answer.decode().partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        return status, dict(line.split(": ", 1) for line in lines), body

    def get(self, path="/", host=None, **options):
        request = f"GET {path} HTTP/1.1\r\nHost: {host or self.address}\r\nAccept: */*\r\n\r\n"
        return self.send(request.encode(), **options)

    def token(self):
        return re.search(r'name="token" value="(\w+)"', self.get()[2])[1]

    def post(self, source="127.0.0.2", host=None, **form):
        """Send the form, as a browser does."""
        body = urlencode({"other": "", "name": "", **form})
        head = f"POST / HTTP/1.1\r\nHost: {host or self.address}\r\nContent-Length: {len(body)}"
        head += "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        return self.send((head + body).encode(), source)

    def result(self, seconds=120):
        """The page once what was sent has been tried."""
        end = time.monotonic() + seconds
        while self.get("/state")[2] == "trying":
            assert time.monotonic() < end, self.output
            time.sleep(0.1)
        return unescape(self.get()[2]).partition("</h1>")[2]
