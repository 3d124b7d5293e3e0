# The engine's files raise Emscripten's numbers (bits/errno.h of its musl), not its own errno's.
from uerrno import *  # noqa: F403

EEXIST = 20
EISDIR = 31
ENOENT = 44
