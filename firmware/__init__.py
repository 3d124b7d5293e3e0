# The firmware. What is here stays loaded; what is in on_demand/ is loaded for a moment and then
# unloaded (on_demand/unload.py). boot.py and main.py go to the root of the board's flash.
