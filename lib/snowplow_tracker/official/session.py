# Emitter(session=...): a Session of `requests`, or what has post() and get() like it. It blocks
# until the answer is there. A board's `requests` has no Session: give the module itself.
import sys


class SessionTransport:
    anonymous = False
    retry_after = None

    def __init__(self, session, url: str, timeout, get: bool) -> None:
        if not hasattr(session, "get" if get else "post"):
            raise ValueError("session: expected one such as requests.Session(), or requests")
        self._session = session
        self.url = url
        if isinstance(timeout, tuple) and sys.implementation.name != "cpython":
            timeout = max(timeout)
        self.timeout = timeout
        self.get = get

    def send(self, length: int, body):
        headers = {"SP-Anonymous": "*"} if self.anonymous else {}
        answer = None
        try:
            if self.get:
                url = self.url + "?" + body.decode()
                answer = self._session.get(url, headers=headers, timeout=self.timeout)
            else:
                headers["Content-Type"] = "application/json"
                data = b"".join([bytes(piece) for piece in body(bytearray(1400))])
                post = self._session.post
                answer = post(self.url, data=data, headers=headers, timeout=self.timeout)
            status = answer.status_code
            # 307 and 308 are followed with the events; others make a GET without them of a POST.
            for step in getattr(answer, "history", None) or ():
                if not self.get and step.status_code not in (307, 308):
                    status = step.status_code
                    break
            if 200 <= status < 300 and getattr(answer, "content", b"")[:1] == b"<":
                raise OSError(13, "a web page, not a collector")  # EACCES
            return status
        except (OSError, MemoryError):
            raise
        except Exception as e:  # a board's `requests` raises ValueError for what it cannot read
            raise OSError("%s: %s" % (type(e).__name__, e))
        finally:
            if answer is not None and hasattr(answer, "close"):
                answer.close()

    def close(self) -> None:
        if hasattr(self._session, "close"):
            self._session.close()
