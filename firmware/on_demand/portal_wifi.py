# Name and password of the portal's Wi-Fi. `make labels` runs this, too, so that a label can be
# printed before the portal was ever open.
import os
from errno import ENOENT

from boards import access_point

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # that nobody confuses
_FILE = "portal_password"


def name(board_id: str) -> str:
    """The name of the access point of the board with this id."""
    return "snowplow-" + board_id[-6:]


# It stays the same, so that it can stand on a label. Whoever knows the board's number must not
# know it too, so it is random. An ESP32's random numbers need its radio on.
def password() -> str:
    """The one in the file portal_password; without that file a random one is written there."""
    keep = True
    try:
        with open(_FILE) as file:
            kept = file.read().strip()
        if 8 <= len(kept) <= 63 and all([" " < c <= "~" for c in kept]):
            return kept
    except UnicodeError:
        pass
    except OSError as e:
        keep = e.errno == ENOENT  # what cannot be read for once is on a label
    access_point.scan()
    made = ""
    while len(made) < 12:
        byte = os.urandom(1)[0]
        if byte < 8 * len(_LETTERS):  # each letter is as likely as any other
            made += _LETTERS[byte % len(_LETTERS)]
    try:
        if keep:
            with open(_FILE, "w") as file:
                file.write(made)
    except OSError as e:
        print("%s: %s" % (_FILE, e))
    return made
