# What the official Python tracker has and few programs on a board need. Each file loads on use.
#
#   tracker.py      calls of a Tracker; emitter.py: calls of an Emitter
#   async_emitter.py, event_store.py, payload.py, contracts.py, logger.py, session.py
#                   its classes and functions of these names
#   workers.py      a thread, or a task of asyncio, that sends
