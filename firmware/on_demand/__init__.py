# What the firmware needs once, or now and then; it is loaded for that and unloaded afterwards.
