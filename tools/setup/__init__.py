"""`make setup`: a page on this computer that leads from a board's box to its first event.

Each step calls what a command has, too: flash, scan, provision, deploy. server.py answers the
page, jobs.py runs the steps that take time, steps.py is what they do.
"""
