"""The files of the page: HTML, JavaScript, CSS, and the library that draws the charts."""

import importlib.util
from pathlib import Path

from aiohttp import web

from tools.collector.http.access import PAGES

STATIC = Path(__file__).parents[1] / "static"
_FOLDER = "/micro/ui/"
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
        app.router.add_route("GET", path, _page)
    library = chart_library()
    if library:
        app.router.add_static(f"{_FOLDER}lib/", library)
    app.router.add_static(_FOLDER, STATIC)
    app.on_response_prepare.append(_add_headers)


def chart_library():
    """Return the folder with uPlot's files, which a Python package brings; None without it."""
    package = importlib.util.find_spec("uplot")
    for folder in package.submodule_search_locations if package else ():
        if (Path(folder) / "static" / "uPlot.iife.js").is_file():
            return Path(folder) / "static"
    return None


async def _page(request):
    return web.FileResponse(STATIC / "index.html")


async def _add_headers(request, response):
    if request.path not in PAGES and not request.path.startswith(_FOLDER):
        return
    response.headers.update(_HEADERS)
    if response.content_type == "application/javascript":  # Its name in Python up to 3.11
        response.content_type = "text/javascript"
    if response.content_type.startswith("text/"):
        response.charset = "utf-8"
