# A small file for what must outlive a reboot. It is overwritten in place: on littlefs that is
# three times cheaper than a second file and a rename, and a cut leaves the old or the new one.
import json
import os
from errno import ENOENT


def load(path: str) -> dict:
    """The dict in the file; empty if there is none, it is corrupt, or there is no memory."""
    try:
        return read(path)
    except MemoryError:
        return {}


def read(path: str) -> dict:
    """The dict in the file, to be written back; empty if there is none, or it is corrupt."""
    state = read_json(path)
    return state if isinstance(state, dict) else {}


# One read that fails, or no memory, is no reason to overwrite what was there: so it is read three
# times, and a MemoryError comes out.
def read_json(path: str):
    """What is in the file; None if there is none, or it is corrupt."""
    for _ in range(3):
        try:
            with open(path) as file:
                return json.load(file)
        except MemoryError:
            raise
        except Exception as e:  # whatever garbage does to a parser
            if not isinstance(e, OSError) or e.errno == ENOENT:
                break
            can_look_up(path)
    return None


def save(path: str, state: "dict | list") -> bool:
    """Write the dict, or list; False if it cannot be written now."""
    try:
        if not can_look_up(path):
            return False
        with open(path, "w") as file:
            json.dump(state, file)
        return True
    except (OSError, MemoryError):
        return False


# After a read that failed this comes before anything else is read, and above all written:
# littlefs takes for read what was in its cache then, until it has looked elsewhere. It may take an
# old state of a folder for the present one, and write that over it. stat() of what is there is not
# enough: it does not tell that it could not read the time of its last change.
def can_look_up(name: str) -> bool:
    """Whether flash can be read; nothing has that name and a dash."""
    try:
        os.stat(name + "-")
        return True
    except OSError as e:
        return e.errno == ENOENT
