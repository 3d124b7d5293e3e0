import asyncio
import json

from expect import Wire, refused, tracker
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.emitter import _uri

HEAD = '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['


class Time:
    """Puts a clock in place that moves only when it is told to."""

    def __init__(self, wall):
        self.wall = wall
        self.mono = 1000
        self.real = (clock.ms, clock.unix_ms)

    def __enter__(self):
        clock.ms = lambda: self.mono
        clock.unix_ms = lambda: self.wall
        return self

    def __exit__(self, *_):
        clock.ms, clock.unix_ms = self.real

    def pass_ms(self, ms):
        self.wall += ms
        self.mono += ms


def fill(t, n):
    return [t.track_struct_event("c", "a", value=i) for i in range(n)]


def test_batches_by_count_in_order():
    t, wire = tracker(batch_size=4)
    eids = fill(t, 10)
    assert t.flush()
    assert [len(b) for b in wire.batches()] == [4, 4, 2]
    assert [e["eid"] for e in wire.events()] == eids
    assert t.emitters[0].sent == 10
    assert len(t.emitters[0].event_store) == 0


def test_the_wrapper_is_88_bytes_and_bodies_are_compact():
    t, wire = tracker()
    fill(t, 2)
    t.flush()
    body = str(wire.bodies[0], "utf-8")
    assert len(HEAD) + len("]}") == 88
    assert body.startswith(HEAD) and body.endswith("]}")
    assert json.loads(body)["schema"].endswith("payload_data/jsonschema/1-0-4")
    assert " " not in body


def test_batches_by_bytes_never_exceed_the_limit():
    t, wire = tracker(batch_size=100, byte_limit=1000)
    fill(t, 20)
    t.flush()
    assert len(wire.bodies) > 1
    sizes = [len(b) for b in wire.bodies]
    assert max(sizes) <= 1000
    # ... and are as full as they can be.
    event = len(json.dumps(wire.events()[0]))
    assert min(sizes[:-1]) > 1000 - event - 50


def test_an_event_over_the_limit_goes_alone():
    t, wire = tracker(byte_limit=500)
    fill(t, 1)
    t.track_struct_event("c", "a", "x" * 2000)
    fill(t, 1)
    assert t.flush()
    assert [len(b) for b in wire.batches()] == [1, 1, 1]
    assert wire.events()[1]["se_la"] == "x" * 2000


def test_kept_until_it_is_accepted():
    for answer in (500, 503, 404, 302, 0, OSError(104), OSError("no route")):
        t, wire = tracker(answer)
        eids = fill(t, 3)
        assert not t.flush()
        assert t.emitters[0].last is answer
        assert len(t.emitters[0].event_store) == 3
        assert t.flush()
        assert t.emitters[0].last == 200
        assert [e["eid"] for e in wire.batches()[1]] == eids


def test_a_failure_ends_the_flush_with_the_rest_kept():
    t, wire = tracker(200, 500, batch_size=2)
    fill(t, 6)
    assert not t.flush()
    assert len(wire.bodies) == 2
    assert len(t.emitters[0].event_store) == 4


def test_events_tracked_while_sending_are_not_lost():
    t, wire = tracker(batch_size=2)
    send = wire.send

    def send_and_track(length, body):
        status = send(length, body)
        if len(wire.bodies) < 4:
            fill(t, 1)
        return status

    wire.send = send_and_track
    fill(t, 2)
    assert t.flush()
    assert len({e["eid"] for e in wire.events()}) == 5


def test_a_store_that_overflows_while_sending_loses_nothing_else():
    t, wire = tracker(nbytes=3000)
    fill(t, 10)
    store = t.emitters[0].event_store
    send = wire.send

    def overflow(length, body):
        next(body)
        wire.send = send
        fill(t, 40)
        for _ in body:
            pass
        return 200

    wire.send = overflow
    assert not t.flush()
    assert "changed" in str(t.emitters[0].last)
    kept = len(store)
    assert kept and store.dropped == 50 - kept
    assert t.flush()
    assert len(wire.events()) == kept


