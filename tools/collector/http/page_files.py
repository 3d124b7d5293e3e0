"""The files of the page: HTML, JavaScript, CSS, and the library that draws the charts."""

import hashlib
import importlib.util
import os
from functools import lru_cache
from pathlib import Path

from aiohttp import web

from tools.collector.http import page_modules
from tools.collector.http.access import PAGES

STATIC = Path(__file__).parents[1] / "static"
_FOLDER = "/micro/ui/"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_routes(app):
    """Add the page and its files."""
    for path in PAGES:
        app.router.add_get(path, _page, allow_head=False)
    library = chart_library()
    if library:
        app.router.add_static(f"{_FOLDER}lib/", library)
    app.router.add_get(f"{_FOLDER}modules.js", _modules, allow_head=False)
    app.router.add_get(f"{_FOLDER}{{name}}", _file)
    app.on_response_prepare.append(_add_headers)


def chart_library():
    """Return the folder with uPlot's files, which a Python package brings; None without it."""
    package = importlib.util.find_spec("uplot")
    for folder in package.submodule_search_locations if package else ():
        if (Path(folder) / "static" / "uPlot.iife.js").is_file():
            return Path(folder) / "static"
    return None


async def _page(request):
    return _static(request, "index.html")


async def _file(request):
    return _static(request, request.match_info["name"])


async def _modules(request):
    """Answer all JavaScript modules as one, see :mod:`page_modules`."""
    version = _version(sorted(STATIC.glob("*.js")))
    return _answer(request, ".js", version, lambda: _joined(version))


def _static(request, name):
    """Answer one of the page's files. They are small, and read at once.

    aiohttp's own response for files passes each through a thread.
    """
    path = STATIC / name
    if name not in os.listdir(STATIC):
        raise web.HTTPNotFound()
    return _answer(request, path.suffix, _version([path]), path.read_bytes)


def _answer(request, suffix, version, body):
    if any(one.value == version for one in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        content_type = _TYPES.get(suffix, "application/octet-stream")
        response = web.Response(body=body(), content_type=content_type)
    response.etag = version
    return response


def _version(paths):
    """Return a text that is another one after a change of a file."""
    found = [(status.st_mtime_ns, status.st_size) for status in map(os.stat, paths)]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:32]


@lru_cache(1)
def _joined(version):
    return page_modules.joined(STATIC, "main").encode()


async def _add_headers(request, response):
    if request.path not in PAGES and not request.path.startswith(_FOLDER):
        return
    response.headers.update(_HEADERS)
    if response.content_type == "application/javascript":  # Its name in Python up to 3.11
        response.content_type = "text/javascript"
    if response.content_type.startswith("text/"):
        response.charset = "utf-8"
