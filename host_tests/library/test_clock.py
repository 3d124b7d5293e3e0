import json
import os
import time
from binascii import a2b_base64

import snowplow_tracker.clock.boot_history as boot_history
import snowplow_tracker.json_file as json_file
from expect import tracker
from fake_time import NOW, Machine
from snowplow_tracker import clock
from snowplow_tracker.clock.http_date import compare_date, retry_after_ms, set_time, unix_ms
from snowplow_tracker.clock.set_clock import set_clock
from snowplow_tracker.clock.start import load
from snowplow_tracker.self_describing import base64

Y1970 = 0
Y2000 = 946684800000
Y2021 = 1609459200000
DAY = 86400000
FILE = "clock_test.json"


class File:
    """The path of a file that is gone before and afterwards."""

    def __enter__(self):
        self.__exit__()
        return FILE

    def __exit__(self, *_):
        try:
            os.remove(FILE)
        except OSError:
            pass


def test_unix_ms_is_the_systems_time():
    assert abs(clock.unix_ms() - time.time_ns() // 1000000) < 5000
    assert clock.known()


def test_ms_never_goes_back():
    last = clock.ms()
    for _ in range(1000):
        now = clock.ms()
        assert isinstance(now, int) and now >= last
        last = now


def test_ms_goes_on_when_ticks_wrap():
    with Machine(NOW) as m:
        m.mono = (1 << 30) - 500
        clock.ticks = clock.ticks_ms()
        start = clock.ms()
        for days in range(40):
            m.pass_ms(DAY)
            assert clock.ms() - start == (days + 1) * DAY


def test_boot_fits_the_record():
    assert 0 <= clock.boot < 65536


def test_a_clock_that_was_never_set_gives_steady_times_that_are_not_of_1970_2000_or_2021():
    for wall in (Y1970, Y2000, Y2021):
        with Machine(wall) as m:
            assert not clock.known()
            first = clock.unix_ms()
            m.pass_ms(123456)
            assert clock.unix_ms() - first == 123456
            assert first >= clock.EARLIEST
            m.wall = NOW  # somebody sets it
            assert clock.known() and clock.unix_ms() == NOW


def test_an_epoch_of_2000():
    with Machine(NOW, epoch_ms=Y2000) as m:
        assert clock.unix_ms() == NOW and clock.known()
        m.boot(wall=Y2000)
        assert not clock.known() and clock.unix_ms() >= clock.EARLIEST


def test_beyond_2038_and_as_ints():
    for wall in (2147483647999, 2147483648000, 4294967296000, 9999999999998):
        with Machine(wall) as m:
            assert clock.unix_ms() == wall and isinstance(clock.unix_ms(), int)
            m.pass_ms(1)
            assert clock.unix_ms() == wall + 1


def test_the_hook_is_asked_again_until_it_works_then_daily():
    calls = []

    with Machine(Y2021) as m:

        def hook():
            calls.append(1)
            if len(calls) < 5:
                raise OSError("no answer")
            m.wall = NOW

        clock.hook = hook
        fed = []
        set_clock(lambda: fed.append(1))
        assert len(calls) == 3 and fed and not clock.known()
        set_clock()
        assert len(calls) == 3  # not before a minute is over
        m.pass_ms(60000)
        set_clock()
        assert len(calls) == 5 and clock.known()
        m.pass_ms(DAY - 1)
        set_clock()
        assert len(calls) == 5
        m.pass_ms(1)
        set_clock()
        assert len(calls) == 6


def test_a_hook_that_sets_nothing_is_not_believed():
    for answer in (False, None):
        with Machine(Y2021):
            clock.hook = lambda answer=answer: answer
            set_clock()
            assert not clock.known() and clock.unix_ms() >= clock.EARLIEST


def test_set_time_serves_until_the_system_is_set():
    with Machine(Y1970) as m:
        set_time(Y2000)  # a collector whose clock is no better
        assert not clock.known()
        set_time(NOW)
        m.pass_ms(5000)
        assert clock.known() and clock.unix_ms() == NOW + 5000
        m.wall = NOW + 7000
        assert clock.unix_ms() == NOW + 7000


def test_a_systems_clock_that_is_lost_takes_no_time_along():
    for lost in (Y1970, Y2000, Y2021):
        with Machine(Y2021) as m:
            clock.hook = lambda: setattr(m, "wall", NOW)
            set_clock()
            start = clock.boot_start()
            m.pass_ms(5000)
            m.wall = lost
            assert clock.known() and clock.boot_start() == start
            assert clock.unix_ms() == NOW + 5000
            m.pass_ms(DAY)  # the hook sets it again
            set_clock()
            assert clock.unix_ms() == NOW


def test_a_step_corrects_everything_not_yet_sent():
    for step in (-3600000, -1, 1, 86400000, 10 * 365 * DAY):
        with Machine(NOW) as m:
            t, wire = tracker()
            for _ in range(3):
                t.track_struct_event("c", "a")
                m.pass_ms(1000)
            m.wall += step
            t.track_struct_event("c", "a")
            m.pass_ms(250)
            assert t.flush()
            events = wire.events()
            ages = [int(event["stm"]) - int(event["dtm"]) for event in events]
            assert ages == [3250, 2250, 1250, 250]
            assert int(events[0]["stm"]) == NOW + 3250 + step


def test_drift_does_not_show_in_the_difference():
    # The wall clock runs 10 % fast; the age of an event is counted in the monotonic one.
    with Machine(NOW) as m:
        t, wire = tracker()
        t.track_struct_event("c", "a")
        m.mono += 300000
        m.wall += 330000
        assert t.flush()
        event = wire.events()[0]
        assert int(event["stm"]) - int(event["dtm"]) == 300000
        assert int(event["stm"]) == NOW + 330000


def test_http_dates():
    assert unix_ms(b"Sun, 06 Nov 1994 08:49:37 GMT") is None  # nobody's clock shows this
    assert unix_ms(b"Sun, 22 Nov 2026 12:29:06 GMT") == 1795350546000
    assert unix_ms(b"Tue, 29 Feb 2028 23:59:59 GMT") == 1835481599000
    assert unix_ms(b"Tue, 01 Jan 2030 00:00:00 GMT") == 1893456000000
    assert unix_ms(b"Tue, 19 Jan 2038 03:14:08 GMT") == 2147483648000
    for bad in (
        b"",
        b"soon",
        b"Sun, 22 Foo 2026 12:29:06 GMT",
        b"1 2 3 4 5 6",
        b"a b c d e:f:g h",
    ):
        assert unix_ms(bad) is None
    for month in range(12):
        text = (
            b"Sun, 15 %s 2027 00:00:00 GMT"
            % b"JanFebMarAprMayJunJulAugSepOctNovDec"[month * 3 : month * 3 + 3]
        )
        days = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month] + 14
        assert unix_ms(text) == 1798761600000 + days * DAY
    assert retry_after_ms(b"5", NOW) == 5000 and retry_after_ms(b"1.5", NOW) == 0


