# By MicroPython's own `requests`: plain http, one connection a request. It blocks until the
# answer is there, for at most `timeout` seconds a step, and nothing else runs meanwhile: the
# watchdog must be slower than that.
#
# `requests` cannot read every answer: none that is chunked up to MicroPython 1.28 (micropython
# #17721), none after an interim 1xx; and it follows redirects. HttpTransport then sends the
# batch once more, and all that come later. So it does if a web page comes with 2xx.
import requests

from .. import clock


class UrequestsTransport:
    anonymous = False
    http = None  # the HttpTransport that took over

    def __init__(self, url: str, timeout: float = 10, verify: bool = True):
        # `requests` never checks the certificate, so https needs an explicit verify=False.
        if url.startswith("https:") and verify:
            raise ValueError("https: use HttpTransport, or verify=False")
        self.url = url
        self.timeout = timeout
        self._buf = bytearray(1024)

    def send(self, length: int, body):
        if not self.http:
            answer = None
            self._page = False
            # A fresh dict, since 1.24 writes into the one that it is given.
            headers = {"Content-Type": "application/json", "Content-Length": str(length)}
            if self.anonymous:
                headers["SP-Anonymous"] = "*"
            try:
                answer = requests.request(
                    "POST",
                    self.url,
                    data=body(self._buf),
                    headers=headers,
                    timeout=self.timeout,
                    parse_headers=self.parse_headers,  # type: ignore[arg-type]
                )
                status = answer.status_code
                if status >= 300:
                    return status
                if status >= 200 and not self._page and answer.raw.read(1) != b"<":
                    return status
            except Exception as e:
                # An OSError without arguments is that of parse_headers(). ValueError and others,
                # by which `requests` says that it cannot read the answer, leave its socket open,
                # which is closed when memory is collected.
                if not answer and e.args and isinstance(e, (OSError, MemoryError)):
                    raise
            finally:
                if answer:
                    answer.close()
            from .http import HttpTransport

            self.http = HttpTransport(self.url, self.timeout, verify=False)  # type: ignore
        self.http.anonymous = self.anonymous  # type: ignore
        return self.http.send(length, body)  # type: ignore

    def close(self):
        if self.http:
            self.http.close()

    def parse_headers(self, line, headers):
        name = line[:9].lower()
        if name == b"location:":
            raise OSError  # on which `requests` closes its socket
        if b"/html" in line:
            self._page = True
        if name[:5] == b"date:" and not clock.known():
            from ..clock.http_date import use_date

            use_date(line[5:48].strip())
