# Frames on a serial line: what is asked and answered, and what is sent without being asked.
import time


def ask(uart, request: bytes) -> None:
    """Send a request, after what was received before it is thrown away."""
    uart.read()
    uart.write(request)


# `start`: the bytes with which a frame begins; what comes before is skipped, and a frame that
# another's bytes look like is as well, since `good` refuses it.
def frame(uart, start: bytes, size: int, ms: int, good) -> bytes | None:
    """The first frame within so many ms for which good(frame) is true, or None."""
    got = b""
    while True:
        if uart.any():
            got += uart.read(size)
            while True:
                at = got.find(start)
                # The start may have come in part.
                got = got[at:] if at >= 0 else got[-len(start) + 1 :] if len(start) > 1 else b""
                if at < 0 or len(got) < size:
                    break
                if good(got[:size]):
                    return got[:size]
                got = got[1:]
            continue
        if ms <= 0:
            return None
        time.sleep_ms(10)
        ms -= 10
