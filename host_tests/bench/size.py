"""What the library takes on a board: flash, and heap to import it and track one event."""

from tools.package import package

FIGURES = {
    "core_mpy_bytes": (
        "bytes",
        "Tracker, Emitter, RingStore and the urequests transport with all that they load",
        "<= 10240",
    ),
    "core_import_heap_vm": (
        "KiB",
        "smallest heap (-X heapsize=..wk) to import the core from .mpy and track an event",
        "<= 32",
    ),
    "lib_mpy_bytes": (
        "bytes",
        "every module of the library that a board can load, compiled",
        None,
    ),
}


def run(machine):
    """Sizes need no second run; the smallest heap is found by halving."""
    modules = machine.vm("core.py", lib=machine.mpy)
    size = total(map(machine.mpy.joinpath, modules))
    low, high = 1, 128  # low does not do, high does
    assert machine.vm("core.py", heap=f"{high}wk", lib=machine.mpy)
    while high - low > 1:
        middle = (low + high) // 2
        if machine.vm("core.py", heap=f"{middle}wk", lib=machine.mpy):
            high = middle
        else:
            low = middle
    # Of what mip installs now: a module that is gone may have left its .mpy.
    compiled = [(machine.mpy / path).with_suffix(".mpy") for path, _ in package()["urls"]]
    return {
        "core_mpy_bytes": size,
        "core_import_heap_vm": high,
        "lib_mpy_bytes": total(compiled),
    }


def total(paths):
    """Bytes of these files together."""
    return sum(path.stat().st_size for path in paths)
