# Runs after boot.py, on a board with plain files; image_main.py is that of an image.
from firmware.run import run

run()
