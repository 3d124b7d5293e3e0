"""The collector that messages are passed on to: sends one, and says what the answer means."""

import email.utils
import http.client
import socket
import ssl
import threading
import time
import urllib.parse

_CONNECT_SECONDS = 20
_ANSWER_SECONDS = 60  # a collector answers in 30
_BYTES_PER_SECOND = 2000  # that the slowest line sends
_MAX_ANSWER = 65536  # bytes that are read
_MAX_SHOWN = 200  # characters of an answer
_MAX_RETRY_AFTER = 3600  # seconds
# The official trackers give up events that are answered with the first five. The last three are
# about the size of the request, which does not change either.
_REFUSED = {400, 401, 403, 410, 422, 413, 414, 431}
_ADVICE = {
    404: "There is no collector at this address: check --forward. A collector answers /health.",
    508: "Collectors pass events on in a circle: start one of them without --forward.",
    429: "It is asked less often now. If this lasts, ask for a higher limit.",
}
_SERVER_ADVICE = "Whoever runs it has to mend it. Until then everything waits here."
_OFFLINE_ADVICE = "Is this machine online? Is the address in --forward right?"
_CERTIFICATE_ADVICE = (
    "Is the name in --forward the one in the certificate? Is this machine's clock right? For a"
    " certificate authority of your own, start the collector with SSL_CERT_FILE=its-root.pem."
)


class Trouble(Exception):
    """The target cannot take messages now.

    ``advice`` says what to do, ``retry_after`` for how many seconds the target asks to wait.
    """

    def __init__(self, text, advice, retry_after=0):
        super().__init__(text)
        self.advice, self.retry_after = advice, retry_after


class Refused(Exception):
    """The target will never take this message; where it is ``too_large``, perhaps parts of it."""

    def __init__(self, text, too_large=False):
        super().__init__(text)
        self.too_large = too_large


