"""The development collector: it receives, judges, stores and shows events.

``python -m tools.collector --help`` explains how to run it. The way of a request:
:mod:`http.tracker_api` reads it -> :mod:`storage.writer` takes it from a queue ->
:mod:`enrich.judge` decides which events are good -> one SQLite transaction -> the answer. Then
:mod:`console` prints the events and :mod:`http.page_stream` sends them to the page. With
``--forward``, :mod:`forward` has the request on disk before the answer, too, and passes it on.
"""
