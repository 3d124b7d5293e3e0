# Makes a board's link. It is loaded for that, and the firmware frees it afterwards.
import time


# The kinds are the modules of this folder: wifi, ethernet, cellular.
def open_link(board, links):
    """The link over `links`, a list of (kind, options), the best first."""
    found = []
    for kind, options in links or [("wifi", {})]:
        module = __import__("boards." + kind, None, None, ("Link",))
        found.append(module.Link(board, **options))
    if len(found) == 1:
        return found[0]
    from boards.links import Links

    return Links(found)


def join(board, ssid, password, hostname=None, country=None, timeout=20):
    """Join a Wi-Fi network within `timeout` seconds, or OSError that says what to do."""
    options = {"hostname": hostname, "country": country, "timeout": timeout}
    options["networks"] = [{"ssid": ssid, "password": password}]
    for _ in board.link([("wifi", options)]).up():
        time.sleep_ms(100)
        board.idle()
