# By MicroPython's own `requests` (`urequests` before 1.21): plain http, one connection a
# request. It blocks until the answer is there, for at most `timeout` seconds a step, and
# nothing else runs meanwhile: the watchdog must be slower than that.
import gc

try:
    import requests
except ImportError:
    import urequests as requests

from .. import clock


class UrequestsTransport:
    anonymous = wrote = False

    def __init__(self, url, timeout=10, verify=True):
        # `requests` never checks the certificate, so https needs an explicit verify=False.
        if url.startswith("https:") and verify:
            raise ValueError(
                "https: requests verifies nothing: HttpTransport does, or verify=False"
            )
        self.url = url
        self.timeout = timeout
        self._buf = bytearray(1024)

    def send(self, length, body):
        answer = None
        self.wrote = True
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
                parse_headers=self._header,  # type: ignore[arg-type]
            )
            return answer.status_code
        except OSError:
            raise
        except Exception as e:
            # Its other errors leave the socket open, for the collector of garbage to close, and
            # may quote what the other side sent.
            gc.collect()
            raise OSError("%s: %s" % (type(e).__name__, " ".join(str(e).split())[:80]))
        finally:
            if answer:
                answer.close()

    def close(self):
        pass

    def _header(self, line, headers):
        name = line[:12].lower()
        if name.startswith(b"location:"):
            # OSError is the error on which `requests` closes its socket.
            raise OSError("redirected: set the final address")
        if name.startswith(b"date:") and not clock.known():
            from ..clock.http_date import use_date

            use_date(line[5:48].strip())
