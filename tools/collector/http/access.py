"""Who may use the page and the APIs. The routes that trackers send events to are open to all.

Where the collector listens on loopback, all programs of this machine may. Pages of other sites may
not: neither by requests of their own, nor by a name of theirs that resolves to this machine (DNS
rebinding). Where it listens on other addresses, readers must show a token, unless ``--token none``
opens it to all; pages of other sites may not even then.
"""

import hmac
import ipaddress
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "collector_token"
NO_TOKEN = "none"
PAGES = ("/", "/micro/ui", "/micro/ui/")  # paths of the page itself
_RESET = "/micro/reset"
_LOCAL_NAME = re.compile(r"(.+\.)?localhost\.?", re.IGNORECASE)


def is_loopback(host):
    """Whether an address or name is one that only this machine can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(_LOCAL_NAME.fullmatch(host))


def token(host, given=None):
    """Return the token that readers must show: ``given``, or a random one if needed.

    It is None where they need none.
    """
    if given == NO_TOKEN:
        return None
    return given or (None if is_loopback(host) else secrets.token_urlsafe(12))


def middleware(token, host, allowed_hosts=()):
    """Return the middleware that demands ``token``, or, where that is None, a name of our own.

    That is an address, localhost, or one of ``allowed_hosts``. Where ``host``, at which the
    collector listens, is not loopback, it may also be a name without a dot, as services have in
    Docker's networks: a site on the internet cannot have one.
    """
    names = {name.lower() for name in allowed_hosts}

    @web.middleware
    async def check(request, handler):
        if request.path != "/" and not request.path.startswith("/micro/"):
            return await handler(request)
        if _is_foreign(request, names):
            return _refuse(403, "This request comes from the page of another site.")
        if _may_be_a_link(request):
            return _refuse(403, "A browser has to send this as a POST, from the collector's page.")
        if token:
            return await _check_token(token, request, handler)
        name = _name(request.headers.get("Host", ""))
        is_service = name and "." not in name and not is_loopback(host)
        if not (is_service or name in names or _is_local(name)):
            return _refuse(
                403,
                "Use the collector's address or localhost, or start it with --allow-host and this"
                " name.",
            )
        return await handler(request)

    return check


async def _check_token(token, request, handler):
    given = request.query.get("token")
    if given is not None and _is_equal(given, token) and request.path in PAGES:
        # The redirect removes the token from the address, which is shown, copied and logged.
        answer = web.Response(status=303, headers={"Location": request.path})
        answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
        return answer
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if any(
        _is_equal(text, token) for text in (given, bearer, request.cookies.get(COOKIE)) if text
    ):
        return await handler(request)
    return _refuse(401, "A token is needed: open the address that the collector printed.")


def _is_equal(given, token):
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _is_foreign(request, names):
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:  # Not a browser, or one that speaks http to another machine than its own
        origin = request.headers.get("Origin")
        host = origin and origin.partition("://")[2]
        is_own = host and host.lower() == request.headers.get("Host", "").lower()
        return not (origin is None or is_own or _name(host) in names)
    if site in ("none", "same-origin"):
        return False
    # A link on another site may open the page.
    return request.headers.get("Sec-Fetch-Mode") != "navigate" or request.path not in PAGES


def _may_be_a_link(request):
    """Whether a browser may do this for an image or a link on a page of another site.

    That request has no Origin, and over http to another machine no Sec-Fetch-Site. Micro's reset
    is the only one of this kind that changes anything.
    """
    is_browser = request.headers.get("User-Agent", "").startswith("Mozilla/")
    is_known = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
    return is_browser and not is_known and (request.method, request.path) == ("GET", _RESET)


def _name(host):
    """Return the name or address in a Host header, in lower case; "" where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_local(name):
    try:
        ipaddress.ip_address(name)
        return True  # An address, unlike a name, cannot resolve to another machine
    except ValueError:
        return bool(_LOCAL_NAME.fullmatch(name))


def _refuse(status, text):
    return web.Response(status=status, text=text + "\n")
