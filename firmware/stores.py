# Where events wait.


def make_store(settings):
    """The store on flash if the config gives it room there, else in RAM."""
    if not settings["store_bytes"]:
        from snowplow_tracker import RingStore

        return RingStore(settings["buffer_bytes"])
    from snowplow_tracker.store.segments import SegmentStore

    # A segment is a page at least, and its size may not change with `buffer_bytes`, as in safe
    # mode: the store counts in segments.
    page = min(settings["buffer_bytes"], max(4096, settings["store_bytes"] // 16))
    return SegmentStore(settings["store_path"], settings["store_bytes"], page_bytes=page)
