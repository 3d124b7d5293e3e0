import asyncio
import json
import sys

import snowplow_tracker.emitter.get as get
import snowplow_tracker.emitter.run as background
from expect import Wire, refused, tracker, whole
from fake_time import NOW, Time
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.emitter.batch import Batch

HEAD = '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['


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


def test_a_body_may_have_as_many_bytes_as_the_limit():
    for less, count in ((0, 1), (1, 2)):
        t, wire = tracker()
        fill(t, 2)
        t.flush()
        fill(t, 2)
        t.emitters[0].byte_limit = len(wire.bodies[0]) - less
        t.flush()
        assert len(wire.bodies) == 1 + count


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
        assert t.emitters[0].last_result is answer
        assert len(t.emitters[0].event_store) == 3
        assert t.flush()
        assert t.emitters[0].last_result == 200
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
        pieces = body(bytearray(300))
        next(pieces)
        wire.send = send
        fill(t, 40)
        for _ in pieces:
            pass
        return 200

    wire.send = overflow
    assert not t.flush()
    assert "changed" in str(t.emitters[0].last_result)
    kept = len(store)
    assert kept and store.dropped == 50 - kept
    assert t.flush()
    assert len(wire.events()) == kept


def test_flush_stops_when_its_time_is_over():
    with Time(NOW) as time:
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
    with Time(NOW) as time:
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
        time.wall = NOW
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


def delays(emitter, times=200):
    """Milliseconds until the retry, over many failures in the same state."""
    found = []
    for _ in range(times):
        trouble = emitter.retry
        kept = (trouble.failures, trouble.oldest_failures) if trouble else (0, 0)
        emitter.flush()
        found.append(emitter.retry_at - clock.ms())
        trouble = emitter.retry
        trouble.failures, trouble.oldest_failures = kept
    emitter.flush()
    return found


def test_retry_delay_grows_to_its_cap_with_full_jitter():
    with Time(NOW):
        t, wire = tracker(max_retry_delay_seconds=60)
        wire.send = answering(lambda body: 503)
        fill(t, 1)
        emitter = t.emitters[0]
        for cap in (2, 4, 8, 16, 32, 60, 60):
            found = delays(emitter)
            assert min(found) <= cap * 125 and max(found) <= cap * 1000
            assert max(found) > cap * 750
        wire.send = answering(lambda body: 200)
        assert emitter.flush() and emitter.retry is None
        fill(t, 1)
        wire.send = answering(lambda body: 503)
        assert max(delays(emitter)) <= 2000


def answering(judge, sent=None):
    """A send() that answers as judge(events) says, and notes the events that it accepts."""

    def send(length, body):
        data = whole(body)
        assert len(data) == length
        events = json.loads(str(data, "utf-8"))["data"]
        status = judge(events)
        if status == 200 and sent is not None:
            sent.extend([event["eid"] for event in events])
        return status

    return send


def sendings(time, wire):
    """A list that gets the time of each request."""
    times = []
    send = wire.send

    def note(length, body):
        times.append(time.mono)
        return send(length, body)

    wire.send = note
    return times


class FastAsyncio:
    """asyncio whose sleeps pass on a Time instead of waiting."""

    def __init__(self, time):
        self.time = time
        self.real = background.sleep_ms

    def __enter__(self):
        async def sleep_ms(ms):
            self.time.pass_ms(ms)
            await asyncio.sleep(0)

        background.sleep_ms = sleep_ms

    def __exit__(self, *_):
        background.sleep_ms = self.real


