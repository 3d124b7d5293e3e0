# A board that was staged in a folder, as `image.py FOLDER KIND TIMES MODULE...`. Imports the
# modules TIMES times, and prints the heap that mounting its image takes for good, in bytes.
import gc
import os
import sys

import vfs

folder, kind, times = sys.argv[1:4]
vfs.umount("/")
vfs.mount(vfs.VfsPosix(folder), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen", "/lib"]
gc.collect()
before = gc.mem_alloc()
if kind == "image":
    sys.path.insert(0, "/releases")
    __import__("loader").load()
    del sys.modules["loader"], sys.modules["image"]  # as image_main.py
gc.collect()
print(gc.mem_alloc() - before)
known = set(sys.modules)
for _ in range(int(times)):
    for name in sys.argv[4:]:
        __import__(name)
    for name in list(sys.modules):
        if name not in known:
            del sys.modules[name]
    gc.collect()
