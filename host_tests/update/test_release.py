"""Releases on the developer's computer: keys, manifests, patches."""

import stat
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.on_demand.update_check import place
from host_tests.update.conftest import make_images
from tools.deploy.one_board import check_clock
from tools.release import manifest, patch, signing
from tools.release.__main__ import main


class Pieces:
    """A file in memory that gives fewer bytes than were asked for, now and then."""

    def __init__(self, data=b""):
        self.data, self.at = bytearray(data), 0

    def seek(self, at):
        self.at = at

    def read(self, n):
        found = bytes(self.data[self.at : self.at + n])
        self.at += len(found)
        return found

    def readinto(self, buf):
        found = self.read(min(len(buf), 1 + self.at % 300))
        buf[: len(found)] = found
        return len(found)

    def write(self, data):
        self.data += data
        return len(data)


def applied(old, made, size):
    from firmware.on_demand.update_patch import apply

    new = Pieces()
    for _ in apply(Pieces(old), Pieces(made), new, size):
        pass
    return bytes(new.data)


# --- patches ----------------------------------------------------------------------------------
words = st.lists(st.sampled_from([b"abcdefgh", b"x", b"\0" * 9]))
some_bytes = st.binary(max_size=60) | words.map(b"".join)


@settings(max_examples=400, deadline=None)
@given(some_bytes, some_bytes)
def test_a_patch_makes_the_new_of_the_old(old, new):
    assert applied(old, patch.make(old, new), len(new)) == new


def test_a_patch_is_little_more_than_the_module_that_changed():
    old, new, changed = make_images(size=20000)
    assert len(patch.make(old, new)) < changed * 1.01
    assert len(patch.make(old, old)) < 20


def test_no_damage_of_a_patch_makes_anything_but_an_error_or_that_size():
    old, new, _ = make_images(size=60)
    made = patch.make(old, new)
    for at in range(len(made)):
        for bad in (made[:at], made[:at] + bytes([made[at] ^ 255]) + made[at + 1 :]):
            try:
                assert len(applied(old, bad, len(new))) == len(new)
            except ValueError:
                pass
    with pytest.raises(ValueError):
        applied(old, made + b"\0", len(new))
    with pytest.raises(ValueError):
        applied(old, made, len(new) - 1)


# --- keys ----------------------------------------------------------------------------------------
def test_a_pair_of_keys(tmp_path):
    path = tmp_path / "keys" / "release.pem"
    public = signing.make_pair(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public.read_bytes() == signing.public_der(signing.load_private(path))
    before = path.read_bytes()
    with pytest.raises(signing.KeyFileError, match="is there already"):
        signing.make_pair(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "key, words",
    [
        (lambda: rsa.generate_private_key(65537, 1024), "expected 2048 to 4096 bits"),
        (lambda: rsa.generate_private_key(3, 2048), "exponent 65537"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "expected an RSA key"),
    ],
)
def test_a_key_that_boards_cannot_use_is_refused(tmp_path, key, words):
    path = tmp_path / "k.pem"
    path.write_bytes(
        key().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(signing.KeyFileError, match=words):
        signing.load_private(path)
    with pytest.raises(signing.KeyFileError, match="release-key KEY="):
        signing.load_private(tmp_path / "none.pem")
    path.write_text("no key")
    with pytest.raises(signing.KeyFileError, match="not a private key"):
        signing.load_private(path)


# --- manifests -----------------------------------------------------------------------------------
def test_releases_in_a_folder(tmp_path, keys):
    key = signing.load_private(keys)
    images = [make_images(seed)[0] for seed in range(8)]
    for made in images:
        offer = manifest.publish(tmp_path, made, key, now=1795738410)
    assert offer["version"] == 202611270013 + 7  # it rises, whatever the clock says
    assert signing.read((tmp_path / "manifest.json").read_bytes(), key) == offer
    # What is kept are the last images, and what leads from them to the newest.
    kept = {manifest.id_of(made) for made in images[-1 - manifest.KEEP :]}
    assert {path.stem for path in tmp_path.glob("*.img")} == kept
    assert (tmp_path / f"{manifest.id_of(images[-1])}.img").read_bytes() == images[-1]
    for path in tmp_path.glob("*.patch"):
        assert set(path.stem.split("-")) <= kept
    assert not list(tmp_path.glob("*.part"))


def test_a_release_needs_the_folders_key(tmp_path, keys):
    manifest.publish(tmp_path, b"image", signing.load_private(keys))
    other = tmp_path / "other.pem"
    signing.make_pair(other)
    with pytest.raises(ValueError, match="signed by another key"):
        manifest.publish(tmp_path, b"image 2", signing.load_private(other))


def test_the_command_line(tmp_path, capsys):
    key, folder = tmp_path / "release.pem", tmp_path / "firmware"
    assert main(["key", str(key)]) == 0
    assert '"key": "release.der"' in capsys.readouterr().out
    (tmp_path / "image").write_bytes(make_images()[0])
    options = ["--key", str(key), "--folder", str(folder)]
    assert main(["rollout", *options, "--percent", "5"]) == 2
    assert "no release is here" in capsys.readouterr().err
    assert main(["make", *options, "--image", str(tmp_path / "image"), "--percent", "10"]) == 0
    (tmp_path / "image").write_bytes(make_images()[1])
    assert main(["make", *options, "--image", str(tmp_path / "image"), "--groups", "a,b"]) == 0
    assert "bytes for a board that has" in capsys.readouterr().out
    found = manifest.current(folder, signing.load_private(key))
    assert found["rollout"] == {"groups": ["a", "b"]}
    assert main(["rollout", *options, "--halt"]) == 0
    halted = manifest.current(folder, signing.load_private(key))
    assert halted["rollout"] == {"groups": ["a", "b"], "halt": True}
    assert halted["version"] == found["version"] and halted["signed"] > found["signed"]


# --- rollout ----------------------------------------------------------------------------------
def test_a_clock_that_was_ahead_is_told(tmp_path, keys, capsys):
    (tmp_path / "image").write_bytes(make_images()[0])
    arguments = ["make", "--key", str(keys), "--folder", str(tmp_path / "firmware")]
    arguments += ["--image", str(tmp_path / "image")]
    assert main(arguments) == 0 and "in the future" not in capsys.readouterr().out
    key = signing.load_private(keys)
    late = time.time() + 3 * 86400
    version = manifest.publish(tmp_path / "firmware", b"2" * 99, key, now=late)["version"]
    assert main(arguments) == 0
    assert f"{version + 1} is in the future" in capsys.readouterr().out
    check_clock({"run": "a", "deployed": [version, "0123456789abcdef"]})
    assert f"is of {version}, which is in the future" in capsys.readouterr().out
    check_clock({"run": "a", "deployed": [manifest.next_version(0), ""], "release": None})
    check_clock({"run": "a", "deployed": None})
    assert not capsys.readouterr().out


def test_the_boards_of_a_percentage_are_spread_and_stay_the_same():
    places = [place(f"{number:012x}") for number in range(5000)]
    assert set(places) == set(range(100))
    assert 400 < sum(at < 10 for at in places) < 600
    assert place("e66138528350") == place("e66138528350")
    assert place(None) in range(100)  # a machine without an id
