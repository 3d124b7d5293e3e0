"""Which cookies are sent back and which are kept in a file."""

import os
from binascii import hexlify

import snowplow_tracker.transport.cookies as module
from fake_time import NOW, Time
from snowplow_tracker.transport.cookies import Cookies

SP = b"sp=%s; Expires=Sun, 22 Nov 2027 12:29:06 GMT; Path=/; SameSite=None; Secure; HttpOnly"
ID = b"5b7f2c1a-3f7e-4a55-9d38-0f3d6a5e2b11"
# The cookies of load balancers, as AWS, HAProxy and nginx document them.
AWS = b"AWSALB=%s; Expires=Sun, 29 Nov 2026 12:29:06 GMT; Path=/"
HAPROXY = b"SRV=s1; path=/"
NGINX = b"route=1764165600.12.34.5678|abcdef0123456789; path=/; HttpOnly"


class File:
    """A cookie file; `writes` counts how often it was opened for writing."""

    def __enter__(self):
        self.path = (os.getenv("TMPDIR") or "/tmp") + "/cookie-" + hexlify(os.urandom(8)).decode()
        self.writes = 0
        module.open = self._open
        return self

    def __exit__(self, *_):
        del module.open
        try:
            os.remove(self.path)
        except OSError:
            pass

    def _open(self, path, mode):
        self.writes += "w" in mode
        return open(path, mode)

    def read(self):
        try:
            with open(self.path, "rb") as file:
                return file.read()
        except OSError:
            return b""


def sent(cookies):
    """The cookies as they are sent back, in any order."""
    return set(cookies.value.split(b"; ")) - {b""}


def test_the_collectors_cookie_is_written_once_and_survives_a_reboot():
    with File() as file, Time(NOW):
        cookies = Cookies(file.path)
        for _ in range(100):
            cookies.take(SP % ID)
        assert cookies.value == b"sp=" + ID and file.writes == 1
        assert Cookies(file.path).value == b"sp=" + ID


def test_a_file_of_before_is_read():
    with File() as file:
        with open(file.path, "wb") as old:
            old.write(b"sp=" + ID)
        cookies = Cookies(file.path)
        assert cookies.value == b"sp=" + ID
        cookies.take(SP % ID)
        assert not file.writes


def test_a_load_balancers_cookies_neither_displace_the_collectors_nor_wear_out_flash():
    for others in ([HAPROXY], [NGINX], [HAPROXY, NGINX]):
        for order in (others + [SP % ID], [SP % ID] + others):
            with File() as file, Time(NOW):
                cookies = Cookies(file.path)
                for _ in range(50):
                    for header in order:
                        cookies.take(header)
                assert sent(cookies) == {b"sp=" + ID} | {c.split(b";")[0] for c in others}
                assert file.writes == 1 and file.read() == b"sp=" + ID


def test_a_cookie_that_is_another_with_each_answer_is_written_once():
    with File() as file, Time(NOW):
        cookies = Cookies(file.path)
        for n in range(50):
            cookies.take(SP % ID)
            cookies.take(AWS % (b"%d" % n + b"A" * 130))
        assert file.writes == 2
        assert sent(cookies) == {b"sp=" + ID, b"AWSALB=49" + b"A" * 130}


def test_a_changed_cookie_is_written_when_it_came_twice():
    with File() as file, Time(NOW):
        cookies = Cookies(file.path)
        cookies.take(SP % ID)
        cookies.take(SP % b"another")
        assert cookies.value == b"sp=another" and Cookies(file.path).value == b"sp=" + ID
        for _ in range(5):
            cookies.take(SP % b"another")
        assert Cookies(file.path).value == b"sp=another" and file.writes == 2


def test_a_deleted_cookie_is_gone_from_ram_and_file():
    for attributes in (
        b"Max-Age=0",
        b"max-age=-1",
        b"Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        b"Expires=Thu, 01-Jan-1970 00:00:00 GMT",
        b"expires=Mon, 26 Jul 1997 05:00:00 GMT",
        b"Expires=Sun, 22 Nov 2026 11:29:06 GMT",
        b"Expires=Sun, 22 Nov 2027 11:29:06 GMT; Max-Age=0",
    ):
        with File() as file, Time(NOW):
            cookies = Cookies(file.path)
            cookies.take(SP % ID)
            cookies.take(HAPROXY)
            for _ in range(3):
                cookies.take(b"sp=; Path=/; " + attributes)
            assert cookies.value == b"SRV=s1" and file.writes == 2, attributes
            cookies.take(b"SRV=; " + attributes)
            assert cookies.value == b"" and file.writes == 2
            assert Cookies(file.path).value == b""


def test_what_lasts():
    for attributes, lasts in (
        (b"", False),
        (b"; Path=/; Secure", False),
        (b"; Max-Age=31536000", True),
        (b"; Max-Age=0000", True),  # no form that a server writes
        (b"; Expires=Sun, 22 Nov 2027 12:29:06 GMT", True),
        (b"; Expires=Sun, 22-Nov-2027 12:29:06 GMT", True),
        (b"; Expires=Fri, 31 Dec 9999 23:59:59 GMT", True),
        (b"; Expires=soon", True),
        (b"; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
    ):
        with File() as file, Time(NOW):
            cookies = Cookies(file.path)
            cookies.take(b"sp=1" + attributes)
            assert cookies.value == b"sp=1" and (file.read() == b"sp=1") == lasts, attributes


def test_they_are_few_and_short_and_what_lasts_comes_first():
    cookies = Cookies(None, 290)
    for n in range(50):
        cookies.take(b"session%d=%s" % (n, b"x" * 30))
        assert len(cookies.value) <= 290 and len(sent(cookies)) <= 4
    assert b"session0=" in cookies.value  # no other displaces it
    cookies.take(SP % ID)
    assert b"sp=" + ID in sent(cookies)
    for n in range(50):
        cookies.take(b"lasting%d=%s; Max-Age=9" % (n, b"x" * 100))
        assert len(cookies.value) <= 290 and b"sp=" + ID in sent(cookies)
    cookies.take(b"big=%s; Max-Age=9" % (b"x" * 290))
    assert b"sp=" + ID in sent(cookies)


def test_cookies_that_cannot_be_sent_back_are_not_kept():
    bad = (b"", b"sp", b"=x", b"a=b\r\nX: y", b"a=b c", b"a=\xff", b"a=" + b"x" * 299, b'a="b"')
    for value in bad:
        cookies = Cookies()
        cookies.take(value)
        assert cookies.value == b"", value


def test_no_file_is_no_harm():
    for path in (None, "no/such/folder/file"):
        cookies = Cookies(path)
        cookies.take(SP % ID)
        assert cookies.value == b"sp=" + ID


def test_a_broken_file_is_no_harm():
    with File() as file:
        for data in (b"", b"\xff" * 5000, b"sp", b"; ; =", b"a=b\r\nX: y", os.urandom(300)):
            with open(file.path, "wb") as broken:
                broken.write(data)
            assert Cookies(file.path).value == b"", data
        with open(file.path, "wb") as broken:
            broken.write(b"\xff; sp=" + ID)
        assert Cookies(file.path).value == b"sp=" + ID
