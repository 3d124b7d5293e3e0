"""Keys, and documents that are signed: RSA with PKCS#1 v1.5 and SHA-256 (RFC 8017, 8.2).

A signed document is one line of JSON, and a line with the signature of the first one (without its
end) in lower-case hex. The private key stays on this computer; a board has the public one, as
the DER of PKCS#1's RSAPublicKey, which firmware/on_demand/signature.py reads.
"""

import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS = 2048
MOST_BITS = 4096  # what a board checks


class KeyFileError(ValueError):
    """The key cannot be used; its text is one line for the user that says what to do."""


def make_pair(path):
    """Write a new private key to `path` (PEM, for its owner only) and the public one beside it.

    Returns the Path of the public key, which has the ending .der. Raises KeyFileError where a
    file is there already: boards that have its public key could not be updated without it.
    """
    path = Path(path)
    public = path.with_suffix(".der")
    if public == path:
        raise KeyFileError(f"{path}: .der is the ending of the public key: give another KEY")
    for file in (path, public):
        if file.exists():
            raise KeyFileError(f"{file} is there already: give another KEY, or move it away")
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600, exist_ok=False)
    path.write_bytes(pem)
    public.write_bytes(public_der(key))
    return public


def load_private(path):
    """The private key in the PEM file `path`; KeyFileError if boards could not use it."""
    try:
        key = serialization.load_pem_private_key(Path(path).read_bytes(), None)
    except FileNotFoundError:
        raise KeyFileError(f"{path}: not found. `make release-key KEY={path}` makes a key")
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path}: not a private key in PEM without a password: {error}")
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyFileError(f"{path}: expected an RSA key. `make release-key KEY=…` makes one")
    numbers = key.public_key().public_numbers()
    bits = key.key_size
    if not BITS <= bits <= MOST_BITS or bits % 8 or numbers.e != 65537:
        raise KeyFileError(
            f"{path}: expected {BITS} to {MOST_BITS} bits and the exponent 65537, got {bits} bits "
            f"and {numbers.e}. `make release-key KEY=…` makes one"
        )
    return key


def public_der(key):
    """The public key of a private one, as the board's file has it: bytes."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.PKCS1
    )


def sign(document, key):
    """The signed document of a dict: bytes. `key` is one of load_private()."""
    line = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    line = line.encode()
    signature = key.sign(line, padding.PKCS1v15(), hashes.SHA256())
    return line + b"\n" + signature.hex().encode() + b"\n"


def read(signed, key):
    """The dict in a signed document; ValueError if `key` has not signed it."""
    line, _, signature = signed.partition(b"\n")
    try:
        key.public_key().verify(
            bytes.fromhex(signature.decode().rstrip("\n")), line, padding.PKCS1v15(),
            hashes.SHA256(),
        )  # fmt: skip
    except (InvalidSignature, ValueError):
        raise ValueError("it was signed by another key")
    return json.loads(line)
