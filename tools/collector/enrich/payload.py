"""One request that brings events, as the HTTP server hands it to the judge."""

from typing import NamedTuple


class Payload(NamedTuple):
    """A request, before anything in it was checked. No text in it has lone surrogates.

    ``received`` is in milliseconds since 1970. ``body`` is bytes, or None for a GET. ``query`` is
    the raw query string. ``content_type`` is in lower case with one space after ";", ``encoding``
    the Content-Encoding. ``network_id`` is the ``nuid`` or the cookie that was sent or assigned.
    ``headers`` are "Name: value". ``parameters`` are those of a stored event that is judged again;
    the query and the body are not read then.
    """

    received: int
    query: str
    body: bytes | None
    content_type: str | None
    encoding: str | None
    ip: str
    network_id: str
    hostname: str | None
    user_agent: str | None
    referer: str | None
    headers: list
    parameters: dict | None = None

    @property
    def api(self):
        """Return ``{"vendor", "version"}`` of the protocol: tp1 for a GET, tp2 for a POST."""
        version = "tp1" if self.body is None else "tp2"
        return {"vendor": "com.snowplowanalytics.snowplow", "version": version}

    def text(self):
        """Return the body as text. Broken UTF-8 becomes U+FFFD, as in the real collector."""
        return self.body.decode("utf-8-sig", "replace")