# --- over reboots


def test_the_last_known_time_is_a_floor_after_a_reboot():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.pass_ms(DAY)
        boot_history.save()
        m.boot(wall=Y2021)
        boot_history.start(path)
        assert not clock.known()
        assert NOW + DAY <= clock.unix_ms() <= NOW + DAY + 1000


def test_the_system_can_be_set_to_the_floor_so_that_certificates_can_be_checked():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.boot(wall=Y2021)

        def set_clock(ms):
            m.wall = ms

        boot_history.start(path, set_clock)
        assert m.wall >= NOW and not clock.known()  # it is a guess
        m.pass_ms(60000)
        assert not clock.known() and clock.unix_ms() == m.wall
        m.wall += DAY  # NTP
        assert clock.known() and clock.unix_ms() == m.wall


def test_a_floor_from_a_wrong_future_gives_way_to_the_hook_and_to_a_date():
    future = NOW + 20 * 365 * DAY
    for by_hook in (True, False):
        with File() as path, Machine(future) as m:
            boot_history.start(path)
            m.boot(wall=NOW)
            boot_history.start(path)
            assert not clock.known() and clock.unix_ms() >= future
            if by_hook:
                clock.hook = lambda: True
                set_clock()
            else:
                set_time(NOW)
            assert clock.known() and abs(clock.unix_ms() - NOW) < 1000


