# The only code that touches machine, network, esp32 and rp2. One file a port, named as
# sys.platform says it; importing any of them drives no pin and no radio.
#
# Adding a board is adding one file: copy boards/base.py's Board to boards/<sys.platform>.py
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
