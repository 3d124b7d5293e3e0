# A driver of the user's own: a file of the sensor's name beside config.json, made as those in
# sensors/. Loaded if the config names a type that is not there.
import os

folder = ""  # where config.json is; `make deploy` sets it, and finds modules there


def load(kind: str):
    """The module of that name; ImportError if there is none, or it is no driver."""
    for end in (".py", ".mpy"):
        try:
            os.stat(folder + kind + end)
        except OSError:
            continue
        if kind in ("boot", "main"):
            break
        module = __import__(kind)
        if hasattr(module, "BUS") and hasattr(module, "OPTIONS") and hasattr(module, "Sensor"):
            return module
    raise ImportError(kind)
