"""The files of the page: HTML, JavaScript, CSS, and the library that draws the charts."""

import importlib.util
import os
from pathlib import Path

from aiohttp import web

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
    return _answer(request, "index.html")


async def _file(request):
    return _answer(request, request.match_info["name"])


def _answer(request, name):
    """Answer one of the page's files. They are small, and read at once.

    The page needs 30 of them, and aiohttp's own response for files passes each through a thread.
    """
    if name not in os.listdir(STATIC):
        raise web.HTTPNotFound()
    status = os.stat(STATIC / name)
    tag = f"{status.st_mtime_ns:x}-{status.st_size:x}"
    if any(one.value == tag for one in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        content_type = _TYPES.get(Path(name).suffix, "application/octet-stream")
        response = web.Response(body=(STATIC / name).read_bytes(), content_type=content_type)
    response.etag = tag
    return response


async def _add_headers(request, response):
    if request.path not in PAGES and not request.path.startswith(_FOLDER):
        return
    response.headers.update(_HEADERS)
    if response.content_type == "application/javascript":  # Its name in Python up to 3.11
        response.content_type = "text/javascript"
    if response.content_type.startswith("text/"):
        response.charset = "utf-8"
