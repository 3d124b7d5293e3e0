# boot.py of a board whose supply a pin holds; `make deploy` puts it there if the config has a
# `hold_pin`. It holds the supply before anything else, since a button is soon released.
import gc

from boards import latch

latch.hold()
gc.collect()
gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())
