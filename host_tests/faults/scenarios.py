"""Every fault by name, with what the board must make of it.

A scenario is (name, connections that go wrong, what the board is told, what must come of it).
Connection 0 is a good one, so that the board begins from a state in which all is loaded.
"""

import json
from dataclasses import dataclass, field
from functools import partial

from host_tests.faults import wire

GIVE_UP = (400, 401, 403, 410, 422)
# New events come while the old ones are undecided.
MORE = {"more": True}
# A name, whose address is not known any more when it begins.
FORGET = {"host": "collector.test", "forget": True}


@dataclass
class Scenario:
    """One fault; `board` is what board.py is told beside the defaults."""

    name: str
    plan: list = field(default_factory=list)
    board: dict = field(default_factory=dict)
    judge: object = None
    # At least so many flushes fail, at most so many.
    failures: tuple = (1, 8)
    duplicates: bool = False
    given_up: int = 0
    reason: str = ""
    connections: int = None
    retry_in_ms: tuple = None
    tls: str = None
    late: bool = False
    sockets: int = 0
    heap: int = 2048  # what the transport may learn: an address, a cookie, reasons
    receive: int = None  # bytes of the collector's receive buffer
    one_id: bool = False  # the network_userid is to stay
    moves: bool = False  # a second collector has the same port at 127.0.0.2
    path: str = "/com.snowplowanalytics.snowplow/tp2"


def plain(name, times=2, failures=None, **options):
    """A fault of the plain collector on some connections after the first."""
    failures = failures or (times, times)
    return Scenario(name, [None] + [wire.FAULTS[name]] * times, failures=failures, **options)


def by_status(code):
    """A judge that answers so while the request has an event that is marked as bad."""

    def judge(events):
        return wire.status(code) if "bad" in [event["se_ac"] for event in events] else None

    return judge


def too_many(events):
    """413 for more than three events, or for a big one."""
    return wire.status(413) if len(events) > 3 or len(json.dumps(events)) > 2500 else None


STAGES = [
    plain("accept_and_say_nothing", reason="no answer"),
    plain("close_at_once"),
    plain("reset_at_once"),
    plain("close_after_head"),
    plain("reset_after_head"),
    plain("close_in_body"),
    plain("reset_in_body"),
    plain("close_without_answer", reason="closed before"),
    plain("reset_without_answer"),
    plain("store_and_close", duplicates=True),
    plain("store_and_reset", duplicates=True),
    plain("store_and_say_nothing", duplicates=True),
    plain("read_slowly"),
    Scenario("refuse", late=True, board={"late": True}, failures=(1, 10**6)),
]

ANSWERS = [
    plain("half_a_status_line"),
    plain("half_a_status_line_then_silence", reason="no answer"),
    plain("half_the_headers"),
    plain("half_the_body", failures=(0, 0)),
    plain("half_the_body_then_silence", failures=(0, 0)),
    plain("one_byte_at_a_time", reason="no answer"),
    plain("endless_headers", reason="without end"),
    plain("endless_header_line", reason="without end"),
    plain("endless_status_line", reason="without end"),
    plain("endless_1xx", reason="without end"),
    plain("endless_body", failures=(0, 0)),
    plain("garbage", reason="not HTTP"),
    plain("another_protocol", reason="not HTTP"),
    plain("empty_lines", reason="not HTTP"),
    plain("switching_protocols", reason="unexpected status 101"),
    plain("early_hints", failures=(0, 0)),
    plain("continue_and_then_200", times=1, failures=(0, 1)),
    plain("chunked", times=1, failures=(0, 1)),
    plain("broken_chunks", failures=(0, 0)),
    plain("no_length", failures=(0, 0)),
    plain("nonsense_length", failures=(0, 0)),
    plain("http_1_0", failures=(0, 0)),
    plain("bare_newlines", times=1, failures=(0, 1)),
    plain("more_than_announced", failures=(0, 0)),
    plain("cookie_of_a_stranger", times=1, failures=(1, 2)),
]

# What is no collector, and what answers before it has read: the body is more than all buffers.
BIG = {"label": 1200, "batch_size": 12, "small": True}
STRANGERS = [
    plain("captive_portal", reason="does this network want a login?"),
    plain("page_without_a_type", reason="does this network want a login?"),
    plain("page_without_a_length", reason="does this network want a login?"),
    plain("early_200_then_reset", board=BIG, receive=2048),
    plain("early_200_then_reads", board=BIG, receive=2048),
    plain("early_413_then_reads", board=BIG, receive=2048, failures=(0, 0)),
    plain("early_continue", board=BIG, receive=2048, failures=(0, 0)),
    Scenario(
        "load_balancer",
        [wire.FAULTS["load_balancer"]] * 20,
        failures=(0, 0),
        one_id=True,
    ),
]

