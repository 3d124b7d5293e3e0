"""Signatures against two oracles: `cryptography`, and openssl where there is one. What is forged
is refused, in each way that broke somebody's check before."""

import hashlib
import json
import os
import random
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from firmware.on_demand import signature
from host_tests.update.conftest import HERE
from tools.engine import ROOT
from tools.release import signing

LINE = b'{"kind":"release"}'
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def check(vm_program):
    """check([(key, line, signature)]) -> what the VM says; CPython has to say the same."""

    def run(cases):
        names = ("key", "line", "signature")
        lines = [json.dumps(dict(zip(names, [b.hex() for b in c], strict=True))) for c in cases]
        paths = (".frozen", str(ROOT / "lib"), str(ROOT))
        done = subprocess.run(
            [vm_program, "-X", "heapsize=1m", HERE / "signature.py"],
            env=dict(os.environ, MICROPYPATH=os.pathsep.join(paths)),
            input="\n".join(lines), capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout)
        here = []
        for public, line, signed in cases:
            try:
                here.append(signature.is_signed(line, signed, signature.modulus(public)))
            except ValueError as e:
                here.append(str(e))
        assert found == here
        return found

    return run


def sign(key, line=LINE, hash=None):
    return key.sign(line, padding.PKCS1v15(), hash or hashes.SHA256())


def raw(key, block):
    """The signature whose block is `block`, padded or not."""
    numbers = key.private_numbers()
    n = numbers.public_numbers.n
    return pow(int.from_bytes(block, "big"), numbers.d, n).to_bytes(key.key_size // 8, "big")


def test_what_cryptography_signs_is_good(check, key):
    some = random.Random(1)
    cases = []
    for bits in (2048, 3072, 4096):
        each = key if bits == 2048 else rsa.generate_private_key(65537, bits)
        public = signing.public_der(each)
        lines = [b"", LINE, bytes(range(256)), some.randbytes(5000)]
        cases += [(public, line, sign(each, line)) for line in lines]
    cases += [(signing.public_der(key), b"%d" % i, sign(key, b"%d" % i)) for i in range(300)]
    assert check(cases) == [True] * len(cases)


def test_what_openssl_signs_is_good(check, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    openssl("genrsa", "-out", "k.pem", "2048")
    openssl("rsa", "-in", "k.pem", "-RSAPublicKey_out", "-outform", "DER", "-out", "k.der")
    (tmp_path / "line").write_bytes(LINE)
    openssl("dgst", "-sha256", "-sign", "k.pem", "-out", "signature", "line")
    public = (tmp_path / "k.der").read_bytes()
    assert check([(public, LINE, (tmp_path / "signature").read_bytes())]) == [True]
    assert signing.public_der(signing.load_private(tmp_path / "k.pem")) == public


def cube_root(n):
    low, high = 0, 1 << (n.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < n else (low, middle)
    return low


def test_forged_signatures_are_refused(check, key):
    public = signing.public_der(key)
    digest = hashlib.sha256(LINE).digest()
    info = PREFIX + digest
    k = 256
    n = key.private_numbers().public_numbers.n
    good = sign(key)

    def block(fill=None, head=b"\0\1", info=info, tail=b""):
        size = k - len(head) - 1 - len(info) - len(tail) if fill is None else fill
        made = head + b"\xff" * size + b"\0" + info + tail
        return made + bytes(k - len(made))

    assert raw(key, block()) == good
    without_null = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest
    long_form = b"\x30\x81" + info[1:]
    forged = {
        # Bleichenbacher 2006: what follows the hash is passed over.
        "garbage behind the hash": raw(key, block(8, tail=b"\x55" * 100)),
        "zeros behind the hash": raw(key, block(8)),
        "little padding": raw(key, block(0, tail=b"\1" * 32)),
        # CVE-2014-1568: lengths in another form of BER, with room for garbage.
        "a length in long form": raw(key, block(info=long_form)),
        "no parameters": raw(key, block(info=without_null)),
        "parameters that are no NULL": raw(key, block(info=info.replace(b"\5\0", b"\4\0"))),
        "padding of zeros": raw(key, b"\0\1" + bytes(k - 3 - len(info)) + b"\0" + info),
        "block type 2": raw(key, block(head=b"\0\2")),
        "block type 0": raw(key, block(head=b"\0\0")),
        "a first byte that is not 0": raw(key, block(head=b"\x01\x01")),
        "the bare hash": raw(key, bytes(k - 32) + digest),
        "another hash": raw(key, block(info=PREFIX + hashlib.sha256(b"x").digest())),
        "SHA-1": key.sign(LINE, padding.PKCS1v15(), hashes.SHA1()),
        "SHA-512": sign(key, hash=hashes.SHA512()),
        "PSS": key.sign(LINE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        "0": bytes(k),
        "1": bytes(k - 1) + b"\1",
        "n - 1": (n - 1).to_bytes(k, "big"),
        "n": n.to_bytes(k, "big"),
        "the same, plus n": (int.from_bytes(good, "big") + n).to_bytes(k + 1, "big")[-k:],
        "a byte more": good + b"\0",
        "a zero before it": b"\0" + good,
        "a byte less": good[:-1],
        "nothing": b"",
        "another key's": sign(rsa.generate_private_key(65537, 2048)),
        "another line's": sign(key, LINE + b" "),
        # With the exponent 3 this is the forgery; with 65537 it is just wrong.
        "a cube root": cube_root(int.from_bytes(block(8), "big")).to_bytes(k, "big"),
    }
    for i in range(0, k, 5):
        forged[f"byte {i}"] = good[:i] + bytes([good[i] ^ 1 << i % 8]) + good[i + 1 :]
    cases = [(public, LINE, signed) for signed in forged.values()]
    assert dict(zip(forged, check(cases), strict=True)) == dict.fromkeys(forged, False)


def test_only_a_good_key_is_one(check, key):
    public = signing.public_der(key)
    small = signing.public_der(rsa.generate_private_key(65537, 1024))
    three = signing.public_der(rsa.generate_private_key(3, 2048))
    bad = [small, three, public[:-1], public + b"\0", b"", public[1:], b"\0" + public]
    bad += [public[:i] + bytes([public[i] ^ 1]) + public[i + 1 :] for i in range(9)]
    for found in check([(public, LINE, sign(key)) for public in bad]):
        assert found is not True and "update.key: expected" in found


def test_a_document(key):
    public = signature.modulus(signing.public_der(key))
    good = signing.sign({"kind": "release", "version": 3}, key)
    assert signature.read(good, "release", public) == {"kind": "release", "version": 3}
    line, _, text = good.partition(b"\n")
    for bad in (
        line, line + b"\n", good + b"\n", good[:-1], good[:-1] + b" ", line + b"\n\n" + text,
        b" " + good, line + b"\n" + text.upper(), line + b" \n" + text, text, b"",
        line + b"\n" + text[:-1] + text, good[:-2] + b"g\n",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="not signed"):
            signature.read(bad, "release", public)
    with pytest.raises(ValueError, match="of the kind config"):
        signature.read(good, "config", public)  # a release is no configuration
