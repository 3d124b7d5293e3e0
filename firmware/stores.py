# Where events wait.


def make_store(settings):
    """The store on flash if the config gives it room there, else in RAM."""
    if not settings["store_bytes"]:
        from snowplow_tracker import RingStore

        return RingStore(settings["buffer_bytes"])
    from snowplow_tracker.store.segments import SegmentStore

    page = min(settings["buffer_bytes"], settings["store_bytes"] // 4)
    return SegmentStore(settings["store_path"], settings["store_bytes"], page_bytes=page)
