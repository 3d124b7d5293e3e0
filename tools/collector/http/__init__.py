"""The HTTP server: the routes of trackers, Micro's REST API, the page and its API.

:mod:`server` starts it. One file for each group of routes: :mod:`tracker_api`, :mod:`micro_api`,
:mod:`micro_events`, :mod:`export`, :mod:`forward_api`, :mod:`page_files`, :mod:`page_api`,
:mod:`page_stream`. :mod:`access` decides who may read.
"""
