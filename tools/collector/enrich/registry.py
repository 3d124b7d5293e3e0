"""Iglu Central: schemas that are in no directory here, asked for in the background.

What is found goes into a cache on disk, which is one more directory of schemas. What is not found
is remembered for a while, and a server that does not answer is left alone for a while, so that an
unknown schema costs one short wait, and the machine without a network next to nothing.
"""

import asyncio
import os
import time

import aiohttp

from tools.collector.enrich import strict_json
from tools.collector.enrich.iglu import MAX_SCHEMA_BYTES, split

CENTRAL = "http://iglucentral.com"
_SECONDS = 2  # for one schema, name resolution and all
_ABSENT = 300  # seconds for which an answer of the server is believed
_DOWN = 30  # seconds for which a server that did not answer is left alone
_MOST = 8  # schemas that one request may ask for
_UNDER_WAY = 16  # requests that may wait at a time
_KNOWN = 1000  # answers that are remembered


class Registry:
    """Fetches schemas from the server ``url`` into the directory ``cache``.

    Make it in the event loop; :meth:`ask` and :meth:`history` may be called from one other thread.
    """

    def __init__(self, url, cache):
        self.url, self.cache = url.rstrip("/"), cache
        self._loop = asyncio.get_running_loop()
        self._answers = {}  # uri -> (monotonic time at which it is forgotten, what was answered)
        self._down = (0, "")
        self._waiting = 0
        self._session = None

    def history(self, uri):
        """Return what came of asking for a schema lately, as text, or None: it can be asked."""
        for forgotten, text in (self._answers.get(uri, (0, "")), self._down):
            if time.monotonic() < forgotten:
                return f"{self.url} ({text})"
        return None

    def ask(self, uris):
        """Fetch schemas; return a future that is done when each has a file or a history.

        None where too many requests wait already: then the schemas are unresolved for now.
        """
        if self._waiting >= _UNDER_WAY:
            return None
        self._waiting += 1
        return asyncio.run_coroutine_threadsafe(self._counted(uris), self._loop)

    async def _counted(self, uris):
        try:
            await self.fetch(uris)
        finally:
            self._waiting -= 1

    async def fetch(self, uris):
        """Await the same in the event loop. It takes two seconds at most and never fails."""
        wanted = sorted(uris)
        for uri in wanted[_MOST:]:
            self._remember(uri, _DOWN, f"not asked: over {_MOST} unknown schemas at once")
        await asyncio.gather(*map(self._fetch, wanted[:_MOST]))

    async def close(self):
        """End what is under way."""
        if self._session:
            await self._session.close()

    async def _fetch(self, uri):
        try:
            status, text = await asyncio.wait_for(self._get(uri), _SECONDS)
            if status == 200:
                self._keep(uri, text)
            else:
                self._remember(uri, _ABSENT, f"answered {status}")
        except ValueError as error:
            self._remember(uri, _ABSENT, str(error))
        except (asyncio.TimeoutError, aiohttp.ClientError, OSError) as error:
            text = "no answer" if isinstance(error, asyncio.TimeoutError) else "not reachable"
            self._down = time.monotonic() + _DOWN, f"{text}, asked {time.strftime('%H:%M:%S')}"

    async def _get(self, uri):
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=True)
        path = uri.removeprefix("iglu:")
        async with self._session.get(f"{self.url}/schemas/{path}") as answer:
            text = b""
            while chunk := await answer.content.read(65536):
                text += chunk
                if len(text) > MAX_SCHEMA_BYTES:
                    raise ValueError("answered more than 1 MiB")
            return answer.status, text

    def _keep(self, uri, text):
        """Write a schema into the cache, whole or not at all."""
        vendor, name, format, version = split(uri)
        try:
            told = strict_json.parse(text.decode())["self"]
            right = (told["vendor"], told["name"], told["version"]) == (vendor, name, version)
        except (ValueError, LookupError, TypeError):
            right = False
        if not right:
            raise ValueError("answered something else than this schema")
        path = self.cache / vendor / name / format / version
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{os.getpid()}")
            part.write_bytes(text)
            part.replace(path)
        except OSError as error:
            raise ValueError(f"answered, but {self.cache} cannot be written: {error.strerror}")

    def _remember(self, uri, seconds, text):
        if len(self._answers) >= _KNOWN:
            self._answers.pop(next(iter(self._answers)))
        self._answers[uri] = time.monotonic() + seconds, text