def test_flush_stops_when_its_time_is_over():
    with Time(1795350546723) as time:
        t, wire = tracker(batch_size=1)
        send = wire.send

        def slow(length, body):
            time.pass_ms(400)
            return send(length, body)

        wire.send = slow
        fill(t, 5)
        assert not t.flush(timeout=1)
        assert len(wire.bodies) == 3
        assert t.flush()


def test_times_are_those_of_tracking_and_of_sending():
    with Time(1795350546723) as time:
        t, wire = tracker()
        fill(t, 1)
        time.pass_ms(61001)
        fill(t, 1)
        t.flush()
        first, second = wire.events()
        assert (first["dtm"], first["stm"]) == ("1795350546723", "1795350607724")
        assert (second["dtm"], second["stm"]) == ("1795350607724", "1795350607724")


def test_a_clock_that_is_set_later_corrects_events_made_before():
    with Time(0) as time:
        t, wire = tracker()
        fill(t, 1)
        time.pass_ms(5000)
        time.wall = 1795350546723
        t.flush()
        assert wire.events()[0]["dtm"] == "1795350541723"
        assert wire.events()[0]["stm"] == "1795350546723"


def test_times_of_an_unset_clock_keep_their_difference_and_their_length():
    with Time(946684800123) as time:
        t, wire = tracker()
        fill(t, 1)
        time.pass_ms(5000)
        t.flush()
        event = wire.events()[0]
        assert (event["dtm"], event["stm"]) == ("0946684800123", "0946684805123")


def test_retry_delay_grows_to_its_cap_with_full_jitter():
    wire = Wire(*([500] * 30))
    emitter = Emitter("host", transport=wire, max_retry_delay_seconds=60)
    fill(Tracker("ns", emitter), 1)
    for cap in (2, 4, 8, 16, 32, 60, 60):
        emitter.flush()
        delays = [emitter.retry_delay() for _ in range(300)]
        assert min(delays) <= cap // 8 and max(delays) <= cap
        assert max(delays) > cap * 3 // 4
    wire.answers = []
    assert emitter.flush()
    assert emitter.retry_delay() <= 1


def test_run_sends_full_batches_retries_and_can_be_cancelled():
    ticks = []

    async def nap(seconds):
        # The event loop goes round without waiting; a second is one round.
        ticks.append(seconds)
        await sleep(0)

    async def scenario():
        t, wire = tracker(500, OSError(110), batch_size=5, max_retry_delay_seconds=1)
        task = asyncio.create_task(t.emitters[0].run(interval=10))
        fill(t, 5)
        while len(t.emitters[0].event_store):
            await sleep(0)
        assert len(wire.bodies) == 3
        for _ in range(4):  # lets it see that there is nothing left
            await sleep(0)
        before = sum(ticks)
        fill(t, 2)  # not a full batch: it waits for the interval
        while len(t.emitters[0].event_store):
            await sleep(0)
        assert 6 <= sum(ticks) - before <= 10
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        return wire

    sleep = asyncio.sleep
    asyncio.sleep = nap
    try:
        wire = asyncio.run(scenario())
    finally:
        asyncio.sleep = sleep
    assert len({e["eid"] for e in wire.events()}) == 7


def test_flush_of_an_empty_store_sends_nothing():
    t, wire = tracker()
    assert t.flush() and not wire.bodies


def test_uri():
    path = "/com.snowplowanalytics.snowplow/tp2"
    assert _uri("host", "http", None) == "http://host" + path
    assert _uri("host/", "https", 9090) == "https://host:9090" + path
    assert _uri("http://10.0.0.1:8080", "https", None) == "http://10.0.0.1:8080" + path
    for bad in ("", "http://", "a b", "host\r\nX: y", "host/path", "u@host", "host?q"):
        refused("endpoint", _uri, bad, "http", None)
    refused("protocol", _uri, "host", "ftp", None)


def test_https_is_refused_unless_unverified_is_said_aloud():
    refused("https", Emitter, "host")
    refused("https", Emitter, "https://host", event_store=RingStore(100))
    Emitter("host", protocol="http")
