# The /main.py of a board that has an image of the firmware in /releases, put there by a deploy.
import sys

sys.path.insert(0, "/releases")
found = __import__("loader").load()
del sys.modules["loader"], sys.modules["image"]  # the user may have modules of these names
if found:
    try:
        from firmware.run import run

        run()
    except Exception as e:
        for name in ("loader", "image"):
            sys.modules.pop(name, None)
        sys.path.insert(0, "/releases")
        __import__("loader").failed(e)
