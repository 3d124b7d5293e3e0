"""The network of one life: sockets, a name server, a collector, and what may be in its place.

`Net.socket` stands for the module `socket`. A server decides about a request when its head has
come. What it says and when, and whether the account hears of the events, is one of ANSWERS:

  ok...        accepted, with one of the answers that a collector gives
  lost_...     accepted, and the answer never comes whole
  gone_...     not accepted, and no answer
  5xx, 404     not accepted, to be tried again
  400, 413     refused for good
  early        200 before the body was read; then the connection is reset
  portal...    a web page, or a redirect to one: nobody has accepted anything
"""

import errno
import io
import json
import time

EINPROGRESS = errno.EINPROGRESS
EALREADY = errno.EALREADY
ECONNRESET = errno.ECONNRESET
ETIMEDOUT = errno.ETIMEDOUT
EAGAIN = errno.EAGAIN
EBADF = 9
EPIPE = 32
EISCONN = 106
ENETUNREACH = 101
ECONNREFUSED = errno.ECONNREFUSED
EHOSTUNREACH = errno.EHOSTUNREACH

GOOD = ["ok", "ok_json", "ok_empty", "ok_gif", "ok_chunked", "ok_interim", "ok_close"]
LOST = ["lost_reset", "lost_closed", "lost_silent", "lost_half"]
GONE = ["gone_reset", "gone_silent", "gone_page"]
AGAIN = ["500", "503", "502", "404", "429"]
NAME = "collector.example.com"
ADDRESS = "192.0.2.7"
OTHER_NAME = "other.example.com"  # the same collector's
NOBODY = "nobody.example.com"  # a name without a server
NO_ADDRESS = "192.0.2.66"
SERVER = "192.0.2.53"
OWN_ANSWERS = {"/health": "health", "/remote.json": "document"}


def moods(w):
    """What the network is like for a while: weights of answers, and of connections."""
    kind = w.weighted(
        [("calm", 10), ("rough", 6), ("down", 3), ("portal", 2), ("failing", 2), ("early", 1)]
    )
    answers = [(name, 4) for name in GOOD]
    connects = [("open", 40)]
    if kind == "rough":
        answers += [(name, 3) for name in LOST + GONE + AGAIN]
        answers += [("early", 4), ("400", 1), ("413", 1), ("portal", 1), ("garbage", 1)]
        connects += [("refused", 3), ("silent", 1), ("unreachable", 1), ("noname", 2)]
    elif kind == "down":
        connects = [("refused", 1), ("silent", 1), ("unreachable", 1), ("noname", 1)]
    elif kind == "portal":
        answers = [("portal", 4), ("portal_bare", 2), ("portal_302", 1)]
    elif kind == "failing":
        answers = [(name, 3) for name in AGAIN] + [("ok", 2)]
    elif kind == "early":
        answers += [("early", 30), ("lost_reset", 10)]
    return kind, answers, connects


