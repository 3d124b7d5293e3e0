# The cookies that come with answers: the collector's own, from which it makes network_userid,
# and a load balancer's. At most 4, and as a header's value `limit` bytes, which are at most 512.
#
# In a file, those that last (Expires, Max-Age) survive a reboot. It is written when such a cookie
# is new or deleted, and when two answers in a row bring the same changed value: some load
# balancers send another one with each answer, and flash wears out.
from .. import clock
from ..clock.http_date import unix_ms

_MOST = 4


class Cookies:
    value = b""  # the Cookie header's

    def __init__(self, path: "str | None" = None, limit: int = 300):
        self._path = path
        self._limit = min(limit, 512)
        self._kept = {}  # values by name
        try:
            if path:
                with open(path, "rb") as file:
                    for pair in file.read(1000).split(b"; "):
                        self._keep(*_checked(pair))
        except OSError:
            pass  # there is none yet
        self._saved = dict(self._kept)  # the same as the file has them
        self.value = _joined(self._kept)

    def take(self, header: bytes) -> None:
        """Take over a Set-Cookie header, if it is one that can be sent back."""
        pair, _, attributes = header.partition(b";")
        name, value = _checked(pair.strip())
        if not name:
            return
        before = self._kept.get(name)
        lasts, gone = _lifetime(attributes.lower())
        if gone:
            self._kept.pop(name, None)
        else:
            self._keep(name, value, lasts)
        self.value = _joined(self._kept)
        saved = self._saved.get(name)
        if gone and saved is not None:
            del self._saved[name]
        elif lasts and name in self._kept and value != saved and (not saved or value == before):
            self._saved[name] = value
        else:
            return
        try:
            if self._path:
                with open(self._path, "wb") as file:
                    file.write(_joined(self._saved))
        except OSError:
            pass  # it is still known until the next boot

    def _keep(self, name, value, lasts=False):
        before = self._kept
        if not name:
            return
        self._kept = dict(before)
        self._kept[name] = value
        if self._is_too_much() and lasts:  # it is worth more than those that do not last
            self._kept = dict(self._saved)
            self._kept[name] = value
        if self._is_too_much():
            self._kept = before

    def _is_too_much(self):
        return len(self._kept) > _MOST or len(_joined(self._kept)) > self._limit


def _joined(cookies):
    return b"; ".join([name + b"=" + cookies[name] for name in cookies])


def _lifetime(attributes):
    # (whether it is to last, whether it is to be deleted); Max-Age counts more than Expires.
    lasts = gone = False
    for attribute in attributes.split(b";"):
        name, _, value = attribute.strip().partition(b"=")
        if name == b"max-age":
            return True, value[:1] == b"-" or value == b"0"
        if name == b"expires":
            time = unix_ms(value.replace(b"-", b" "))
            lasts = True
            # thu, 01 jan 1970 00:00:00 gmt
            gone = value[12:14] == b"19" or bool(time and time <= clock.unix_ms())
    return lasts, gone


def _checked(pair):
    # Its name and value; the name is empty if it cannot be sent back.
    for byte in pair:
        if not 33 <= byte <= 126 or byte in b'",;\\':
            return b"", b""
    name, equals, value = pair.partition(b"=")
    return (name, value) if equals else (b"", b"")
