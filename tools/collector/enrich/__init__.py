"""What Enrich does in a real pipeline: decide whether an event is good, and fill its columns.

:mod:`judge` decides, and :mod:`second_judge` does so in a second process. :mod:`batch` takes a
request apart into events, :mod:`parameters` and :mod:`values` convert the values of an event,
:mod:`iglu` validates its self-describing JSON with the schemas that it has or that :mod:`registry`
fetches. :mod:`enrichments` adds the other columns, :mod:`records` makes the JSON that is stored.
Each reason why an event is bad is a :class:`failures.Failure`. Nothing here uses the database, and
only the registry the network.
"""
