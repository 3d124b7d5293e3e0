# The collector's cookie, from which it makes network_userid: 128 bytes at most. In a file it
# survives a reboot.


class Cookie:
    def __init__(self, path):
        self.value = b""
        self._path = path
        try:
            if path:
                with open(path, "rb") as file:
                    self.value = _checked(file.read(129))
        except OSError:
            pass  # there is none yet

    def take(self, header):
        """Keep the value of a Set-Cookie header, if it is one that can be sent back."""
        value = _checked(header.split(b";")[0].strip())
        if not value or value == self.value:
            return
        self.value = value
        try:
            if self._path:
                with open(self._path, "wb") as file:
                    file.write(value)
        except OSError:
            pass  # it is still known until the next boot


def _checked(value):
    if len(value) > 128 or value.find(b"=") < 1:
        return b""
    for byte in value:
        if not 33 <= byte <= 126 or byte in b'",;\\':
            return b""
    return value
