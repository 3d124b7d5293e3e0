"""Who may read: the page and the API, as opposed to the routes for events, which are open.

On loopback everybody on this machine may, but no page of another site: neither by a request of
its own, nor under a name that it makes point here. Where the collector listens wider, whoever
reads must show a token.
"""

import hmac
import ipaddress
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import web

_COOKIE = "collector_token"
_PAGES = ("/", "/micro/ui")
_LOCAL_NAME = re.compile(r"(.+\.)?localhost\.?", re.IGNORECASE)


def is_loopback(host):
    """Whether an address or name is this machine's own, which nobody else can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(_LOCAL_NAME.fullmatch(host))


def token(host, given=None):
    """Return the token that readers must show: the given one, or a new one where it is needed."""
    return given or (None if is_loopback(host) else secrets.token_urlsafe(12))


def middleware(token):
    """Return the middleware that asks for ``token``, or, without one, for a local request."""

    @web.middleware
    async def guard(request, handler):
        if request.path != "/" and not request.path.startswith("/micro/"):
            return await handler(request)
        if _is_foreign(request):
            return _refuse(403, "This request comes from the page of another site.")
        if token:
            return await _with_token(token, request, handler)
        if not _is_local_name(request.headers.get("Host", "")):
            return _refuse(403, "Use the collector's address or localhost, not another name.")
        return await handler(request)

    return guard


async def _with_token(token, request, handler):
    given = request.query.get("token")
    if given is not None and _same(given, token) and request.path in _PAGES:
        # Out of the address, so that it is not shown, nor passed on with it.
        answer = web.Response(status=303, headers={"Location": request.path})
        answer.set_cookie(_COOKIE, token, httponly=True, samesite="Strict")
        return answer
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if any(_same(text, token) for text in (given, bearer, request.cookies.get(_COOKIE)) if text):
        return await handler(request)
    return _refuse(401, "A token is needed: open the address that the collector printed.")


def _same(given, token):
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _is_foreign(request):
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site in ("none", "same-origin"):
        return False
    # A link on another site may lead to the page.
    return request.headers.get("Sec-Fetch-Mode") != "navigate" or request.path not in _PAGES


def _is_local_name(host):
    try:
        name = urlsplit(f"//{host}").hostname or ""
        ipaddress.ip_address(name)
        return True  # An address cannot be made to point elsewhere
    except ValueError:
        return bool(_LOCAL_NAME.fullmatch(host.rpartition(":")[0] or host))


def _refuse(status, text):
    return web.Response(status=status, text=text + "\n")
