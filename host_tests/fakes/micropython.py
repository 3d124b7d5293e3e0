"""MicroPython's `micropython`, as far as code for CPython can have it."""


def const(value):
    return value


def opt_level(level=None):
    return 0 if level is None else None
