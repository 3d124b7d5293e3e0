# Code that is needed once, or once an hour, is flash again in between: a board's RAM is for
# events, and for the large blocks that TLS wants. It loads again when it is imported again.
import sys


def forget(*names):
    """Let go of modules, and of those in them; what still refers to one of them keeps it."""
    for known in list(sys.modules):
        for name in names:
            if known == name or known.startswith(name + "."):
                del sys.modules[known]
                # Its package refers to it, too.
                package, _, own = known.rpartition(".")
                if package in sys.modules:
                    delattr(sys.modules[package], own)
