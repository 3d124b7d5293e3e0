"""Fetches schemas that are in no directory here from an Iglu server such as Iglu Central.

A schema that is found goes into a cache on disk, which is one more directory of schemas. A schema
that is not found is not requested again for five minutes, and a server that does not answer gets
no request for half a minute. So an unknown schema delays one request, by five seconds at most.
"""

import asyncio
import os
import ssl
import time

import aiohttp

from tools.collector.enrich import strict_json
from tools.collector.enrich.iglu import MAX_SCHEMA_BYTES, parse_uri

IGLU_CENTRAL = "http://iglucentral.com"
_TIMEOUT = 5  # seconds for one schema, name resolution included
_ANSWER_SECONDS = 300  # for which an answer of the server is remembered
_PAUSE_SECONDS = 30  # without a request, after the server did not answer
_MAX_SCHEMAS = 8  # that one request with events may cause to be fetched
_MAX_WAITING = 16  # requests with events that may wait at a time
_MAX_ANSWERS = 1000  # that are remembered


class Registry:
    """Fetches schemas from the server ``url`` into the directory ``cache``.

    Make it in the event loop. One other thread may call :meth:`fetch_from_thread` and
    :meth:`recent_answer`.
    """

    def __init__(self, url, cache):
        self.url, self.cache = url.rstrip("/"), cache
        self._loop = asyncio.get_running_loop()
        self._answers = {}  # uri -> (monotonic time until which it is remembered, text)
        self._pause = (0, "")  # the same for the whole server
        self._waiting = 0
        self._session = None

    def recent_answer(self, uri):
        """Return the server's last answer about a schema, as text; None if it can be fetched."""
        for end, text in (self._answers.get(uri, (0, "")), self._pause):
            if time.monotonic() < end:
                return f"{self.url} ({text})"
        return None

    def fetch_from_thread(self, uris):
        """Fetch schemas; return a future that is done when each has a file or an answer.

        Returns None where too many requests wait already: the schemas are then unresolved.
        """
        if self._waiting >= _MAX_WAITING:
            return None
        self._waiting += 1
        return asyncio.run_coroutine_threadsafe(self._fetch_counted(uris), self._loop)

    async def _fetch_counted(self, uris):
        try:
            await self.fetch(uris)
        finally:
            self._waiting -= 1

    def forget(self, uris):
        """Forget what the server answered about schemas, so that they can be fetched again."""
        for uri in uris:
            self._answers.pop(uri, None)
        self._pause = (0, "")

    async def fetch(self, uris):
        """Fetch schemas. It takes five seconds at most and never fails."""
        wanted = sorted(uris)
        for uri in wanted[_MAX_SCHEMAS:]:
            text = f"not asked: over {_MAX_SCHEMAS} unknown schemas at once"
            self._remember(uri, _PAUSE_SECONDS, text)
        await asyncio.gather(*map(self._fetch, wanted[:_MAX_SCHEMAS]))

    async def close(self):
        """Close the connections to the server."""
        if self._session:
            await self._session.close()

    async def _fetch(self, uri):
        try:
            status, text = await asyncio.wait_for(self._get(uri), _TIMEOUT)
            if status == 200:
                self._write(uri, text)
            else:
                self._remember(uri, _ANSWER_SECONDS, f"answered {status}")
        except ValueError as error:
            self._remember(uri, _ANSWER_SECONDS, str(error))
        except (asyncio.TimeoutError, aiohttp.ClientError, OSError) as error:
            text = "no answer" if isinstance(error, asyncio.TimeoutError) else "not reachable"
            asked = time.strftime("%H:%M:%S")
            self._pause = time.monotonic() + _PAUSE_SECONDS, f"{text}, asked {asked}"

    async def _get(self, uri):
        if self._session is None:
            # Not aiohttp's own context: aiohttp_import has left out the certificates there.
            connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
            self._session = aiohttp.ClientSession(trust_env=True, connector=connector)
        path = uri.removeprefix("iglu:")
        async with self._session.get(f"{self.url}/schemas/{path}") as answer:
            text = b""
            while chunk := await answer.content.read(65536):
                text += chunk
                if len(text) > MAX_SCHEMA_BYTES:
                    raise ValueError("answered more than 1 MiB")
            return answer.status, text

    def _write(self, uri, text):
        """Write a schema into the cache, completely or not at all."""
        vendor, name, format, version = parse_uri(uri)
        try:
            identity = strict_json.parse(text.decode())["self"]
            found = tuple(identity[key] for key in ("vendor", "name", "version"))
            is_same = found == (vendor, name, version)
        except (ValueError, LookupError, TypeError):
            is_same = False
        if not is_same:
            raise ValueError("answered with something else")
        path = self.cache / vendor / name / format / version
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}")
            part.write_bytes(text)
            part.replace(path)
        except OSError as error:
            raise ValueError(f"answered, but {self.cache} cannot be written: {error.strerror}")

    def _remember(self, uri, seconds, text):
        if len(self._answers) >= _MAX_ANSWERS:
            self._answers.pop(next(iter(self._answers)))
        self._answers[uri] = time.monotonic() + seconds, text
