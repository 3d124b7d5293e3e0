"""A second process that judges, so that a busy collector uses two cores.

It starts when requests have to wait. Whatever it cannot do (it has no registry, it ended), the
first process does.
"""

import collections
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.storage.compression import Compression

_ENDED = EOFError, OSError, pickle.UnpicklingError  # raised where the other process has ended


class SecondJudge:
    """Judges with the schemas of the same directories as ``schemas``, an :class:`iglu.Schemas`."""

    def __init__(self, schemas):
        self._schemas = schemas
        self._payloads = queue.SimpleQueue()
        self._waiting = collections.deque()  # a function for each payload that is not judged yet
        self._lock = threading.Lock()
        self._is_ready = False
        self._thread = None

    def start(self, dictionary):
        """Start the process if it was not started before. Does not wait for it.

        ``dictionary`` is that of the :class:`compression.Compression` that packs the records.
        """
        if self._thread is None:
            self._payloads.put(dictionary)
            self._thread = threading.Thread(target=self._run, name="collector-judge", daemon=True)
            self._thread.start()

    def submit(self, payload, done):
        """Have a payload judged; return whether the process can do so.

        ``done(rows)`` is then called in another thread; ``rows`` have packed records, or are None
        where the first process has to judge the payload.
        """
        with self._lock:
            if self._is_ready:
                self._waiting.append(done)
                self._payloads.put(payload)
            return self._is_ready

    def close(self):
        """Wait until all payloads are judged, then end the process."""
        with self._lock:
            self._is_ready = False
        self._payloads.put(None)
        if self._thread:
            self._thread.join()

    def _run(self):
        try:
            process = _start(self._schemas)
        except OSError:
            return
        sender = threading.Thread(target=self._send, args=(process.stdin,), daemon=True)
        sender.start()
        try:
            self._is_ready = pickle.load(process.stdout)
            while True:
                rows = pickle.load(process.stdout)
                self._waiting.popleft()(rows)
        except _ENDED:
            pass
        finally:  # Whatever the error is: each payload has to be judged
            with self._lock:
                self._is_ready = False
            self._payloads.put(None)
            while self._waiting:
                self._waiting.popleft()(None)
            process.stdout.close()
            sender.join()
            self._payloads = queue.SimpleQueue()  # Else it keeps what was not sent
            process.wait()

    def _send(self, stream):
        try:
            with stream:
                while (payload := self._payloads.get()) is not None:
                    pickle.dump(payload, stream, pickle.HIGHEST_PROTOCOL)
                    stream.flush()
        except OSError:
            pass  # It ended, and the other thread will notice


def _start(schemas):
    directories = [str(directory) for directory in schemas.directories]
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(int(schemas.registry is not None)), *directories],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the first process, which ends this one
    )


def main(has_registry, *directories):
    """Judge the payloads that come from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Windows has no sessions
    received, judged = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr
    schemas = Schemas(directories)
    answer = True
    try:
        compression = Compression(pickle.load(received))
        while True:
            pickle.dump(answer, judged, pickle.HIGHEST_PROTOCOL)
            judged.flush()
            answer = compression.pack_rows(judge(pickle.load(received), schemas))
            if schemas.take_missing() and has_registry == "1":
                answer = None  # The registry of the first process may have the schema
    except _ENDED:
        os._exit(0)  # An exit in order would try to write what the first process did not read


if __name__ == "__main__":
    main(*sys.argv[1:])
