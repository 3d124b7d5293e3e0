"""What can be wrong with the options at the start, and what to do about it."""

import errno
import socket
import urllib.parse

from tools.collector.http import address
from tools.collector.http.access import is_loopback

_VERSION = "[1-9]*-*-*"
_LAYOUT = "VENDOR/NAME/jsonschema/1-0-0"


def schemas_mistake(directory):
    """Return what is wrong with a directory of ``--schemas``, or None."""
    if not directory.is_dir():
        several = "; several directories are separated by a colon" if " " in str(directory) else ""
        return f"there is no directory {directory}{several}"
    if _has(directory, f"*/*/jsonschema/{_VERSION}"):
        return None
    whole = directory.resolve()
    for above, pattern in enumerate(("*/jsonschema/", "jsonschema/", "")):
        if _has(directory, pattern + _VERSION):
            return f"{directory} is too deep: name {whole.parents[above]}, which has {_LAYOUT}"
    if _has(directory / "schemas", f"*/*/jsonschema/{_VERSION}"):
        return f"{directory} is too high: name {directory / 'schemas'}, which has {_LAYOUT}"
    return f"{directory} has no schema: put one at {directory}/{_LAYOUT}, or leave it out"


def _has(directory, pattern):
    return any(path.is_file() for path in directory.glob(pattern))


def listen_mistake(host, port, error):
    """Return why the collector cannot listen, an ``OSError``, and what to do."""
    if isinstance(error, socket.gaierror):
        return (
            f"--host: the name {host} is not known. Use 127.0.0.1 for this machine alone, 0.0.0.0"
            " for its networks, or one of its addresses."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        own = address.own_address()
        return (
            f"--host: {host} is no address of this machine. Use 127.0.0.1 for this machine alone,"
            f" 0.0.0.0 for its networks{own and f', or {own}' or ''}."
        )
    why = f"cannot listen on {host}:{port}: {error.strerror or error}.\n"
    if error.errno == errno.EACCES:
        return f"{why}Ports below 1024 need the rights of an administrator: choose another one."
    return f"{why}Choose another port with --port, or any free one with --port 0."


def forwards_to_itself(url, host, port):
    """Whether ``--forward`` has the address that the collector is to listen at."""
    target = urllib.parse.urlsplit(url)
    if port != (target.port or {"http": 80, "https": 443}[target.scheme]):
        return False
    listens_everywhere = host in address.ALL_ADDRESSES
    own = {host, *address.ALL_ADDRESSES}
    if listens_everywhere:
        own |= {address.own_address(), socket.gethostname()}
    local = is_loopback(target.hostname) and (listens_everywhere or is_loopback(host))
    return local or target.hostname in own