STATUSES = (
    [plain(f"status_{code}", times=1, failures=(0, 1)) for code in (201, 204)]
    + [
        plain(f"status_{code}", times=1, failures=(1, 2), reason=str(code))
        for code in (404, 408, 429, 500, 502, 503, 504, 600)
    ]
    + [
        plain(f"redirect_{code}", times=1, failures=(1, 2), reason=str(code))
        for code in (301, 302, 303, 307, 308)
    ]
    + [
        Scenario(
            f"give_up_{code}",
            judge=by_status(code),
            board={"bad": 3, "batch_size": 1, "report": True},
            failures=(0, 0),
            given_up=1,
        )
        for code in GIVE_UP
    ]
    + [
        Scenario(
            "give_up_422_overruled",
            judge=by_status(422),
            board={"bad": 3, "report": True, "emitter": {"custom_retry_codes": {"422": True}}}
            | MORE,
            failures=(9, 10**6),
            given_up=1,  # as one that is never taken, while others are
        ),
        Scenario(
            "too_many_413",
            judge=too_many,
            board={"big": 4, "report": True, "batch_size": 12},
            failures=(0, 0),
            given_up=0,
        ),
        Scenario(
            "too_big_413",
            judge=lambda events: wire.status(413) if len(json.dumps(events)) > 1200 else None,
            board={"big": 4, "report": True},
            failures=(0, 0),
            given_up=1,
        ),
        Scenario(
            "refuse_before_the_body_is_read",
            [None] + [wire.FAULTS["refuse_before_the_body_is_read"]] * 2,
            failures=(0, 2),
        ),
        Scenario(
            "event_over_the_limit",
            judge=lambda events: wire.status(413) if len(json.dumps(events)) > 1500 else None,
            board={"big": 4, "report": True, "emitter": {"byte_limit": 1500}},
            failures=(0, 0),
            given_up=1,
        ),
        Scenario(
            "poisoned_event_500",
            judge=by_status(500),
            board={"bad": 3, "report": True} | MORE,
            failures=(9, 10**6),
            given_up=1,
        ),
        plain("retry_after_seconds", times=1, retry_in_ms=(60000, 77000)),
        plain("retry_after_date", times=1, retry_in_ms=(3500000, 3600000)),
        plain("retry_after_nonsense", times=1, retry_in_ms=(0, 1000)),
    ]
)

KEPT = [
    Scenario(
        "close_when_idle",
        [wire.FAULTS["close_when_idle"]] * 3,
        board={"close": False, "wait_ms": 60, "batch_size": 12},
        failures=(0, 0),
    ),
    Scenario(
        "close_at_the_second_request",
        [wire.FAULTS["close_at_the_second_request"]],
        board={"close": False},
        failures=(0, 0),
        connections=2,
    ),
    Scenario(
        "reset_at_the_second_request",
        [wire.FAULTS["reset_at_the_second_request"]],
        board={"close": False},
        failures=(0, 0),
        connections=2,
    ),
    plain("connection_close", times=3, failures=(0, 0), connections=4),
]

DNS = [
    Scenario("dns_failing", board=FORGET | {"dns": "failing"}, failures=(2, 2)),
    Scenario("dns_hanging", board=FORGET | {"dns": "hanging"}, failures=(2, 2)),
    Scenario(
        "dns_moved",
        [None] + [wire.FAULTS["reset_at_once"]] * 2,
        board={"dns": "moved", "host": "collector.test"},
        failures=(1, 4),
    ),
]


def names(name, *plays, failures, servers=("127.0.0.1",), **options):
    """A name server that is asked by ourselves, and what it does from the second query on."""
    board = FORGET | {"servers": servers}
    scenario = Scenario(name, failures=failures, board=board, **options)
    scenario.names = [wire.NAMES[play] for play in plays]
    return scenario


# A busy machine may ask twice before it learns that the time is over.
NAMES = [
    names("names_silent", "silent", "silent", failures=(1, 2), reason="no answer of a name"),
    names("names_lost", "lost", "lost", failures=(0, 0)),
    names("names_garbage", "garbage", "garbage", failures=(1, 2), reason="no answer of a name"),
    names("names_garbage_then_good", "garbage_then_good", failures=(0, 0)),
    names("names_nxdomain", "nxdomain", "nxdomain", failures=(2, 2), reason="no address for"),
    names("names_servfail", "servfail", "servfail", failures=(2, 2), reason="no address for"),
    names("names_no_record", "no_record", "no_record", failures=(2, 2), reason="no address for"),
    names("names_truncated", "truncated", "truncated", failures=(2, 2), reason="no address for"),
    names("names_pointers", "pointers", "pointers", failures=(2, 2), reason="no address for"),
    names("names_alias", "alias", failures=(0, 0)),
    names("names_first_server_is_gone", failures=(0, 0), servers=("127.0.0.2", "127.0.0.1")),
    names("names_silent_under_run", *["silent"] * 2, failures=(0, 0)),
    # Load balancers and dynamic DNS: the old address is another's now, and still takes TCP.
    Scenario(
        "names_moved",
        [wire.FAULTS["moved_away"]],
        board={"host": "collector.test", "servers": ("127.0.0.1",), "close": False},
        failures=(1, 1),
        reason="404",
        moves=True,
    ),
]
NAMES[-1].names = [wire.NAMES["moved"]] * 9
NAMES[-2].board["drive"] = "run"

