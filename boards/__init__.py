# The only code that touches machine, network, esp32 and rp2. One file for each port, with the
# name that sys.platform gives; importing any of them touches no pin and no radio.
#
# The ports need MicroPython 1.26 or newer. Before it, network.STAT_CONNECT_FAIL is missing on
# the ESP32 (1.24), a Pico W leaves every light sleep after 64 ms (1.24, 1.25), and vfs.mount()
# does not tell what is mounted.
#
# To add a board, add one file: copy the Board of boards/base.py to boards/<sys.platform>.py
# and fill in what the machine has.
import sys


def load(**options):
    """The Board of the machine that this runs on; options are those of its Board."""
    name = sys.platform
    if sys.implementation.name != "micropython" or name in ("linux", "darwin"):
        name = "unix"
    try:
        module = __import__("boards." + name, None, None, ("Board",))
    except ImportError as error:
        if "'boards.%s'" % name not in str(error):
            raise  # the file is there, but something that it needs is not
        raise ImportError(
            "no board for '%s': write boards/%s.py with a class Board, as boards/base.py says"
            % (name, name)
        )
    return module.Board(**options)