class Target:
    """The collector at ``url``, which is http(s)://HOST[:PORT][/PATH]. For one thread.

    The certificate of https is verified, with the roots of Python's ``ssl``: those of the system,
    or of the file that the environment variable ``SSL_CERT_FILE`` names.
    """

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self._host, self._prefix = parts.netloc, parts.path.rstrip("/")
        options = {"host": parts.hostname, "port": parts.port, "timeout": _CONNECT_SECONDS}
        if parts.scheme == "https":
            options["context"] = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(**options)
        else:
            self._connection = http.client.HTTPConnection(**options)
        self._connection.response_class = _Answer

    def send(self, message):
        """Return when the target has accepted a :class:`message.Message`.

        Raises :class:`Trouble` or :class:`Refused`.
        """
        try:
            answer, text, was_sent = self._exchange(message)
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(*self._explain(error))
        _judge(answer, text, was_sent)

    def abort(self):
        """Break off what is being sent. Another thread may call it."""
        _shut_down(self._connection.sock)

    def close(self):
        """Close the kept connection."""
        self._connection.close()

    def _exchange(self, message):
        """Return (the answer, its first bytes, whether the message was sent completely)."""
        is_kept = self._connection.sock is not None
        try:
            return self._exchange_once(message)
        except (ConnectionError, ssl.SSLError, http.client.HTTPException):
            if not is_kept:
                raise
        return self._exchange_once(message)  # The target had closed the kept connection

    def _exchange_once(self, message):
        connection = self._connection
        seconds = _ANSWER_SECONDS + len(message.body or b"") / _BYTES_PER_SECOND
        try:
            if connection.sock is None:
                connection.connect()
            # A socket's timeout begins anew with each byte that comes.
            limit = threading.Timer(seconds + _ANSWER_SECONDS, _shut_down, (connection.sock,))
            limit.daemon = True
            limit.start()
            try:
                connection.sock.settimeout(seconds)
                was_sent = self._write(message)
                connection.sock.settimeout(_ANSWER_SECONDS)
                answer = connection.getresponse()
                text = b""
                while len(text) < _MAX_ANSWER and (piece := answer.read(4096)):
                    text += piece
                if answer.length and len(text) < _MAX_ANSWER:
                    raise http.client.IncompleteRead(text, answer.length)
            finally:
                limit.cancel()
            if not (was_sent and answer.isclosed()):
                connection.close()
            return answer, text, was_sent
        except BaseException:
            connection.close()
            raise

    def _write(self, message):
        """Return whether all was written: the target may answer, and close, before it has all."""
        connection, body = self._connection, message.body
        connection.putrequest(
            message.method, self._prefix + message.path, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("Host", self._host)
        for name, value in message.headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        try:
            connection.endheaders(body)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def _explain(self, error):
        """Return (what went wrong, what to do) for an error of the connection."""
        if isinstance(error, socket.gaierror):
            return f"the name of {self._host} is not found", _OFFLINE_ADVICE
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {error.verify_message}", _CERTIFICATE_ADVICE
        if isinstance(error, ssl.SSLError):
            return f"TLS fails: {error.reason or error}", "Does https listen at this port?"
        if isinstance(error, TimeoutError):
            return "no answer in time", "The line is slow or cut, or the target is overloaded."
        if isinstance(error, ConnectionRefusedError):
            return f"nothing listens at {self._host}", "Does the collector run? Is the port right?"
        if isinstance(error, (ConnectionError, http.client.IncompleteRead)):
            return "the connection was closed without a whole answer", _SERVER_ADVICE
        if isinstance(error, http.client.HTTPException):
            return "it does not answer in HTTP", "Does it want https? Is the port right?"
        return error.strerror or str(error), _OFFLINE_ADVICE


class _Answer(http.client.HTTPResponse):
    """An answer whose headers are complete: http.client takes those that are cut for it."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.fp = _WholeLines(self.fp)


class _WholeLines:
    def __init__(self, file):
        self._file = file

    def readline(self, limit=-1):
        line = self._file.readline(limit)
        if not line.endswith(b"\n") and len(line) != limit:
            raise http.client.IncompleteRead(line)
        return line

    def __getattr__(self, name):
        return getattr(self._file, name)


def _judge(answer, text, was_sent):
    status = answer.status
    is_page = answer.getheader("Content-Type", "").lower().startswith("text/html")
    said = f"{status} {answer.reason}".strip()
    if 200 <= status < 300:
        if is_page:
            raise Trouble(
                "a web page answered, not a collector",
                "Is there a login page in between (a captive portal)? Is the address right?",
            )
        if not was_sent:
            raise Trouble(f"it answered {said} before it had all", _SERVER_ADVICE)
        return
    if status in _REFUSED:
        shown = "" if is_page else _printable(text.decode("utf-8", "replace"))
        raise Refused(f"{said}: {shown}" if shown else said, status == 413)
    if 300 <= status < 400:
        where = _printable(answer.getheader("Location", "nowhere"))
        raise Trouble(
            f"it answered {said}, to {where}", "Start with --forward and the right address."
        )
    retry_after = _retry_after(answer.getheader("Retry-After", ""))
    raise Trouble(f"it answered {said}", _ADVICE.get(status, _SERVER_ADVICE), retry_after)


def _printable(text):
    text = " ".join(text[: 4 * _MAX_SHOWN].split())
    return "".join(one for one in text if one.isprintable())[:_MAX_SHOWN]


def _retry_after(text):
    """Return the seconds of a Retry-After header, which has seconds or a date."""
    try:
        seconds = int(text) if text.strip().isdecimal() else _seconds_until(text)
    except (ValueError, TypeError, OverflowError):
        return 0
    return min(max(seconds, 0), _MAX_RETRY_AFTER)


def _seconds_until(date):
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()


def _shut_down(sock):
    try:
        # That of an SSLSocket would make the thread that reads from it raise ValueError.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except (OSError, TypeError):  # It is closed, or None
        pass
