# The built-in module, as on a board: the engine has one in Python too, and prefers it.
from ubinascii import *  # noqa: F403