def test_a_torn_or_foreign_file_is_no_obstacle():
    for text in ("", "[[1,2", "{}", "[1]", "[[1]]", '[["a",1,2,3]]', "[[1,-2,3,4]]", "null", "7"):
        with File() as path, Machine(NOW):
            with open(path, "w") as file:
                file.write(text)
            boot_history.start(path)
            assert load(path)[0][-1][0] == clock.boot


def test_a_read_that_fails_for_once_forgets_no_boot():
    failures = []

    def failing(*arguments):
        if failures:
            raise failures.pop()
        return open(*arguments)

    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.boot(wall=Y2021)
        failures += OSError(5, ""), OSError(5, "")
        json_file.open = failing
        try:
            boot_history.start(path)
        finally:
            del json_file.open
        assert len(boot_history.boots) == 2 and clock.unix_ms() >= NOW


def test_the_file_stays_small():
    with File() as path, Machine(NOW) as m:
        for _ in range(50):
            boot_history.start(path)
            m.pass_ms(100000)
            boot_history.save()
            m.boot()
        assert os.stat(path)[6] < 1000
        ids = [boot[0] for boot in load(path)[0]]
        assert len(set(ids)) == len(ids) == 16


def test_no_two_boots_have_one_number():
    for number in (5, 0xFFFF):
        with File() as path, Machine(NOW) as m:
            for _ in range(4):
                m.boot()
                clock.boot = number  # by chance
                boot_history.start(path)
            ids = [boot[0] for boot in load(path)[0]]
            assert ids == [number + i & 0xFFFF for i in range(4)] and clock.boot == ids[-1]


def send_earlier(events):
    """A store with events of an earlier boot, as a persistent one has: (boot, ms, json)."""
    t, wire = tracker()
    store = t.emitters[0].event_store
    now = clock.boot
    for boot, ms, data in events:
        clock.boot = boot
        store.put(ms, 0, data)
    clock.boot = now
    t.track_struct_event("c", "now")
    assert t.flush()
    return wire.events()


def test_an_event_of_an_earlier_boot_whose_clock_was_known_is_exact():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        earlier, made = clock.boot, clock.ms()
        m.pass_ms(7000)
        boot_history.save()
        m.boot(off_ms=DAY)
        boot_history.start(path)
        event, _ = send_earlier([(earlier, made + 3000, b'{"e":"se"')])
        assert int(event["dtm"]) == NOW + 3000 and "co" not in event
        assert int(event["stm"]) == m.wall


def test_the_clock_of_a_boot_that_was_set_late_counts_for_all_of_it():
    with File() as path, Machine(Y2021) as m:
        boot_history.start(path)
        earlier, made = clock.boot, clock.ms()
        m.pass_ms(5000)
        m.wall = NOW
        set_clock()  # the emitter does so before it sends, and it is written down then
        m.boot(wall=Y2021)
        boot_history.start(path)
        event, _ = send_earlier([(earlier, made, b'{"e":"se"')])
        assert int(event["dtm"]) == NOW - 5000


def test_the_clock_of_a_boot_that_only_a_collector_told_counts_too():
    with File() as path, Machine(Y2021) as m:
        boot_history.start(path)
        earlier, made = clock.boot, clock.ms()
        m.pass_ms(5000)
        set_time(NOW)
        boot_history.save()
        m.boot(wall=Y2021)
        boot_history.start(path)
        event, _ = send_earlier([(earlier, made, b'{"e":"se"')])
        assert int(event["dtm"]) == NOW - 5000 and "co" not in event


