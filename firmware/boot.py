# Runs first after every reset. Early collections keep the heap in one piece for what needs large
# blocks later, such as TLS.
import gc

gc.collect()
gc.threshold(gc.mem_free() // 4 + gc.mem_alloc())
