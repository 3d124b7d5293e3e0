# Snowplow tracker for MicroPython boards. Names load on first use: a program that tracks
# structured events pays for nothing else.
# MicroPython asks __getattr__ for submodules too, so the one that is imported as a module
# comes before it.
from . import clock as clock

__version__ = "0.1.0"

_MODULES = {
    "Emitter": "emitter",
    "RingStore": "store.ring",
    "SelfDescribingJson": "self_describing",
    "Subject": "subject",
    "Tracker": "tracker",
    "UrequestsTransport": "transport.urequests",
}


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(name)
    module = __name__ + "." + _MODULES[name]
    value = getattr(__import__(module, None, None, (name,)), name)
    globals()[name] = value
    return value
