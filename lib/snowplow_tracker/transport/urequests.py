# By `requests` as the firmware has it (`urequests` before 1.21): plain http, one connection
# a request. It blocks until the answer is there, for at most `timeout` seconds a step.
import gc

try:
    import requests
except ImportError:
    import urequests as requests


class UrequestsTransport:
    def __init__(self, url, timeout=10, verify=True):
        # `requests` never looks at the certificate: who wants that must say so.
        if url.startswith("https:") and verify:
            raise ValueError(
                "https: this firmware's requests cannot verify the collector's certificate. "
                'Use protocol="http" in a network that you trust, or pass '
                "transport=UrequestsTransport(url, verify=False) to send to anyone who answers"
            )
        self.url = url
        self.timeout = timeout

    def send(self, length, body):
        answer = None
        try:
            # The headers are a fresh dict, since 1.24 writes into the one that it is given.
            answer = requests.request(
                "POST",
                self.url,
                data=body,
                headers={"Content-Type": "application/json", "Content-Length": str(length)},
                timeout=self.timeout,
                parse_headers=_refuse_redirect,  # type: ignore[arg-type]  # stubs say bool
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
            body.close()


def _refuse_redirect(line, headers):
    # OSError is the error on which `requests` closes its socket.
    if line[:9].lower() == b"location:":
        raise OSError("redirected, which would lose the events; set the final address instead")
