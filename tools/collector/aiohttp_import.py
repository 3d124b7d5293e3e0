"""Imports aiohttp without the certificates of the system, so that the collector starts quickly.

aiohttp reads all of them twice when it is imported, for its clients: a fourth of the time of a
start. :mod:`enrich.registry`, the only client here, reads them when it makes its first connection.
Import this before anything that imports aiohttp.
"""

import os

_PLACES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # where OpenSSL looks for them

_set = {name: os.environ[name] for name in _PLACES if name in os.environ}
os.environ.update(dict.fromkeys(_PLACES, os.devnull))
try:
    import aiohttp  # noqa: F401
finally:
    for _name in _PLACES:
        del os.environ[_name]
    os.environ.update(_set)
