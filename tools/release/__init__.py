"""Releases of the firmware: one image, a signed manifest, and patches from the images before.

A folder of releases has only these files, so that any static https server can serve it:

    manifest.json           what is offered now, signed: see manifest.py
    ID.img                  the image; ID is the first 16 hex digits of its SHA-256
    OLD-NEW.patch           makes the image NEW from the image OLD: see patch.py

A name that has an ID never gets other bytes, so what a board has of a download stays good.
"""