CONTEXTS = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"


def test_an_event_between_two_known_times_is_bracketed_and_marked():
    data = {"co": '"co":"{', "漢": "ü~?>"}
    entity = {"schema": "iglu:com.acme/board/jsonschema/1-0-0", "data": data}
    co = json.dumps({"schema": CONTEXTS, "data": [entity]}, separators=(",", ":"))
    with File() as path, Machine(NOW) as m:
        if json.loads(co)["data"] and co.find('{"schema"') != 0:
            # Dict order is hash order on MicroPython; the tracker writes the schema first.
            co = '{"schema":"%s","data":[%s]}' % (CONTEXTS, json.dumps(entity))
        boot_history.start(path)
        m.pass_ms(1000)
        boot_history.save()
        before = NOW + 1000
        m.boot(wall=Y2021)  # never set
        boot_history.start(path)
        earlier = clock.boot
        m.pass_ms(50000)
        boot_history.save()
        lasted = clock.ms()
        m.boot(wall=NOW + DAY)
        boot_history.start(path)
        started = clock.unix_ms() - clock.ms()
        plain = b'{"e":"se","se_la":"\\"co\\":\\"{"'
        with_co = plain + b',"co":' + json.dumps(co).encode()
        with_cx = [plain + b',"cx":"%s"' % base64((co + end).encode()) for end in ("", " ", "  ")]
        events = send_earlier([(earlier, 20000, data) for data in [plain, with_co] + with_cx])
        for event in events[:5]:
            middle = (before + 20000 + started - (lasted - 20000)) // 2
            assert int(event["dtm"]) == middle
            assert event["se_la"] == '"co":"{'
        marks = [json.loads(event["co"]) for event in events[:2]]
        for event in events[2:5]:  # of each length that base64 pads in its own way
            assert not set(event["cx"]) & set("+/=") and "co" not in event
            cx = event["cx"].replace("-", "+").replace("_", "/") + "=="
            marks.append(json.loads(str(a2b_base64(cx), "utf-8")))
        for mark in marks:
            assert mark["schema"] == CONTEXTS
            found = mark["data"][0]
            assert found["schema"] == "iglu:io.github.snowplow_micropython/clock/jsonschema/1-0-0"
            assert found["data"] == {
                "earliest": before + 20000,
                "latest": started - (lasted - 20000),
            }
        assert [mark["data"][1:] for mark in marks] == [[]] + [[entity]] * 4
        assert "co" not in events[5] and "cx" not in events[5]


def test_a_boot_of_which_nothing_is_known_gets_the_widest_bracket():
    with File() as path, Machine(NOW):
        boot_history.start(path)
        other = clock.boot ^ 1
        event, _ = send_earlier([(other, 20000, b'{"e":"se"')])
        assert clock.EARLIEST <= int(event["dtm"]) <= NOW
    with Machine(NOW):  # and without a file, too
        event, _ = send_earlier([(clock.boot ^ 1, 20000, b'{"e":"se"')])
        assert clock.EARLIEST <= int(event["dtm"]) <= NOW


def test_a_boot_that_could_not_be_noted_is_not_taken_for_one_before_all_others():
    def fails(guess):
        pass  # flash or memory

    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.pass_ms(1000)
        boot_history.save()
        m.boot(off_ms=DAY)
        write, boot_history.write = boot_history.write, fails
        try:
            boot_history.start(path)
        finally:
            boot_history.write = write
        unknown, made = clock.boot, m.wall
        m.boot(off_ms=DAY)
        boot_history.start(path)
        event, _ = send_earlier([(unknown, clock.ms(), b'{"e":"se"')])
        bracket = json.loads(event["co"])["data"][0]["data"]
        assert bracket["earliest"] <= made <= bracket["latest"] <= m.wall


