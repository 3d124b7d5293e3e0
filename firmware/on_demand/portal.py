# The portal: a name server that answers every name with the board's own address, so that phones
# and computers find out that they have to "sign in", and a web server with one form for the values
# of a Provisioning (provision.py). It depends on nothing else.
#
# Who may use it: those in the access point's network, and, if `token` is in the URL, those in the
# network that was joined, for which improv.py tells that URL. Requests for another host are sent
# to the portal's own address, which is what the probes of all systems take for a portal:
#   Android   connectivitycheck.gstatic.com/generate_204, expects 204
#   iOS       captive.apple.com/hotspot-detect.html, expects "Success"
#   Windows   www.msftconnecttest.com/connecttest.txt, expects its text
#   Firefox   detectportal.firefox.com/canonical.html; GNOME nmcheck.gnome.org
# So a page of somebody else can neither read the form nor send it: it does not know `token`, which
# a form must bring.
#
# Limits: connections at once, bytes of a request, milliseconds of a connection.
import errno
import socket
import time

from firmware.on_demand.portal_page import HEAD, page

HTTP_PORT = 80
DNS_PORT = 53
_MOST = 4
_BYTES = 4096
_MS = 10000
_FIELDS = ("ssid", "password", "collector", "name")


def answer(query, address):
    """What a name server says to `query`, bytes: `address` for any name; None to what is none."""
    # One question, in a query of the standard kind; after it there may be more.
    if len(query) < 17 or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None
    end = 12
    while query[end]:
        end += query[end] + 1
        if end + 5 > len(query):
            return None
    question = query[12 : end + 5]
    found = question[-4:] == b"\0\1\0\1"  # an address of four bytes; of the others there are none
    reply = query[:2] + b"\x85\x80\0\1\0" + bytes((found,)) + b"\0\0\0\0" + question
    if found:
        # Good for no time, since the same name is another's elsewhere.
        reply += b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + bytes([int(n) for n in address.split(".")])
    return reply


def _unquoted(text):
    # Of a form: "a+b%21" is "a b!"; ValueError if it is not UTF-8.
    pieces = text.replace(b"+", b" ").split(b"%")
    for i, piece in enumerate(pieces[1:]):
        pieces[i + 1] = bytes((int(piece[:2], 16),)) + piece[2:]
    return b"".join(pieces).decode()


class _Connection:
    def __init__(self, sock, is_near):
        sock.setblocking(False)
        self.sock = sock
        self.is_near = is_near
        self.start = time.ticks_ms()
        self.data = b""
        self.out = None  # what is left to send


class Portal:
    def __init__(self, provisioning):
        self._with = provisioning
        self._open = []
        self.told = False  # whether somebody has seen that the config is kept
        self.token = provisioning.token
        self._dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._http = socket.socket()
        self._http.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for sock, port in ((self._dns, DNS_PORT), (self._http, HTTP_PORT)):
            sock.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
            sock.setblocking(False)
        self._http.listen(_MOST)

    def close(self):
        """Close all sockets."""
        for sock in [self._dns, self._http] + [c.sock for c in self._open]:
            sock.close()
        self._open = []

    def step(self):
        """Answer what has come; it does not wait."""
        try:
            for _ in range(8):
                query, source = self._dns.recvfrom(512)
                reply = answer(query, self._with.point.address())
                if reply:
                    self._dns.sendto(reply, source)
        except (OSError, MemoryError):
            pass  # nothing has come, or the one who asked is gone
        try:
            sock, source = self._http.accept()
            point = self._with.point
            near = point.address().rpartition(".")[0] if point.is_up() else None
            if len(self._open) == _MOST:  # browsers open some that they do not use
                self._open.pop(0).sock.close()
            self._open.append(_Connection(sock, source[0].rpartition(".")[0] == near))
        except (OSError, MemoryError):
            pass
        for connection in list(self._open):
            try:
                done = self._serve(connection)
            except (OSError, MemoryError) as e:
                done = not e.args or e.args[0] != errno.EAGAIN
            late = time.ticks_diff(time.ticks_ms(), connection.start) > _MS
            if (done or late) and connection in self._open:
                self._open.remove(connection)
                connection.sock.close()

    # Whether it is over.
    def _serve(self, connection):
        if connection.out is None:
            data = connection.sock.recv(1024)
            connection.data += data
            connection.out = self._reply(connection, connection.data)
            if connection.out is None:
                return not data
            connection.data = b""
        connection.out = connection.out[connection.sock.send(connection.out) :]
        return not connection.out

    def _reply(self, connection, data):
        # The answer to a request, None until it is whole.
        head, found, body = data.partition(b"\r\n\r\n")
        if len(data) > _BYTES:
            return self._response("413 Content Too Large", "Too much.")
        if not found:
            return None
        lines = head.split(b"\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        try:
            method, target, _ = lines[0].decode().split(" ")
            length = int(headers.get(b"content-length", b"0"))
            host = headers.get(b"host", b"").decode().split(":")[0]
        except ValueError:
            return self._response("400 Bad Request", "This is no request.")
        if not 0 <= length <= _BYTES:
            return self._response("413 Content Too Large", "Too much.")
        if len(body) < length:
            return None
        path, _, query = target.partition("?")
        own = self._with.point.address() if connection.is_near else self._with.joined_address()
        if host != own:
            return self._go("http://%s/" % self._with.point.address())
        if method == "POST":
            return self._post(body[:length])
        if not connection.is_near and query != self.token:
            return self._response("403 Forbidden", "Use the address that the console shows.")
        if method != "GET":
            return self._response("405 Method Not Allowed", "")
        if path == "/state":
            return self._response("200 OK", self._with.state)
        if path == "/scan":
            self._with.scan()
        if path != "/":
            return self._go("/?" + self.token)
        self.told = self.told or self._with.state == "kept"
        return self._response("200 OK", page(self._with, self.token))

    def _post(self, body):
        form = {}
        try:
            for pair in body.split(b"&"):
                name, _, value = pair.partition(b"=")
                form[name.decode()] = _unquoted(value)
            if form.pop("token") != self.token:
                raise ValueError
            other = form.pop("other", "").strip()
            values = {key: form[key] for key in _FIELDS if key in form}
            values["ssid"] = values["ssid"] or other
            values["collector"] = values["collector"].strip()
        except (ValueError, KeyError):
            return self._response("400 Bad Request", "This form is an old one: open it again.")
        self._with.submit(values)
        return self._go("/?" + self.token, "303 See Other")

    def _go(self, place, status="302 Found"):
        return (HEAD % (status, 0, "Location: %s\r\n" % place)).encode()

    def _response(self, status, text):
        data = text.encode()
        return (HEAD % (status, len(data), "")).encode() + data