async def cancel(task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


def test_run_sends_full_batches_retries_and_can_be_cancelled():
    async def scenario(time):
        t, wire = tracker(500, OSError(110), batch_size=5, max_retry_delay_seconds=1)
        times = sendings(time, wire)
        task = asyncio.create_task(t.emitters[0].run(interval=10))
        fill(t, 5)
        while len(t.emitters[0].event_store):
            await asyncio.sleep(0)
        assert len(wire.bodies) == 3
        for _ in range(4):  # lets it see that there is nothing left
            await asyncio.sleep(0)
        before = time.mono
        fill(t, 2)  # not a full batch: it waits for the board's own moment
        while len(t.emitters[0].event_store):
            await asyncio.sleep(0)
        assert times[-1] - before <= 11000, times[-1] - before
        before = time.mono
        fill(t, 5)  # a full batch does not
        while len(t.emitters[0].event_store):
            await asyncio.sleep(0)
        assert times[-1] - before <= 1000
        await cancel(task)
        return wire

    with Time(NOW) as time, FastAsyncio(time):
        wire = asyncio.run(scenario(time))
    assert len({e["eid"] for e in wire.events()}) == 12


def test_run_retries_after_the_delay_and_not_only_after_the_interval():
    async def scenario(time):
        t, wire = tracker(200, 500, 500, batch_size=5, max_retry_delay_seconds=4)
        times = sendings(time, wire)
        task = asyncio.create_task(t.emitters[0].run(interval=600))
        fill(t, 5)
        while not t.emitters[0].sent:
            await asyncio.sleep(0)
        fill(t, 5)
        while len(times) < 4:
            await asyncio.sleep(0)
        await cancel(task)
        assert times[3] - times[1] <= 2 * 5000, times

    with Time(NOW) as time, FastAsyncio(time):
        asyncio.run(scenario(time))


def test_run_sends_soon_after_the_link_is_back_and_asks_for_the_time_only_then():
    async def scenario(time):
        link = []
        asked = []
        clock.hook = lambda: asked.append(1)
        t, wire = tracker(batch_size=50, online=lambda: bool(link))
        times = sendings(time, wire)
        task = asyncio.create_task(t.emitters[0].run(interval=60))
        fill(t, 1)
        start = time.mono
        while time.mono < start + 300000:
            await asyncio.sleep(0)
        assert not times and not asked
        link.append(1)
        back = time.mono
        while not times:
            await asyncio.sleep(0)
        await cancel(task)
        assert times[0] - back <= 1000 and asked

    with Time(NOW) as time, FastAsyncio(time):
        asyncio.run(scenario(time))


def test_a_trickle_of_events_is_not_sent_one_by_one():
    async def scenario(time):
        t, wire = tracker(batch_size=50, nbytes=30000, byte_limit=4000)
        times = sendings(time, wire)
        task = asyncio.create_task(t.emitters[0].run(interval=60))
        start = last = time.mono
        while time.mono < start + 600000:
            if time.mono - last > 5000:
                last = time.mono
                fill(t, 1)
            await asyncio.sleep(0)
        await cancel(task)
        assert 8 <= len(times) <= 13, times

    with Time(NOW) as time, FastAsyncio(time):
        asyncio.run(scenario(time))


def test_the_first_send_after_boot_is_spread():
    async def scenario(time):
        t, wire = tracker(batch_size=2)
        times = sendings(time, wire)
        fill(t, 5)
        start = time.mono
        task = asyncio.create_task(t.emitters[0].run(interval=30))
        while not times:
            await asyncio.sleep(0)
        await cancel(task)
        return times[0] - start

    with Time(NOW) as time, FastAsyncio(time):
        waits = [asyncio.run(scenario(time)) for _ in range(40)]
    assert max(waits) <= 31000, waits
    assert max(waits) - min(waits) > 10000, waits


def test_each_board_sends_at_moments_of_its_own():
    async def scenario(time):
        t, wire = tracker()
        times = sendings(time, wire)
        task = asyncio.create_task(t.emitters[0].run(interval=600))
        start = time.mono
        while time.mono < start + 700000:  # nothing to send
            await asyncio.sleep(0)
        fill(t, 1)
        while not times:
            await asyncio.sleep(0)
        await cancel(task)
        return times[0] - start

    with Time(NOW) as time, FastAsyncio(time):
        waits = [asyncio.run(scenario(time)) for _ in range(20)]
    assert max(waits) <= 1301000 and max(waits) - min(waits) > 200000, waits


def test_after_an_outage_boards_come_back_over_an_interval():
    async def scenario(time):
        t, wire = tracker(500, batch_size=2)
        times = sendings(time, wire)
        fill(t, 2)
        task = asyncio.create_task(t.emitters[0].run(interval=30))
        while len(times) < 2:
            await asyncio.sleep(0)
        await cancel(task)
        return times[1] - times[0]

    with Time(NOW) as time, FastAsyncio(time):
        waits = [asyncio.run(scenario(time)) for _ in range(40)]
    assert max(waits) <= 31000 and max(waits) - min(waits) > 10000, waits


def test_run_retries_what_a_flush_could_not_send_and_sends_many_bytes_at_once():
    async def scenario(time, events, *answers):
        t, wire = tracker(*answers, batch_size=50, byte_limit=1000, max_retry_delay_seconds=4)
        if answers:
            fill(t, events)
            assert not t.flush()
        task = asyncio.create_task(t.emitters[0].run(interval=600))
        start = time.mono
        if not answers:
            fill(t, events)
        while len(t.emitters[0].event_store):
            await asyncio.sleep(0)
        await cancel(task)
        assert time.mono - start < 10000

    with Time(NOW) as time, FastAsyncio(time):
        for _ in range(5):
            asyncio.run(scenario(time, 1, 500))
            asyncio.run(scenario(time, 8))


def test_a_flush_wakes_a_waiting_retry():
    async def scenario(time):
        t, wire = tracker(500, batch_size=1, max_retry_delay_seconds=3600)
        emitter = t.emitters[0]
        task = asyncio.create_task(emitter.run(interval=1))
        fill(t, 1)
        while not emitter.last_result:
            await asyncio.sleep(0)
        emitter.retry_at = time.mono + 3600000
        assert t.flush() and len(wire.bodies) == 2
        fill(t, 1)
        start = time.mono
        while len(emitter.event_store):  # and it is not held back for an hour now
            await asyncio.sleep(0)
        assert time.mono - start < 5000
        await cancel(task)

    with Time(NOW) as time, FastAsyncio(time):
        asyncio.run(scenario(time))


class Slow:
    """A transport that yields before it answers, and counts what is open."""

    def __init__(self):
        self.bodies = []
        self.open = 0

    def send(self, length, body):
        self.open += 1
        try:
            yield 1
            self.bodies.append(whole(body))
            yield 1
            return 200
        finally:
            self.open -= 1


def test_two_drivers_never_send_a_batch_twice():
    async def scenario(time):
        slow = Slow()
        emitter = Emitter("host", transport=slow, batch_size=2)
        t = Tracker("ns", emitter)
        fill(t, 2)
        task = asyncio.create_task(emitter.run(interval=1))
        while not slow.open:
            await asyncio.sleep(0)
        assert t.flush()  # goes on with what run() began
        assert len(slow.bodies) == 1 and not slow.open
        fill(t, 3)
        while len(emitter.event_store):
            await asyncio.sleep(0)
        await cancel(task)
        assert len(slow.bodies) == 3

    with Time(NOW) as time, FastAsyncio(time):
        asyncio.run(scenario(time))


def test_a_flush_out_of_time_gives_up_the_request_and_keeps_its_events():
    with Time(NOW) as time:
        slow = Slow()
        emitter = Emitter("host", transport=slow, idle=lambda: time.pass_ms(600))
        t = Tracker("ns", emitter)
        fill(t, 2)
        assert not t.flush(timeout=1)
        assert slow.open == 0 and len(emitter.event_store) == 2
        assert t.flush(timeout=10)


def test_pause_and_resume():
    t, wire = tracker()
    emitter = t.emitters[0]
    fill(t, 2)
    emitter.pause()
    assert not t.flush() and not wire.bodies
    emitter.resume()
    assert t.flush() and len(wire.bodies) == 1


def test_offline_nothing_is_tried():
    link = []
    t, wire = tracker(online=lambda: bool(link))
    fill(t, 2)
    assert not t.flush() and not wire.bodies
    assert "offline" in str(t.emitters[0].last_result) and t.emitters[0].retry is None
    link.append(1)
    assert t.flush()


def test_answers_that_give_up_on_the_events():
    for status in (400, 401, 403, 410, 422):
        t, wire = tracker(status, batch_size=2)
        fill(t, 3)
        assert t.flush()
        assert (t.emitters[0].given_up, t.emitters[0].sent) == (2, 1)
        assert len(wire.bodies) == 2


def test_custom_retry_codes_both_ways():
    t, wire = tracker(422, 422, custom_retry_codes={422: True, 503: False, 200: True})
    fill(t, 1)
    assert not t.flush() and not t.flush() and t.flush()
    assert t.emitters[0].given_up == 0
    wire.answers = [503]
    fill(t, 1)
    assert t.flush() and t.emitters[0].given_up == 1


def test_413_splits_and_gives_up_on_a_single_event_only():
    sent = []
    t, wire = tracker(batch_size=8, nbytes=30000)
    wire.send = answering(lambda events: 413 if len(json.dumps(events)) > 1500 else 200, sent)
    eids = fill(t, 5)
    big = t.track_struct_event("c", "a", "x" * 3000)
    eids += fill(t, 20)
    assert t.flush()
    assert sent == eids and big not in sent
    assert (t.emitters[0].given_up, t.emitters[0].sent) == (1, 25)


def test_batches_grow_again_after_a_413():
    t, wire = tracker(413, batch_size=8, nbytes=30000)
    fill(t, 50)
    assert t.flush()
    sizes = [len(batch) for batch in wire.batches()]
    assert sizes[:2] == [8, 4] and sizes.count(8) > 3


def test_without_memory_for_a_query_a_flush_ends():
    class Getting:
        get = True
        stale = True  # as the request before has left it

        def send(self, length, query):
            return 200

    emitter = Emitter("host", transport=Getting(), event_store=RingStore(1000), method="get")
    emitter.put(0, 0, b'{"e":"pv"')
    tries = []
    encode = get.encode

    def no_memory(_):
        tries.append(1)
        assert len(tries) < 5
        raise MemoryError

    get.encode = no_memory
    try:
        assert not emitter.flush() and isinstance(emitter.last_result, MemoryError)
    finally:
        get.encode = encode
    assert emitter.flush()


def test_a_kept_connection_that_was_closed_is_no_failure():
    t, wire = tracker()
    emitter = t.emitters[0]
    failures = []
    emitter.on_failure = failures.append
    send = wire.send

    def closed(length, body):
        wire.stale = True
        wire.send = again
        raise OSError(104)

    def again(length, body):
        wire.stale = False
        return send(length, body)

    wire.send = closed
    fill(t, 2)
    assert t.flush() and len(wire.bodies) == 1
    assert not failures and emitter.retry is None and not emitter.retry_at


def test_an_event_over_the_limit_is_kept_like_any_other():
    for status in (500, 503, 429, 404):
        t, wire = tracker(status, byte_limit=500)
        t.track_struct_event("c", "a", label="x" * 600)
        assert not t.flush() and len(t.emitters[0].event_store) == 1
        assert t.flush() and len(wire.bodies) == 2 and not t.emitters[0].given_up
    t, wire = tracker(413, byte_limit=500)
    t.track_struct_event("c", "a", label="x" * 600)
    assert t.flush() and t.emitters[0].given_up == 1


def test_a_body_is_never_whole_when_the_store_has_changed():
    class Hiding(RingStore):
        hidden = 0

        def peek(self, after=0):
            return super().peek(max(after, self.hidden))

    # Records that come back, or that go; the next one is as long.
    for before, behind, most in ((1, 0, 10), (0, 1, 10), (0, 1, 1)):
        store = Hiding(1000)
        for n in range(3):
            store.put(0, 0, b'{"n":%d' % n)
        store.hidden = before
        batch = Batch(store, 0, most, 40000)
        store.hidden = behind
        sent = 0
        try:
            for piece in batch.body(bytearray(64)):
                sent += len(piece)
            raise AssertionError("no error")
        except OSError:
            assert sent < batch.length


def test_an_event_that_is_never_taken_does_not_block_those_behind_it():
    for poison in (500, OSError(104)):
        sent = []

        def judge(events, poison=poison):
            if "bad" in [event["se_ac"] for event in events]:
                if isinstance(poison, Exception):
                    raise poison
                return poison
            return 200

        t, wire = tracker(batch_size=5)
        wire.send = answering(judge, sent)
        eids = fill(t, 3)
        bad = t.track_struct_event("c", "bad")
        eids += fill(t, 8)
        for _ in range(25):
            t.flush()
        assert sorted(sent) == sorted(eids)  # all others are through, none of them twice
        emitter = t.emitters[0]
        assert len(emitter.event_store) and emitter.given_up == 0
        for _ in range(20):  # it is judged by more rounds than one
            eids += fill(t, 1)
            t.flush()
        assert sorted(sent) == sorted(eids) and bad not in sent
        assert emitter.given_up == 1 and emitter.sent == len(eids)
        assert len(emitter.event_store) == 0


def test_those_behind_an_event_that_is_never_taken_go_in_whole_batches():
    t, wire = tracker(batch_size=5)
    sizes = []

    def judge(events):
        if events[0]["se_ac"] == "bad":
            return 500
        sizes.append(len(events))
        return 200

    wire.send = answering(judge)
    t.track_struct_event("c", "bad")
    fill(t, 30)
    for _ in range(6):
        t.flush()
    assert sum(sizes) == 30 and sizes.count(5) > 3


def test_those_behind_an_event_that_is_given_up_are_not_given_up():
    sent = []
    others = []

    def judge(events):
        if events[0]["se_ac"] == "bad":
            return 500
        others.append(1)
        return 503 if len(others) % 2 == 0 else 200

    t, wire = tracker(batch_size=1)
    wire.send = answering(judge, sent)
    t.track_struct_event("c", "bad")
    eids = []
    for _ in range(30):
        eids += fill(t, 1)
        t.flush()
    for _ in range(100):
        t.flush()
    assert t.emitters[0].given_up == 1 and sorted(sent) == sorted(eids)


def test_a_collector_that_takes_nothing_costs_no_event():
    for failure in (503, OSError(104)):
        t, wire = tracker(batch_size=5)
        wire.answers = [failure] * 300
        eids = fill(t, 12)
        for _ in range(40):
            assert not t.flush()
        wire.answers = []
        wire.bodies = []
        assert t.flush() and t.emitters[0].given_up == 0
        assert [event["eid"] for event in wire.events()] == eids


def test_a_collector_out_of_reach_says_nothing_of_the_oldest_event():
    t, wire = tracker(*[OSError(113)] * 12, batch_size=3)
    wire.wrote = False
    fill(t, 6)
    for _ in range(12):
        assert not t.flush()
    assert [len(batch) for batch in wire.batches()] == [3] * 12


def test_the_oldest_comes_back_after_others_went_ahead():
    sent = []
    taken = []
    t, wire = tracker(batch_size=5)
    bad = t.track_struct_event("c", "bad")

    def judge(events):
        return 500 if not taken and events[0]["se_ac"] == "bad" else 200

    wire.send = answering(judge, sent)
    eids = fill(t, 8)
    for _ in range(8):
        t.flush()
    assert sent == eids
    taken.append(1)
    assert t.flush() and sent == eids + [bad]
    assert t.emitters[0].sent == 9 and t.emitters[0].given_up == 0


def test_an_undecided_oldest_that_is_evicted_takes_along_only_what_was_sent():
    sent = []
    t, wire = tracker(batch_size=5, nbytes=2000)
    t.track_struct_event("c", "bad")
    wire.send = answering(lambda events: 500 if events[0]["se_ac"] == "bad" else 200, sent)
    eids = fill(t, 4)
    for _ in range(6):
        t.flush()
    assert sent == eids
    store = t.emitters[0].event_store
    while not store.dropped:
        eids += fill(t, 1)
    eids += fill(t, 2)  # what makes room for them was sent
    assert store.dropped == 1
    assert t.flush() and sent == eids


def test_older_events_that_can_be_read_again_are_not_taken_for_sent():
    class Returning(RingStore):
        hidden = 0  # flash cannot be read: records up to this sequence are not seen

        def peek(self, after=0):
            return super().peek(max(after, self.hidden))

    sent = []
    t, wire = tracker(batch_size=5)
    t.emitters[0].event_store = store = Returning()
    eids = fill(t, 3)
    store.hidden = 3
    bad = t.track_struct_event("c", "bad")
    eids += fill(t, 4)

    def judge(events):
        return 500 if "bad" in [event["se_ac"] for event in events] else 200

    wire.send = answering(judge, sent)
    for _ in range(6):
        t.flush()
    assert sorted(sent) == sorted(eids[3:])  # they went ahead of `bad`
    store.hidden = 0
    for _ in range(24):
        t.flush()
    assert sorted(set(sent)) == sorted(eids) and bad not in sent


def test_anonymous_events_never_share_a_request():
    t, wire = tracker()
    emitter = t.emitters[0]
    seen = []
    send = wire.send

    def note(length, body):
        seen.append(bool(wire.anonymous))
        return send(length, body)

    wire.send = note
    for flags in (0, 0, 2, 2, 2, 0):
        emitter.put(clock.ms(), flags, b'{"flags":"%d"' % flags)
    assert emitter.flush()
    assert [len(batch) for batch in wire.batches()] == [2, 3, 1]
    assert seen == [False, True, False]


def test_callbacks_get_payloads_a_reason_and_whether_it_is_retried():
    good = []
    bad = []

    def on_failure(sent, events):
        bad.append((sent, [e["se_va"] for e in events], events.reason, events.retry))

    t, wire = tracker(
        200, 500, 200, 400, batch_size=2, on_success=good.append, on_failure=on_failure
    )
    eids = fill(t, 5)
    t.flush()
    t.flush()
    assert [[e["eid"] for e in events] for events in good] == [eids[:2], eids[2:4]]
    assert good[0].reason == 200 and set(good[0][0]) > {"e", "p", "dtm", "stm", "tna"}
    assert bad == [(2, ["2", "3"], 500, True), (2, ["4"], 400, False)]


def test_an_exception_in_a_callback_stops_nothing():
    def fail(*_):
        raise RuntimeError("a user's mistake")

    t, wire = tracker(500, 400, on_success=fail, on_failure=fail)
    fill(t, 1)
    assert not t.flush() and t.flush()
    fill(t, 1)
    assert t.flush() and t.emitters[0].sent == 1


def test_a_callback_may_track_and_flush():
    t, wire = tracker(batch_size=1)
    done = []

    def again(events):
        if not done:
            done.append(t.flush())
            fill(t, 1)

    t.emitters[0].on_success = again
    fill(t, 1)
    assert t.flush() and len(wire.bodies) == 2 and done == [False]


def test_idle_is_called_while_it_waits():
    fed = []
    slow = Slow()
    emitter = Emitter("host", transport=slow, idle=lambda: fed.append(1))
    t = Tracker("ns", emitter)
    fill(t, 1)
    assert t.flush() and len(fed) > 2


def test_retry_after_is_honoured_and_bounded():
    with Time(NOW):
        for text, seconds in (
            (b"120", 120),
            (b"999999", 3600),
            (b"Sun, 22 Nov 2026 12:30:00 GMT", None),
            (b"soon", 0),
            (b"-5", 0),
            (b"", 0),
            (b"99999999999999999999", 0),
        ):
            t, wire = tracker(503)
            wire.retry_after = text
            fill(t, 1)
            t.flush()
            wait = t.emitters[0].retry_at - clock.ms()
            if seconds is None:
                seconds = 1795350600 - 1795350546
                assert seconds * 1000 - 1000 <= wait <= seconds * 1000
            else:
                assert seconds * 1000 <= wait <= seconds * 1000 + 2000 and wait < 3602000


def test_a_record_may_bring_its_time_of_day():
    with Time(NOW):
        t, wire = tracker()
        t.emitters[0].put(NOW - 86400000, 4, b'{"a":"1"')
        assert t.flush()
        assert wire.events() == [{"a": "1", "dtm": str(NOW - 86400000), "stm": str(NOW)}]


def test_flush_of_an_empty_store_sends_nothing():
    t, wire = tracker()
    assert t.flush() and not wire.bodies


def test_the_collectors_address():
    uri = Emitter.as_collector_uri
    path = "/com.snowplowanalytics.snowplow/tp2"
    assert uri("host", "http", None) == "http://host" + path
    assert uri("host/", "https", 9090) == "https://host:9090" + path
    assert uri("http://10.0.0.1:8080", "https", None) == "http://10.0.0.1:8080" + path
    assert uri("https://host/proxy/a/", "http", 90) == "https://host:90/proxy/a" + path
    assert uri("host/proxy", method="get") == "https://host/proxy/i"
    for bad in ("", "http://", "/path", "a b", "host\r\nX: y", "u@host", "host?q", "h\xf6st"):
        refused("endpoint", uri, bad, "http", None)
    refused("protocol", uri, "host", "ftp", None)
    refused("port: expected", Emitter, "host", "http", "9090")


def test_options_that_nobody_knows_are_refused():
    for options in ({"rootz": b"x"}, {"transport": Wire(), "roots": b"x"}):
        try:
            Emitter("host", protocol="http", **options)
        except TypeError:
            continue
        raise AssertionError(options)
    refused("method", Emitter, "host", protocol="http", method="put")


def test_https_without_roots_is_refused_with_what_to_do():
    if sys.implementation.name != "cpython":  # a computer has roots of its own
        refused("roots=", Emitter, "host")
        refused("verify=False", Emitter, "https://host", event_store=RingStore(100))
    refused("roots=", Emitter, "host", roots=b"")
    Emitter("host", protocol="http")
    Emitter("host", verify=False)


class Streaming:
    """A transport that yields after each piece of a body, while `meanwhile()` does as it likes."""

    def __init__(self, size=1400):
        self.size = size
        self.events = []
        self.broken = 0

    def send(self, length, body):
        data = b""
        try:
            for piece in body(bytearray(self.size)):
                data += bytes(piece)
                self.meanwhile()
                yield 0
        except OSError:
            self.broken += 1
            raise
        assert len(data) == length
        self.events += json.loads(str(data, "utf-8"))["data"]
        return 200


def test_events_tracked_while_a_body_streams_never_tear_it():
    for nbytes, batch_size, more in ((9000, 3, 1), (30000, 5, 2), (60000, 10, 1)):
        state = [0]

        wire = Streaming()
        store = RingStore(nbytes)
        emitter = Emitter("h", transport=wire, event_store=store, batch_size=batch_size)
        t = Tracker("ns", emitter)

        def meanwhile(t=t, state=state, more=more):
            if state[0] < 400:
                for _ in range(more):
                    track(t, state)

        wire.meanwhile = meanwhile
        for _ in range(30):
            track(t, state)
        for _ in range(3000):
            if emitter.flush() and state[0] >= 400:
                break
        check_streamed(wire, state, store)


def track(t, state):
    n = state[0]
    state[0] = n + 1
    t.track_struct_event("c", "a", label=chr(97 + n % 26) * (1500 + n * 37 % 500), value=n)


def check_streamed(wire, state, store):
    """Each event is whole; what did not arrive was counted as evicted."""
    seen = set()
    for event in wire.events:
        n = int(event["se_va"])
        assert event["se_la"] == chr(97 + n % 26) * (1500 + n * 37 % 500), n
        seen.add(n)
    lost = state[0] - len(seen)
    assert not len(store) and lost <= store.dropped, (lost, store.dropped)


def test_run_outlives_what_others_raise():
    async def scenario(time):
        t, wire = tracker(batch_size=2, max_retry_delay_seconds=2)
        emitter = t.emitters[0]
        send = wire.send
        trouble = [ValueError("transport"), KeyError("transport"), MemoryError(), None]

        def raising(length, body):
            error = trouble.pop(0) if trouble else None
            if error:
                raise error
            return send(length, body)

        def hook():
            raise ValueError("buffer too small")  # ntptime, of a reply that is too short

        clock.hook = hook
        wire.send = raising
        ticks = [0]

        def idle():
            ticks[0] += 1
            if ticks[0] == 3:
                raise ValueError("idle")

        emitter.idle = idle
        task = asyncio.create_task(emitter.run(interval=1))
        fill(t, 5)
        for _ in range(3000):
            if not len(emitter.event_store):
                break
            await asyncio.sleep(0)
        assert not task.done() and not len(emitter.event_store)
        await cancel(task)
        return wire

    with Time(NOW) as time, FastAsyncio(time):
        wire = asyncio.run(scenario(time))
    assert len({e["eid"] for e in wire.events()}) == 5


def test_a_callback_that_is_interrupted_does_not_stop_delivery():
    def interrupted(events):
        raise KeyboardInterrupt

    t, wire = tracker(on_success=interrupted)
    fill(t, 1)
    try:
        t.flush()
        raise AssertionError("the interrupt did not come through")
    except KeyboardInterrupt:
        pass
    t.emitters[0].on_success = None
    fill(t, 1)
    assert t.flush()
