"""What Enrich does in a real pipeline: decide whether an event is good, and fill its columns.

Nothing here reads the clock, the network or the database, except :mod:`registry`. The way of a
request: :mod:`judge` asks :mod:`batch` to take it apart into events, :mod:`parameters` to convert
the values of an event, and :mod:`iglu` to validate its self-describing JSON; :mod:`records` makes
the JSON that is stored. Every reason why an event is bad is a :class:`failures.Failure`.
"""
