# Removes modules from RAM that are needed once, or once an hour: a board's RAM is for events, and
# for the large blocks that TLS needs. An import loads them again.
import sys


def unload(*names):
    """Remove modules, and those in them; one that something still refers to stays in RAM."""
    # A package comes after the modules in it, to which it refers.
    for known in sorted(sys.modules, reverse=True):
        for name in names:
            if known == name or known.startswith(name + "."):
                del sys.modules[known]
                package, _, own = known.rpartition(".")
                if package in sys.modules:
                    delattr(sys.modules[package], own)