def test_no_time_is_ever_of_1970_2000_or_2021():
    for wall in (Y1970, Y2000, Y2021):
        with File() as path, Machine(wall) as m:
            boot_history.start(path)
            earlier = clock.boot
            m.pass_ms(1000)
            m.boot(wall=wall)
            boot_history.start(path)
            for event in send_earlier([(earlier, 1, b'{"e":"se"')]):
                for key in ("dtm", "stm"):
                    assert int(event[key]) >= clock.EARLIEST and len(event[key]) == 13


def test_a_deep_sleep_goes_on_with_the_boot():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        boot, before = clock.boot, clock.ms()
        kept = boot_history.freeze()
        assert len(kept) <= 28  # what a Pico W keeps
        m.boot(off_ms=300000)
        asked = []
        assert boot_history.resume(kept)
        clock.hook = lambda: asked.append(1)
        boot_history.start(path)
        set_clock()
        assert clock.boot == boot and clock.ms() - before == 300000 and not asked
        m.pass_ms(1000)
        assert clock.ms() - before == 301000
        assert [b[0] for b in load(path)[0]] == [boot]
        for bad in (b"", bytes(26), kept[:-1], kept + b"x"):
            assert not boot_history.resume(bad)
        m.wall = NOW - DAY  # the clock was lost: it is another boot
        assert not boot_history.resume(kept)


def test_the_hook_may_raise_anything():
    for error in (ValueError("buffer too small"), IndexError(), OSError(110)):
        with Machine(Y2021):

            def hook(error=error):
                raise error

            clock.hook = hook
            set_clock()
            assert not clock.known()


def test_sources_agree_only_if_they_are_near_each_other():
    for apart, agree in ((0, True), (300000, True), (-300000, True), (DAY, False), (-DAY, False)):
        with Machine(Y2021) as m:
            set_time(NOW)  # a collector's Date
            clock.hook = lambda m=m, apart=apart: setattr(m, "wall", NOW + apart)
            set_clock()
            assert clock.known() and clock.unix_ms() == m.wall and clock.confirmed == agree


def test_a_date_that_disagrees_has_the_hook_asked_again():
    for text, times in (("Sun, 22 Nov 2026", 1), ("Fri, 27 Nov 2026", 2), ("Tue, 17 Nov 2026", 2)):
        with Machine(NOW):
            asked = []
            clock.hook = lambda asked=asked: asked.append(1)
            set_clock()
            compare_date((text + " 12:29:06 GMT").encode())
            assert clock.confirmed == (times == 1)
            set_clock()
            assert len(asked) == times


def test_a_kiss_of_death_is_no_time():
    # ntptime.settime() makes 2036-02-07 06:28:16 of a reply whose time is 0.
    for wrong in (2085978496000, 4102444800000):
        with Machine(Y2021) as m:

            def hook(wrong=wrong, m=m):
                m.wall = wrong

            clock.hook = hook
            set_clock()
            assert not clock.known()
            set_time(NOW)  # a collector's Date
            assert clock.known() and abs(clock.unix_ms() - NOW) < 5000
            m.pass_ms(60000)
            m.wall = NOW + 60000
            clock.hook = lambda: True
            set_clock()
            assert clock.known() and clock.unix_ms() == m.wall


def test_a_guess_stays_a_guess_through_a_deep_sleep():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        boot_history.save()
        m.boot(off_ms=20 * DAY, wall=0)  # twenty days in a drawer, and the clock is lost
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert not clock.known()
        m.pass_ms(5000)
        for _ in range(3):
            frozen = boot_history.freeze()
            assert len(frozen) == boot_history.FROZEN_SIZE
            m.boot(wall=m.wall + 60000)
            assert boot_history.resume(frozen)
            boot_history.start(path, lambda ms: setattr(m, "wall", ms))
            assert not clock.known() and not clock.boot_start()
        asked = []
        clock.hook = lambda: asked.append(1) or False  # it could not
        set_clock()
        assert asked  # and not tomorrow
        set_time(NOW + 20 * DAY)
        assert clock.known() and abs(clock.unix_ms() - NOW - 20 * DAY) < 5000


