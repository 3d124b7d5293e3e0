"""Serial ports that cannot be opened, and what the user can do about it."""

import os
from pathlib import Path


def missing(port):
    """That there is no such port, in one line; None if there is one, or nobody can tell."""
    if os.name == "posix" and not os.path.exists(port):
        return f"there is no port {port}: is the board plugged in? Leave PORT out to find it"
    return None


def denied(port):
    """That the user may not open the port, in one line; None if that is allowed, or not there."""
    if os.name != "posix" or not os.path.exists(port) or os.access(port, os.R_OK | os.W_OK):
        return None
    group = Path(port).group()  # dialout on Debian, uucp on Arch
    return f"no permission for {port}: sudo usermod -aG {group} $USER, then log out and in again"
