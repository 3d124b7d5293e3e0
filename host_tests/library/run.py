"""Runs test files on MicroPython, which has no pytest: `micropython run.py test_ring ...`.

Prints one line a test, `ok NAME` or `FAIL NAME`, with the traceback behind the latter.
"""

import gc
import sys


def main():
    for module in sys.argv[1:]:
        tests = __import__(module)
        for name in sorted(dir(tests)):
            if name.startswith("test_"):
                gc.collect()
                try:
                    getattr(tests, name)()
                except Exception as e:
                    print("FAIL", name)
                    sys.print_exception(e, sys.stdout)
                else:
                    print("ok", name)


main()