def http_date(unix_ms):
    y, mo, d, h, mi, s, wd, _ = time.gmtime(unix_ms // 1000)[:8]
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[wd]
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[mo * 3 - 3 : mo * 3]
    return "%s, %02d %s %d %02d:%02d:%02d GMT" % (day, d, month, y, h, mi, s)


class Net:
    """The network that a board sees; `account` hears what the collector accepts."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOL_SOCKET = 1
    SO_ERROR = 4

    def __init__(self, world, account):
        self.world = world
        self.account = account
        self.lwip = world.chance(50)
        self.lie = 0  # what the Date of those in between is off by
        self.answer_ntp = None  # of a query: the reply, or None
        self.document = None  # gives what /remote.json has, as bytes
        self.cookies = ()  # those that were given
        self.sets_cookies = world.chance(40)
        self.load_balancer = world.chance(50)
        self.calm()

    def calm(self):
        self.kind = "calm"
        self.answers = [(name, 1) for name in GOOD]
        self.connects = [("open", 1)]
        self.dates = [("right", 1)]
        self.lie = 0

    def change(self):
        self.kind, self.answers, self.connects = moods(self.world)
        self.dates = [("right", 8), ("none", 2), ("junk", 1)]
        self.world.trace("network:", self.kind)

    # --- cookies ------------------------------------------------------------------------------
    def user_of(self, request):
        """The user that the collector knows by its cookie, or None."""
        user = None
        for pair in request.headers.get("cookie", "").split("; "):
            if pair and pair not in self.cookies:
                self.account.fault("torn", "a cookie that nobody gave: %r" % pair)
            if pair[:3] == "sp=":
                user = pair[3:]
        return user

    def set_cookies(self, user):
        """The Set-Cookie lines of an answer, to a user whom it may not know yet."""
        w = self.world
        if not self.sets_cookies:
            return ""
        given = ["sp=" + (user or str(w.between(0, 1 << 28)))]
        lines = "Set-Cookie: %s; Expires=%s; Domain=example.com; Path=/\r\n" % (
            given[0], http_date(w.now + 365 * 86400000)
        )  # fmt: skip
        if self.load_balancer:
            given.append("SRV=s%d" % w.between(1, 3))
            lines = "Set-Cookie: %s; path=/\r\n" % given[1] + lines
        self.cookies += tuple([pair for pair in given if pair not in self.cookies])
        return lines

    # --- the module socket --------------------------------------------------------------------
    def getaddrinfo(self, host, port, family=0, kind=0, *_):
        w = self.world
        w.alive()
        if host in (NAME, OTHER_NAME, NOBODY):
            w.sleep_ms(w.between(1, 300))
            if w.weighted(self.connects) in ("noname", "unreachable"):
                self.account.asked = True
                raise OSError(-2)
            host = NO_ADDRESS if host == NOBODY else ADDRESS
        return [(2, kind, 0, "", (host, port))]

    def socket(self, family=2, kind=1, *_):
        self.world.alive()
        if kind == 2:
            return Datagrams(self)
        return Socket(self)


class Datagrams:
    """A name server and one of NTP behind UDP; some answers come late, or never."""

    def __init__(self, net):
        self.net = net
        self.replies = []

    def setblocking(self, on):
        pass

    def sendto(self, data, address):
        net = self.net
        w = net.world
        w.alive()
        if address[1] == 123:
            reply = net.answer_ntp(data)
            if reply is not None:
                self.replies.append((w.now + w.between(1, 200), reply, address))
            return len(data)
        how = w.weighted(net.connects)
        if how != "open":
            net.account.asked = True
        if how == "unreachable":
            raise OSError(ENETUNREACH)
        if how == "silent":
            return len(data)
        head = data[:2]
        if how == "noname":
            reply = head + b"\x81\x83\0\1\0\0\0\0\0\0" + data[12:]
        else:
            reply = head + b"\x81\x80\0\1\0\1\0\0\0\0" + data[12:]
            reply += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"
            found = NO_ADDRESS if b"\x06nobody" in data else ADDRESS
            reply += bytes([int(p) for p in found.split(".")])
        if w.chance(5):
            reply = reply[: len(reply) // 2]
        self.replies.append((w.now + w.between(5, 1500), reply, address))
        return len(data)

    def recvfrom(self, n):
        w = self.net.world
        w.alive()
        for i, (at, reply, address) in enumerate(self.replies):
            if at <= w.now:
                self.replies.pop(i)
                return reply, address
        raise OSError(EAGAIN)

    def close(self):
        pass


class Socket(io.IOBase):
    """A TCP connection, as a board sees it: from here on, there is a server or there is none."""

    def __init__(self, net):
        self.net = net
        self.world = net.world
        self.blocking = 10000
        self.state = "new"
        self.error = 0
        self.out = []  # [when, bytes, whether they have a Date]
        self.end = None  # (when, "closed" or "reset")
        self.window = 1 << 30  # bytes that can be written yet
        self.data = b""  # of the request that comes
        self.request = None
        self.deaf = False  # the server reads no more
        self.idle_until = None

    def setblocking(self, on):
        self.blocking = 10000 if on else 0

    def settimeout(self, seconds):
        self.blocking = int((seconds or 10) * 1000)

    def setsockopt(self, *_):
        pass

    def getsockopt(self, *_):
        self.world.alive()
        self._settle()
        return self.error

    def ioctl(self, request, argument):
        # poll: 1 readable, 4 writable, 8 error, 16 hung up
        self.world.alive()
        if request == 3:
            self._settle()
            found = 0
            if self.state == "open":
                found |= argument & 4
                if self._readable():
                    found |= argument & 1
                if self._was_reset():
                    found |= 8 | 16
            elif self.state == "failed":
                found |= 8 | 16
            return found
        if request == 4:
            self.close()
            return 0
        return -22

    # --- connecting -----------------------------------------------------------------------------
    def connect(self, address):
        w = self.world
        w.alive()
        if self.state == "new":
            how = w.weighted(self.net.connects)
            if NO_ADDRESS in address:
                how = w.pick(("refused", "silent"))
            if how != "open":
                self.net.account.asked = True
            if how == "unreachable":
                self.state = "failed"
                self.error = EHOSTUNREACH
                raise OSError(EHOSTUNREACH)
            self.how = how
            self.at = w.now + w.between(1, 400)
            self.state = "connecting"
            if not self.blocking:
                raise OSError(EINPROGRESS)
            self._wait(lambda: self._settle() or self.state != "connecting")
        self._settle()
        if self.state == "connecting":
            raise OSError(EALREADY)
        if self.state == "failed":
            # lwIP frees the connection on RST, and forgets why.
            if self.net.lwip:
                raise OSError(EBADF if not self.blocking else ECONNRESET)
            raise OSError(self.error)
        if self.blocking:
            return None
        raise OSError(EISCONN)

    def _settle(self):
        if self.state == "connecting" and self.world.now >= self.at and self.how != "silent":
            if self.how == "refused":
                self.state = "failed"
                self.error = ECONNRESET if self.net.lwip else ECONNREFUSED
            else:
                self.state = "open"
                w = self.world
                self.idle_until = w.now + w.pick((2000, 60000, 1 << 40))

    def _wait(self, ready):
        until = self.world.now + self.blocking
        while not ready():
            if self.world.now >= until:
                raise OSError(ETIMEDOUT)
            self.world.sleep_ms(5)

    # --- bytes ----------------------------------------------------------------------------------
    def _was_reset(self):
        if self.request is None and not self.out and self.end is None:
            if self.world.now >= self.idle_until:  # nobody asked for anything for a while
                self.end = self.idle_until, "closed"
        return self.end and self.world.now >= self.end[0] and self.end[1] == "reset"

    def _readable(self):
        return self._was_reset() or bool(
            self.out and self.world.now >= self.out[0][0]
            or not self.out and self.end and self.world.now >= self.end[0]
        )

    def write(self, data):
        w = self.world
        w.alive()
        if isinstance(data, str):  # as `requests` gives it, and MicroPython's sockets take it
            data = data.encode()
        if self.state != "open":
            raise OSError(EPIPE)
        if self._was_reset():
            raise OSError(ECONNRESET)
        if self.end and w.now >= self.end[0]:
            self.end = w.now, "reset"  # the other side is gone: it will say so
            return len(data)
        n = min(len(data), self.window)
        if n and w.chance(30):
            n = w.between(1, n)
        if not n:
            if self.blocking:
                self._wait(lambda: self._was_reset())
                raise OSError(ECONNRESET)
            return None
        if self.window < 1 << 29:
            self.window -= n
        if not self.deaf:
            self.data += bytes(data[:n])
            self._take()
        if self.blocking and n < len(data):
            return n + self.write(data[n:])
        return n

    def readinto(self, buf):
        w = self.world
        w.alive()
        if self.state == "failed":
            raise OSError(self.error)
        if self.state != "open":
            raise OSError(128)
        while True:
            if self._was_reset() and not (self.out and self.out[0][0] <= self.end[0]):
                self.out = []
                raise OSError(ECONNRESET)
            if self.out and w.now >= self.out[0][0]:
                data = self.out[0][1]
                n = min(len(buf), len(data))
                if n > 1 and w.chance(20):
                    n = w.between(1, n)
                buf[:n] = data[:n]
                self.out[0][1] = data[n:]
                # A Date that is read late tells the board nothing.
                fresh = w.now - self.out[0][0] < 1000
                if self.out[0][2] and fresh and data.find(b"\r\n\r\n") >= 0:
                    self.net.account.told = True
                if not self.out[0][1]:
                    self.out.pop(0)
                return n
            if not self.out and self.end and w.now >= self.end[0]:
                return 0
            if not self.blocking:
                return None
            self._wait(self._readable)

    def recv(self, n):
        self.world.alive()
        self._settle()
        if self.state == "connecting":
            raise OSError(EAGAIN)
        buf = bytearray(n)
        n = self.readinto(buf)
        if n is None:
            raise OSError(EAGAIN)
        return bytes(buf[:n])

    # What `requests` uses besides.
    def readline(self):
        line = b""
        byte = bytearray(1)
        while not line.endswith(b"\n") and self.readinto(byte):
            line += byte
        return line

    def read(self, n=-1):
        found = b""
        buf = bytearray(64)
        while n < 0 or len(found) < n:
            k = self.readinto(buf if n < 0 else memoryview(buf)[: n - len(found)])
            if not k:
                break
            found += buf[:k]
        return found

    def close(self):
        if not self.world.dead:
            self.state = "closed"

    # --- the server -----------------------------------------------------------------------------
    def _take(self):
        net, w = self.net, self.world
        if self.request is None:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return
            self.request = Request(self.data[: end + 4], w.now)
            self.user = net.user_of(self.request)
            self.data = self.data[end + 4 :]
            how = OWN_ANSWERS.get(self.request.path) or w.weighted(net.answers)
            self.how = how
            if how == "early" and self.request.length > len(self.data) + 400:
                # It answers, and reads no more than this.
                self.window = w.between(1, self.request.length - len(self.data) - 300)
                self.deaf = True
                self._say("200 OK", b"ok", w.between(0, 20))
                self.end = w.now + w.between(20, 200), "reset"
                return
        request = self.request
        if len(self.data) < request.length:
            return
        body = self.data[: request.length]
        self.data = self.data[request.length :]
        self.request = None
        self.idle_until = w.now + w.pick((2000, 60000, 1 << 40))
        how = self.how
        if how == "health":
            net.account.asked = True
            if net.kind == "portal":
                how = "portal"
            else:
                how = w.pick(("ok", "404", "500", "ok_close"))
            self.how = how
        elif how == "document":
            how = self.how = w.weighted(
                [("document", 6), ("ok", 1), ("404", 1), ("500", 1), ("gone_silent", 1)]
                if net.kind in ("calm", "rough") else [(net.kind, 1)]
            )  # fmt: skip
        elif how[:2] == "ok" or how[:4] == "lost" or how == "early":
            net.account.receive(request, body)
        elif how in ("400", "413"):
            net.account.refuse(request, body, how)
        else:
            net.account.hear(request, body, how)
        w.trace("server:", how, "for", request.length, "bytes")
        getattr(self, "_" + how, self._status)()

    def _say(self, status, body, delay, kind="text/plain", more="", length=True):
        w = self.world
        lines = "HTTP/1.1 %s\r\nServer: akka-http\r\n" % status
        date = w.weighted(self.net.dates)
        if date == "right":
            lines += "Date: %s\r\n" % http_date(w.now + delay + self.net.lie)
        elif date == "junk":
            lines += "Date: yesterday\r\n"
        if kind:
            lines += "Content-Type: %s\r\n" % kind
        if status == "200 OK":
            lines += self.net.set_cookies(self.user)
        if length:
            lines += "Content-Length: %d\r\n" % len(body)
        head = (lines + more + "\r\n").encode()
        self.out.append([w.now + delay, head + body, date == "right"])

    def _document(self):
        self._say("200 OK", self.net.document(), self._delay(), "application/json")

    def _delay(self):
        return self.world.pick((1, 5, 40, 300, 2500))

    def _ok(self):
        self._say("200 OK", b"ok", self._delay())

    _early = _ok

    def _ok_json(self):
        self._say("200 OK", b'{"ok":true}', self._delay(), "application/json")

    def _ok_empty(self):
        self._say("200 OK", b"", self._delay(), "")

    def _ok_gif(self):
        self._say("200 OK", b"GIF89a\1\0\1\0\x80\0\0", self._delay(), "image/gif")

    def _ok_chunked(self):
        more = "Transfer-Encoding: chunked\r\n"
        self._say("200 OK", b"2\r\nok\r\n0\r\n\r\n", self._delay(), more=more, length=False)

    def _ok_interim(self):
        self.out.append([self.world.now + 1, b"HTTP/1.1 100 Continue\r\n\r\n", False])
        self._ok()

    def _ok_close(self):
        delay = self._delay()
        self._say("200 OK", b"ok", delay, more="Connection: close\r\n", length=False)
        self.end = self.world.now + delay + 1, "closed"

    def _lost_reset(self):
        self.end = self.world.now + self._delay(), "reset"

    def _lost_closed(self):
        self.end = self.world.now + self._delay(), "closed"

    def _lost_silent(self):
        pass

    def _lost_half(self):
        delay = self._delay()
        self.out.append([self.world.now + delay, b"HTTP/1.1 2", False])
        self.end = self.world.now + delay + 1, "closed"

    _gone_reset = _lost_reset
    _down = _failing = _gone_silent = _lost_silent

    def _gone_page(self):
        self.out.append([self.world.now + 5, b"<html>no such thing</html>", False])
        self.end = self.world.now + 10, "closed"

    def _garbage(self):
        self.out.append([self.world.now + 5, b"SSH-2.0-OpenSSH_9.6\r\n\r\n", False])

    def _portal(self):
        page = b"<!DOCTYPE html><html><body>Welcome! Please log in.</body></html>"
        self._say("200 OK", page, self._delay(), "text/html; charset=utf-8")

    def _portal_bare(self):
        self._say("200 OK", b"<html>log in</html>", self._delay(), "")

    def _portal_302(self):
        self._say("302 Found", b"", 5, more="Location: http://portal.example/\r\n")

    def _status(self):
        more = ""
        if self.how in ("503", "429") and self.world.chance(50):
            more = "Retry-After: %d\r\n" % self.world.between(0, 5)
        kind = "text/html" if self.how == "502" else "text/plain"
        self._say("%s Such Is Life" % self.how, b"<html></html>", self._delay(), kind, more)


class Request:
    """The head of a request."""

    def __init__(self, head, now):
        lines = head.decode().split("\r\n")
        self.method, self.path, _ = lines[0].split(" ")
        self.path, _, self.query = self.path.partition("?")
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.length = int(self.headers.get("content-length", "0"))
        self.began = now

    def events(self, body):
        """The events as dicts; ValueError for what is no request of a tracker."""
        if self.method == "GET":
            pairs = [pair.partition("=") for pair in self.query.split("&")]
            return [{key: unquote(value) for key, _, value in pairs}]
        payload = json.loads(body)
        if payload["schema"] != (
            "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
        ):
            raise ValueError("schema")
        return payload["data"]


def unquote(text):
    parts = text.split("%")
    out = parts[0].encode()
    for part in parts[1:]:
        out += bytes((int(part[:2], 16),)) + part[2:].encode()
    return out.decode()
