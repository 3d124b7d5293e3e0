# Signed documents (tools/release/signing.py makes them): a line of JSON, and a line with its RSA
# signature in hex, as PKCS#1 v1.5 with SHA-256 (RFC 8017, 8.2). The key is the DER of an
# RSAPublicKey with 2048 to 4096 bits and the exponent 65537.
#
# The whole padded block is made and compared, and nothing of it is parsed: forged signatures
# live on what a parser passes over.
import json
from binascii import hexlify, unhexlify
from hashlib import sha256

# How PKCS#1 announces the 32 bytes of a SHA-256.
_PREFIX = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def modulus(der):
    """The bytes of the key's modulus; ValueError for any other file."""
    k = len(der) - 14
    if not 256 <= k <= 512 or not der[9] & 128 or not der[-6] & 1:
        raise ValueError("update.key: expected an RSA key of 2048 to 4096 bits as PKCS#1 in DER")
    head = b"\x30\x82%s\x02\x82%s\0" % ((k + 10).to_bytes(2, "big"), (k + 1).to_bytes(2, "big"))
    if der[:9] != head or der[-5:] != b"\x02\x03\x01\x00\x01":
        raise ValueError("update.key: expected what `make release-key` made, release.der")
    return der[9:-5]


def load(path):
    """The bytes of the modulus in a key's file; ValueError if it is none."""
    try:
        with open(path, "rb") as file:
            return modulus(file.read(600))
    except OSError:
        raise ValueError("update.key: there is no file %s on the board" % path)


def is_signed(line, signature, key):
    """Whether the bytes `signature` are those of `line`; `key`: bytes of a modulus."""
    k = len(key)
    n = int.from_bytes(key, "big")
    s = int.from_bytes(signature, "big")
    if len(signature) != k or s >= n:
        return False
    block = b"\0\1" + b"\xff" * (k - 54) + b"\0" + _PREFIX + sha256(line).digest()
    return pow(s, 65537, n).to_bytes(k, "big") == block


def read(document, kind, key):
    """The dict in a signed document of this kind; ValueError for what the key has not signed."""
    line, _, text = document.partition(b"\n")
    try:
        signature = unhexlify(text[:-1])
    except ValueError:
        signature = b""
    if hexlify(signature) + b"\n" != text or not is_signed(line, signature, key):
        raise ValueError("it is not signed by update.key")
    data = json.loads(line)
    if not isinstance(data, dict) or data.get("kind") != kind:
        raise ValueError("expected a document of the kind " + kind)
    return data
