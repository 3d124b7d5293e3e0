# What several drivers of boards/sensors/ share, and what one needs for its start alone.
