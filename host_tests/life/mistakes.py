"""One mistake each in the library, which the random lives must find: a proof that they can.

Each function puts one plausible mistake in place, before the world is put below the library. One
in the firmware returns a function that does so afterwards.
"""

from world import load

from snowplow_tracker import clock

LIBRARY = "snowplow_tracker."


def keeps_a_view_across_a_yield():
    """The bytes of a record are taken once, and used on after a yield."""
    batch = load(LIBRARY + "emitter.batch")
    batch.Batch._sequence = property(lambda self: 0, lambda self, sequence: None)


def drops_before_the_answer():
    """A batch is dropped when its last byte is written."""
    batch = load(LIBRARY + "emitter.batch")
    init, body = batch.Batch.__init__, batch.Batch.body

    def begin(self, store, *rest):
        self.store = store
        init(self, store, *rest)

    def wrong(self, *buf):
        yield from body(self, *buf)
        self.store.drop(self.last)

    batch.Batch.__init__, batch.Batch.body = begin, wrong


def takes_written_for_accepted():
    """A connection that breaks while the answer is waited for counts as a 200."""
    response = load(LIBRARY + "transport.response")
    read = response.Response.read

    def wrong(self):
        try:
            return (yield from read(self))
        except OSError:
            return 200

    response.Response.read = wrong


def takes_an_early_2xx():
    """200 counts although the request could not be written."""
    http = load(LIBRARY + "transport.http")
    response = load(LIBRARY + "transport.response")
    exchange = http.HttpTransport._exchange
    response.Response.is_early = lambda self: False

    def wrong(self, *rest):
        try:
            return (yield from exchange(self, *rest))
        except OSError:
            if self.wrote and self._response.started:
                return 200
            raise

    http.HttpTransport._exchange = wrong


def takes_a_web_page():
    """Any 2xx is an acceptance, a captive portal's too."""
    response = load(LIBRARY + "transport.response")

    def header(self, name, value):
        if name != b"content-type":
            right(self, name, value)

    right = response.Response._header
    response.Response._header = header
    body = response.Response._body

    def wrong(self, status):
        yield from body(self, status)
        self._first = b""

    response.Response._body = wrong


def counts_a_guess_as_known():
    """The time that start() set as a guess counts as known."""

    def known_ms():
        now = clock.system_ms()
        return now if now >= clock.floor else 0

    clock._known_ms = known_ms


def forgets_that_it_guessed():
    """A reset that keeps the system's clock makes of a guess a known time."""
    start = load(LIBRARY + "clock.start")
    read = start.load
    start.load = lambda path: (read(path)[0], 0)


def believes_a_kiss_of_death():
    """2036 is a time like any other."""
    module = load(LIBRARY + "clock.set_clock")
    module.NTP_ZERO = 0


def does_not_ask_for_the_time():
    """The first request after a loss of power goes out with a guessed time."""
    prepare = load(LIBRARY + "emitter.prepare")
    prepare._needs_time = lambda record: False


def reads_no_memory_as_corruption():
    """A record for which there is no memory is passed over as damaged."""
    reader = load(LIBRARY + "store.reader")
    take = reader.Reader._take

    def wrong(self):
        left = self.left
        try:
            return take(self)
        except MemoryError:
            if self.left == left:
                self._leave_run()
            return False

    reader.Reader._take = wrong


def reads_eio_as_the_end():
    """A segment that cannot be read for a moment is passed over."""
    reader = load(LIBRARY + "store.reader")
    reader.is_gone = lambda e: True
    reader.Reader.has_folder = lambda self: True


def counts_losses_twice():
    """What makes room is counted once more."""
    eviction = load(LIBRARY + "store.eviction")
    evict = eviction.evict

    def wrong(log):
        before = log.ring.lost["overflow"]
        evict(log)
        log.ring.lost["overflow"] += log.ring.lost["overflow"] - before

    eviction.evict = wrong


def evicts_without_counting():
    """What makes room on flash is not counted."""
    eviction = load(LIBRARY + "store.eviction")
    evict = eviction.evict

    def wrong(log):
        before = log.ring.lost["overflow"]
        evict(log)
        log.ring.lost["overflow"] = before

    eviction.evict = wrong


def gives_sequences_twice():
    """No sequences are set aside: those that only RAM knew of are given again."""
    load(LIBRARY + "store.checkpoint").LEASE = 0


