# Snowplow tracker for MicroPython boards. Names load on first use: a program that tracks
# structured events loads nothing else.
# MicroPython asks __getattr__ for submodules too, so `clock`, which others import as a module,
# comes before it.
from . import clock as clock

__version__ = "0.2.0"

_CORE = {"Emitter": "emitter", "RingStore": "store.ring", "Tracker": "tracker"}


def __getattr__(name):
    module = _CORE.get(name)
    if not module:
        from .exports import find

        module = find(name)
    value = getattr(__import__(__name__ + "." + module, None, None, (name,)), name)
    globals()[name] = value
    return value
