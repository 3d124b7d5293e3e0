"""The root certificates that a board verifies its collector with: `roots` in the config.

A board takes DER only, and one that is cut short or is something else would fail each boot. So a
deploy reads the file beside the config, PEM or DER, and brings what is in it as DER. Where the
config names none, the user may choose one of the chain that the collector presents.
"""

import hashlib
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tools.deploy import Stop

FILE = "collector_root.der"  # what is pinned is written to, beside the config
SECONDS = 15  # for the collector's answer
BEFORE_3_13 = "_sslobj"  # what has the methods for the chain in a Python whose socket has not


def read(path):
    """The certificates in a file of PEM or DER, as bytes of DER. Stop if it has none."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise Stop(f"roots: cannot read {path}: {e.strerror}")
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(one) for one in _split(data)]
    except ValueError:
        found = []
    if not found:
        raise Stop(
            f"roots: {path} has no certificates, or one that is damaged: expected PEM (-----BEGIN "
            "CERTIFICATE-----) or DER"
        )
    return b"".join(one.public_bytes(Encoding.DER) for one in found)


def _split(data):
    # The DER objects that lie one after the other in bytes.
    while data:
        if data[:2] != b"\x30\x82" or len(data) < 4 + int.from_bytes(data[2:4], "big"):
            raise ValueError("no DER certificate")
        size = 4 + int.from_bytes(data[2:4], "big")
        yield data[:size]
        data = data[size:]


def chain(url):
    """The certificates to choose a root from: a list of (x509 certificate, whether this computer
    trusts it), the collector's own first. OSError if none can be had from the collector at `url`.
    """
    parts = urlsplit(url)
    address = parts.hostname, parts.port or 443
    trusted = []
    try:
        trusted = _chain(address, ssl.create_default_context(), "get_verified_chain")
    except ssl.SSLError:
        pass  # its root is not among this computer's
    if trusted:
        return [(one, True) for one in trusted]
    anyone = ssl.create_default_context()
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: the user judges what it presents
    return [(one, False) for one in _chain(address, anyone, "get_unverified_chain")]


def _chain(address, context, name):
    with socket.create_connection(address, SECONDS) as plain:
        with context.wrap_socket(plain, server_hostname=address[0]) as wrapped:
            ask = getattr(wrapped, name, None) or getattr(getattr(wrapped, BEFORE_3_13), name)
            found = [one if isinstance(one, bytes) else one.public_bytes(2) for one in ask()]
    return [x509.load_der_x509_certificate(one) for one in found]


def roots_of(found):
    """Those of chain() that a board can take as its root: the last one first."""
    return [pair for pair in reversed(found) if _is_authority(pair[0]) or len(found) == 1]


def _is_authority(certificate):
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return certificate.issuer == certificate.subject


def describe(certificate):
    """One line: whose it is, until when, and its SHA-256."""
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return f"{certificate.subject.rfc4514_string()}, until {until}, SHA-256 {digest}"


def choose(url, folder, ask=None):
    """Have the user choose the root of the collector at `url` in the terminal, and write it into
    the Path `folder`. Returns the name of the file; Stop without a terminal, an answer or a chain.
    """
    try:
        found = roots_of(chain(url))
    except OSError as e:
        raise Stop(
            f"roots is missing: the root certificate of {url}. Put its file (PEM or DER) beside "
            f'the config, and write "roots": its name. (The collector cannot be asked: {e})'
        )
    if not found:
        raise Stop(f"roots is missing, and {url} presents no certificate of an authority")
    lines = [f"  {n}  {describe(one)}" for n, (one, _) in enumerate(found, 1)]
    known = "This computer trusts them" if found[0][1] else "This computer does NOT know them"
    text = f"{url} presents these certificates. {known}.\n" + "\n".join(lines)
    if ask is None and not sys.stdin.isatty():
        raise Stop(
            'roots is missing: put the root certificate beside the config, and write "roots": its '
            f"name; or run this in a terminal, to choose one. {text}"
        )
    print(text)
    answer = (ask or input)("The board is to trust number (empty: none): ").strip()
    if not answer.isdigit() or not 1 <= int(answer) <= len(found):
        raise Stop("roots is missing, and no certificate was chosen: run it again")
    path = Path(folder) / FILE
    path.write_bytes(found[int(answer) - 1][0].public_bytes(Encoding.DER))
    return FILE
