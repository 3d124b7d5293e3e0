# Starts the firmware of an image in /releases. `make deploy` writes this file.
import sys

sys.path.insert(0, "/releases")
import loader  # noqa: E402

found = loader.load()
del sys.modules["loader"], loader
if found:
    try:
        from firmware.run import run

        run()
    except Exception as e:
        sys.path.insert(0, "/releases")
        import loader

        loader.failed(e)
