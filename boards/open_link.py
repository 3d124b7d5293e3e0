# Makes a board's link. It is loaded for that, and the firmware frees it afterwards.
import time

from boards import link


class _Missing(link.Link):
    # Stands for one whose code is not on the board, so that the firmware does not crash.
    def __init__(self, board, kind):
        super().__init__(board)
        self.name = kind

    def connect(self):
        raise OSError("%s: its code is not on the board: run `make deploy` again" % self.name)
        yield

    def online(self):
        return False

    def dns(self):
        return ()

    def rssi(self):
        return None

    mac = down = rssi


# The kinds are the modules of this folder: wifi, ethernet, cellular.
def open_link(board, links):
    """The link over `links`, a list of (kind, options), the best first."""
    found = []
    for kind, options in links or [("wifi", {})]:
        try:
            module = __import__("boards." + kind, None, None, ("Link",))
        except ImportError:
            found.append(_Missing(board, kind))
            continue
        found.append(module.Link(board, **options))
    if len(found) == 1:
        return found[0]
    try:
        from boards.links import Links
    except ImportError:
        return _Missing(board, "links")
    return Links(found)


def join(board, ssid, password, hostname=None, country=None, timeout=20):
    """Join a Wi-Fi network within `timeout` seconds, or OSError that says what to do."""
    options = {"hostname": hostname, "country": country, "timeout": timeout}
    options["networks"] = [{"ssid": ssid, "password": password}]
    for _ in board.link([("wifi", options)]).up():
        time.sleep_ms(100)
        board.idle()