def test_a_guess_that_is_made_after_a_deep_sleep_stays_one_through_a_reset():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.boot(off_ms=2000, wall=Y2021)
        boot_history.start(path)
        boot_history.save()
        frozen = boot_history.freeze()
        m.boot(wall=m.wall + 60000)
        assert boot_history.resume(frozen)
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert not clock.known() and m.wall >= NOW
        m.boot(wall=m.wall + 1000)  # which keeps what the system's clock shows
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert not clock.known() and not clock.boot_start()


def test_a_guess_that_turns_out_to_be_right_is_known():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.boot(off_ms=2000, wall=0)
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert not clock.known() and m.wall >= NOW
        m.pass_ms(1000)
        clock.hook = lambda: setattr(m, "wall", m.wall + 2000)
        set_clock()
        assert clock.known() and clock.unix_ms() == m.wall
        boot_history.save()
        m.boot(wall=m.wall + 1000)  # a reset that keeps the clock
        boot_history.start(path)
        assert clock.known() and clock.unix_ms() == m.wall


def test_a_guess_stays_a_guess_through_resets_that_keep_the_clock():
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        m.boot(off_ms=20 * DAY, wall=0)
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        for _ in range(3):
            m.pass_ms(5000)
            m.boot(wall=m.wall + 1000)
            boot_history.start(path, lambda ms: setattr(m, "wall", ms))
            assert not clock.known() and not clock.boot_start()
        set_time(NOW + 20 * DAY)
        assert clock.known() and abs(clock.unix_ms() - NOW - 20 * DAY) < 5000
        boot_history.save()
        m.pass_ms(3000000)  # its guess is later now than what was saved
        m.boot(wall=m.wall + 20 * DAY)
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert not clock.known()
        m.wall = NOW + 21 * DAY  # NTP
        boot_history.save()
        m.boot(wall=m.wall + 60000)
        boot_history.start(path, lambda ms: setattr(m, "wall", ms))
        assert clock.known()


def test_a_kiss_of_death_stays_one_through_resets_that_keep_the_clock():
    kiss = 2085978496000
    with File() as path, Machine(NOW) as m:
        boot_history.start(path)
        clock.hook = lambda: setattr(m, "wall", kiss)
        set_clock()
        for _ in range(3):
            m.pass_ms(DAY)
            m.boot(wall=m.wall + 1000)
            boot_history.start(path)
            assert not clock.known() and not clock.boot_start()
        set_time(NOW)
        assert clock.known() and abs(clock.unix_ms() - NOW) < 5000


def test_a_history_with_impossible_times_is_none():
    with File() as path, Machine(NOW) as m:
        for bad in (4102444800000, -1, 1 << 60):
            with open(path, "w") as file:
                json.dump([[1, bad, 0, 0]], file)
            m.boot(wall=NOW)
            boot_history.start(path)
            assert clock.known() and clock.floor <= NOW


def test_events_of_an_earlier_boot_have_their_own_time_before_the_clock_is_known():
    from snowplow_tracker.record import UNIX

    with Machine(NOW) as m:
        t, wire = tracker()
        store = t.emitters[0].event_store
        # As a store on flash gives them: of another boot, with the time of day.
        clock.boot += 1
        store.put(NOW - 3 * DAY, UNIX, b'{"e":"se","eid":"1"')
        store.put(NOW - 3 * DAY, UNIX, b'{"e":"se","eid":"2","ttm":"1700000000000"')
        clock.boot -= 1
        m.boot(wall=0)
        t.track_struct_event("a", "new")
        assert not clock.known() and t.flush()
        old, own, new = wire.events()
        assert old["ttm"] == old["dtm"] == str(NOW - 3 * DAY)
        assert own["ttm"] == "1700000000000"
        assert "ttm" not in new and int(new["stm"]) - int(new["dtm"]) < 5000
