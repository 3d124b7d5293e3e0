# Fetches files of a folder of releases, over one connection: whole if they are small, else in
# pieces that are appended to a file, from where that ends.
import os

from snowplow_tracker.transport.http import HttpTransport

_PIECE = 2048  # the transport takes 4096 at most as an answer


class Folder(HttpTransport):
    def __init__(self, app):
        url = app.settings["update"]["url"].rstrip("/") + "/"
        security = {}
        if url[:6] == "https:":
            security = {"roots": app.settings["roots"], "verify": app.settings["verify"]}
        super().__init__(url, get=True, dns=app.board.dns, **security)
        self._folder = self.path
        self._app = app
        app.unload()  # what checked the URL

    # Called by send(), when it is connected.
    def _head(self, length, body):
        self._app.unload()  # what connected
        return super()._head(length, body)  # type: ignore[misc]

    def read(self, name, start=0, size=0):
        """Yields ms to wait, and returns a file, or `size` bytes of it, as bytes; or OSError."""
        self.path = self._folder + name.encode()
        part = b"\r\nRange: bytes=%d-%d" % (start, start + size - 1)
        self.header_lines = part if size else b""
        while True:
            self.body = bytearray()  # type: ignore[assignment]
            try:
                status = yield from self.send(0, b"")
                break
            except OSError:
                if not self.stale:
                    raise
        if status == 200 and size and not start and len(self.body or b"") == size:
            status = 206  # a server may send the whole file, if that is all that was asked for
        if status != (206 if size else 200):
            if status == 200:
                raise OSError("%s: the server sends no ranges of a file" % name)
            # What is not there, or not for us, is not fetched by asking again.
            kind = ValueError if 400 <= status < 500 and status not in (408, 429) else OSError
            raise kind("%s: HTTP status %d" % (name, status))
        if self.body is None or size and len(self.body) != size:
            raise OSError("%s: it has another length" % name)
        body = self.body
        self.body = None
        return body

    def fetch(self, name, path, size):
        """Yields ms to wait, until the file at `path` has the `size` bytes of `name`."""
        have = file_size(path)
        if have > size:
            remove(path)
            have = 0
        while have < size:
            piece = yield from self.read(name, have, min(_PIECE, size - have))
            _append(path, piece)
            have += len(piece)
            piece = None
            if self._app.store.error:
                raise NoRoom(str(self._app.store.error))
            yield 0


class NoRoom(OSError):
    pass


# littlefs counts each folder twice, so it has more room than that, if anything. The store may
# grow to its bound, and small files need a few blocks.
def room(store):
    """Bytes of flash that are left to an update."""
    space = os.statvfs("/releases")
    free = space[3] * space[0] - 16384
    if hasattr(store, "path"):
        free -= store._log.max_bytes
        try:
            for name in os.listdir(store.path):
                free += file_size(store.path + "/" + name) + 4095 & -4096
        except OSError:
            pass  # nothing is there yet
    return free


def _append(path, piece):
    """Append to a file; NoRoom if the flash takes it not, or only in part."""
    try:
        with open(path, "ab") as file:
            if file.write(piece) == len(piece):
                return
    except OSError as e:
        raise NoRoom("%s: %s" % (path, e))
    raise NoRoom("%s: not written whole" % path)


def file_size(path):
    """Of a file; 0 if it is not there."""
    try:
        return os.stat(path)[6]
    except OSError:
        return 0


def remove(path):
    """Remove a file, if it is there."""
    try:
        os.remove(path)
    except OSError:
        pass
