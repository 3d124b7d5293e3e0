"""The HTTP server of the page: on loopback only, for whoever has the token that is printed.

The page changes boards and has the Wi-Fi's password, so it is none of the collector's routes,
which boards in the network reach. Requests of other sites' pages are refused, and names that are
not this computer's (DNS rebinding).
"""

import asyncio
import hmac
import json
import secrets
from pathlib import Path

from aiohttp import web

from tools import labels
from tools.collector.http.access import is_loopback
from tools.deploy import ROOT, Stop, presets
from tools.setup import steps
from tools.setup.jobs import Jobs

STATIC = Path(__file__).with_name("static")
COOKIE = "setup_token"
MAX_BODY = 200_000
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}  # fmt: skip


class Setup:
    """What the handlers share. collector: its URL for boards; page: that of its page, or None;
    database: its file; root: the project's, where configs are written."""

    def __init__(self, collector, database, root=ROOT, page=None):
        self.collector, self.database, self.root, self.page = collector, database, root, page
        self.jobs = Jobs()
        self.labels = {}  # id of a board: its Label
        self.token = secrets.token_urlsafe(16)
        # What the browser gets as an argument, which all programs see: it is good for one use.
        self.once = secrets.token_urlsafe(16)

    def opens(self, given):
        """Whether this token opens the page."""
        if self.once and hmac.compare_digest(given.encode(), self.once.encode()):
            self.once = None
            return True
        return hmac.compare_digest(given.encode(), self.token.encode())


async def start(setup, port):
    """Serve on loopback; returns (runner, the URL to open). OSError where the port is taken."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_guard(setup)])
    app[SETUP] = setup
    app.add_routes(
        [
            web.get("/", _page), web.static("/static/", STATIC), web.get("/about", _about),
            web.get("/job/{number:[0-9]{1,9}}", _job), web.get("/readings", _readings),
            web.post("/do/{step:[a-z]+}", _do), web.post("/check", _check),
            web.get("/labels", _labels), web.get("/labels.css", _labels_style),
        ]
    )  # fmt: skip
    app.on_response_prepare.append(_add_headers)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}/?token={setup.token}"


SETUP = web.AppKey("setup", Setup)


def _guard(setup):
    @web.middleware
    async def check(request, handler):
        site = request.headers.get("Sec-Fetch-Site", "none")
        host = request.headers.get("Host", "").rpartition(":")[0]
        if site not in ("none", "same-origin") or not is_loopback(host):
            return web.Response(status=403, text="Open the address that `make setup` printed.\n")
        if request.path == "/" and setup.opens(request.query.get("token", "")):
            # The redirect takes the token from the address, which is shown and copied.
            answer = web.Response(status=303, headers={"Location": "/"})
            answer.set_cookie(COOKIE, setup.token, httponly=True, samesite="Strict")
            return answer
        shown = request.cookies.get(COOKIE, "")
        if not hmac.compare_digest(shown.encode(), setup.token.encode()):
            return web.Response(status=401, text="Open the address that `make setup` printed.\n")
        return await handler(request)

    return check


async def _add_headers(request, response):
    response.headers.update(HEADERS)


async def _page(request):
    return web.FileResponse(STATIC / "setup.html")


async def _about(request):
    setup = request.app[SETUP]
    schema = (ROOT / "firmware/config.schema.json").read_text(encoding="utf-8")
    return web.json_response(
        {
            "collector": setup.collector, "page": setup.page, "schema": json.loads(schema),
            "presets": {name: presets.load(name) for name in presets.names()},
        }
    )  # fmt: skip


async def _job(request):
    job = request.app[SETUP].jobs.get(int(request.match_info["number"]))
    since = request.query.get("since", "0")
    if not job or not since.isdecimal():
        return web.json_response({"error": "no such job"}, status=404)
    return web.json_response(job.state(int(since)))


async def _readings(request):
    database = request.app[SETUP].database
    return web.json_response(await asyncio.to_thread(steps.readings, database))


async def _labels(request):
    made = list(request.app[SETUP].labels.values())
    return web.Response(text=labels.page(made, "/labels.css"), content_type="text/html")


async def _labels_style(request):
    return web.FileResponse(labels.STYLE)


async def _do(request):
    """Start a step; answer its job's number, or 400 with the reason why it cannot be started."""
    try:
        asked = await request.json()
        if not isinstance(asked, dict):
            raise ValueError
        work = STEPS[request.match_info["step"]](request.app[SETUP], asked)
    except KeyError as e:
        return web.json_response({"error": f"{e} is missing"}, status=400)
    except (ValueError, TypeError):
        return web.json_response({"error": "expected a JSON object"}, status=400)
    except Stop as stop:
        return web.json_response({"error": str(stop)}, status=400)
    board = str(asked.get("port") or asked.get("drive"))
    return web.json_response({"job": request.app[SETUP].jobs.start(board, work)})


async def _check(request):
    """Answer {"error": why a board would refuse this config, or null}."""
    try:
        asked = await request.json()
        steps.checked(asked["name"], asked["config"], request.app[SETUP].root)
    except (KeyError, ValueError, TypeError):
        return web.json_response({"error": "expected name and config"}, status=400)
    except Stop as stop:
        return web.json_response({"error": str(stop)})
    return web.json_response({"error": None})


def _text(asked, key):
    value = asked.get(key)
    if value is not None and (not isinstance(value, str) or len(value) > 1000):
        raise Stop(f"{key}: expected a text")
    return value or None


def _boards(setup, asked):
    return lambda: steps.find_boards(setup.jobs.lock)


def _flash(setup, asked):
    port, drive, image = (_text(asked, key) for key in ("port", "drive", "image"))
    return lambda: steps.put_micropython(port, drive, image, asked.get("erase") is True)


def _scan(setup, asked):
    port, preset = asked["port"], _text(asked, "preset")
    pins = [pair for pair in asked.get("i2c", []) if _are_pins(pair, 2)]
    wires = asked.get("onewire", [])
    return lambda: steps.look_around(
        port, pins or steps.pins_of(preset), wires if _are_pins(wires) else []
    )


def _are_pins(value, count=None):
    numbers = isinstance(value, list) and all(type(n) is int and 0 <= n < 64 for n in value)
    return numbers and (count is None or len(value) == count)


def _deploy(setup, asked):
    port = asked["port"]
    path = steps.keep_config(asked["name"], asked["config"], _text(asked, "id"), setup.root)
    return lambda: steps.bring(port, path)


def _label(setup, asked):
    port = asked["port"]
    return lambda: steps.make_label(port, setup.labels)


STEPS = {
    "boards": _boards, "flash": _flash, "scan": _scan, "deploy": _deploy, "label": _label,
}  # fmt: skip
