"""The development collector: Snowplow's HTTP routes, Enrich's rules, SQLite storage, a live page.

``python -m tools.collector --help`` tells how to run it. The way of a request:
``server`` reads it -> ``store`` queues it for its writer thread -> ``judge`` says which events are
good -> one SQLite transaction -> the answer, and ``console`` and the page show what came.
"""