# The proxy's connections: what it does to the bytes between board and collector.
PROXY = [
    ("proxy_delays", {"delay": 0.02, "slice_": 700}, (0, 0)),
    ("proxy_cuts_the_request", {"cut_up": 900}, (2, 2)),
    ("proxy_cuts_the_head", {"cut_up": 40}, (2, 2)),
    ("proxy_cuts_the_answer", {"cut_down": 10}, (2, 2)),
    ("proxy_loses_the_link_in_the_body", {"hole_up": 900}, (2, 2)),
    ("proxy_in_slices", {"slice_": 7}, (0, 0)),
]

# What a TLS server is like on the connections that go wrong.
TLS = [
    ("tls_good", (0, 0), ""),
    ("tls_wrong_root", (2, 2), "ertificate"),
    ("tls_wrong_host", (2, 2), "ertificate"),
    ("tls_expired", (2, 2), "ertificate"),
    ("tls_not_yet_valid", (2, 2), "ertificate"),
    ("tls_self_signed", (2, 2), "ertificate"),
    ("tls_1_3_only", (0, 2), ""),
]
NOT_TLS = (
    "tls_silence",
    "tls_close_in_handshake",
    "tls_reset_in_handshake",
    "tls_garbage",
    "plain_http_on_the_tls_port",
)



def by_requests(name, *faults, failures=(1, 1), board=None, **options):
    """A fault of each connection after the first, met by UrequestsTransport.

    `sockets`: the VM's `requests` leaves one to a finaliser, which this port has not.
    """
    return Scenario(
        f"urequests_{name}",
        [None, *[wire.FAULTS[fault] for fault in faults]],
        board=board or {"urequests": 60},
        failures=failures,
        heap=6144,  # an HttpTransport
        **options,
    )


OTHERS = [
    Scenario(
        "get_mode_503",
        [None, wire.FAULTS["status_503"]],
        board={"emitter": {"method": "get"}, "options": {"get": True}},
        path="/i",
    ),
    by_requests("503", "status_503"),
    by_requests("reset", "reset_in_body"),
    by_requests("silence", "accept_and_say_nothing", board={"urequests": 3}),
    # What `requests` cannot read goes once more, by HttpTransport.
    by_requests("garbage", "garbage", failures=(0, 0), sockets=1),
    by_requests("redirect", "redirect_302", failures=(0, 0)),
    by_requests("chunked", "chunked", failures=(0, 0), duplicates=True, sockets=1),
    by_requests("early_hints", "early_hints", failures=(0, 0), duplicates=True),
    by_requests("captive_portal", *["captive_portal"] * 2, reason="login"),
    Scenario(
        "run_through_silence",
        [None] + [wire.FAULTS["accept_and_say_nothing"]] * 2,
        board={"drive": "run"},
        failures=(0, 0),
    ),
    Scenario(
        "run_through_resets",
        [None] + [wire.FAULTS["reset_in_body"]] * 2,
        board={"drive": "run"},
        failures=(0, 0),
    ),
]

_PLAIN = STAGES + ANSWERS + STRANGERS + STATUSES + KEPT + DNS + NAMES + OTHERS
SCENARIOS = {scenario.name: scenario for scenario in _PLAIN}
for _name, _options, _failures in PROXY:
    SCENARIOS[_name] = Scenario(_name, failures=_failures, duplicates="answer" in _name)
    SCENARIOS[_name].proxy = partial(wire.forward, **_options)
for _name, _failures, _reason in TLS:
    SCENARIOS[_name] = Scenario(_name, failures=_failures, reason=_reason, tls=_name)
for _name in NOT_TLS:
    SCENARIOS[_name] = Scenario(
        _name, [None] + [wire.FAULTS[_name]] * 2, failures=(2, 2), tls="tls_good"
    )
SCENARIOS["tls_no_memory"] = Scenario(
    "tls_no_memory", board={"no_memory": True}, failures=(3, 3), tls="tls_good"
)
SCENARIOS["tls_reset_in_body"] = Scenario(
    "tls_reset_in_body",
    [None] + ["proxy"] * 2,
    board={"batch_size": 12},
    failures=(2, 2),
    tls="tls_good",
)
SCENARIOS["tls_reset_in_body"].proxy = partial(wire.forward, cut_up=1800)
