# The /main.py of a board that has an image of the firmware in /releases, put there by a deploy.
import sys

sys.path.insert(0, "/releases")
found = __import__("loader").load()
del sys.modules["loader"]
if found:
    try:
        from firmware.run import run

        run()
    except Exception as e:
        sys.path.insert(0, "/releases")
        __import__("loader").failed(e)