def says_synced_too_early():
    """sync() is true before anything is written."""
    segments = load(LIBRARY + "store.segments")
    segments.SegmentStore.sync = lambda self: True


def does_not_retain_a_put():
    """Retained memory is written at the next drop() or sync() only."""
    retained = load(LIBRARY + "store.retained")
    segments = load(LIBRARY + "store.segments")
    retained.RetainedStore.put = segments.SegmentStore.put


def does_not_retain_a_drop():
    """What was sent comes back from retained memory."""
    retained = load(LIBRARY + "store.retained")
    segments = load(LIBRARY + "store.segments")
    retained.RetainedStore.drop = segments.SegmentStore.drop


def keeps_no_progress():
    """What was dropped on flash is written to the state only when something else is."""
    segments = load(LIBRARY + "store.segments")
    drop = segments.SegmentStore.drop

    def wrong(self, sequence):
        commit, self._commit = self._commit, lambda always=True: True
        drop(self, sequence)
        self._commit = commit

    segments.SegmentStore.drop = wrong


def drops_one_too_many():
    """drop() takes the record behind along."""
    ring = load(LIBRARY + "store.ring")
    drop = ring.RingStore.drop
    ring.RingStore.drop = lambda self, sequence: drop(self, sequence + 1)


def streams_what_moved():
    """A record is not looked at again: whatever lies in its place now is sent."""
    batch = load(LIBRARY + "emitter.batch")

    def body(self, buf, head=b""):
        view = memoryview(buf)
        size = len(buf)
        n = len(head)
        view[:n] = head
        for part in self.parts():
            end = n + len(part)
            while end > size:
                view[n:] = part[: size - n]
                end -= size
                yield view
                n = 0
                if self._sequence:
                    part = self._peek(self._sequence - 1)
                    if part is None:
                        raise OSError("the store changed")
                part = part[-end:]
            view[n:end] = part
            n = end
        yield view[:n]

    batch.Batch.body = body


def takes_two_clocks():
    """stm is the time when the batch ends, dtm counts from the time when it began."""
    batch = load(LIBRARY + "emitter.batch")
    unix_ms = clock.unix_ms
    parts = batch.Batch.parts

    def wrong(self):
        clock.unix_ms = lambda: unix_ms() + 60000
        inner = parts(self)
        first = next(inner)
        clock.unix_ms = unix_ms
        yield first
        shift = b'"stm":"'
        for part in inner:
            if isinstance(part, bytes) and part[:7] == b',"dtm":':
                at = part.find(shift) + 7
                stm = b"%013d" % (int(part[at : at + 13]) + 60000)
                part = part[:at] + stm + part[at + 13 :]
            yield part

    batch.Batch.parts = wrong


# --- in the firmware ----------------------------------------------------------------------------
def takes_the_shown_time_for_told():
    """What the clock shows while no server answers, which may be a guess, counts as NTP's."""

    def later():
        ntp = load("boards.ntp")
        ask = ntp.ask
        ntp.ask = lambda *given: ask(*given) or True

    return later


def sleeps_without_the_page():
    """What is kept over a deep sleep takes the place of the store's page."""

    def later():
        module = load("firmware.retained_memory")

        def save(board, *values):
            board.memory(module.pack(module._FORMAT, module._MARK, *values) + module.freeze())

        module.save = save

    return later


def sleeps_on_what_was_retained_last():
    """What a call had no memory to retain is not retained ahead of a deep sleep either."""

    def later():
        battery = load("firmware.battery").Battery
        sleep = battery._sleep

        def wrong(self):
            self.app.store.retain = lambda: None
            sleep(self)

        battery._sleep = wrong

    return later


def keeps_what_cannot_send():
    """A remote configuration with which nothing can be sent is not taken back."""

    def later():
        load("firmware.on_demand.remote_config").end_trial = lambda app: None

    return later


def forgets_what_it_refused():
    """A remote configuration that was taken back is tried again at the next fetch."""

    def later():
        load("firmware.on_demand.remote_config").refused = lambda state: state.get("before") or {}

    return later


def saves_nothing_after_a_crash():
    """What is in RAM is neither written nor sent when the firmware crashed."""

    def later():
        load("firmware.app").App.save_after_crash = lambda app: None

    return later
