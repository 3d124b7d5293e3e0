"""The SQLite database of events.

:mod:`writer` is the one thread that writes, :mod:`tables` the layout, :mod:`derived_tables` what
is kept for the page, :mod:`retention` what is removed, :mod:`queries` what the page reads.
"""
