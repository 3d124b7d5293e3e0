"""``--forward``: passes every request that brings events on to another collector.

:mod:`message` is a request as it is kept and sent, :mod:`queue` keeps them on disk in their order,
:mod:`target` sends one and tells what the answer means, :mod:`forwarder` is the thread that sends.
"""
