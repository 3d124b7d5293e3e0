"""The mistakes that random lives find."""

import re
from pathlib import Path

import pytest

from host_tests.life.__main__ import describe, run

MISTAKES = re.findall(
    r'^def (\w+)\(\):\n    """(.*)"""',
    Path(__file__).with_name("mistakes.py").read_text(),
    re.MULTILINE,
)
# Which fault a mistake shows as; some show in more ways than one.
SHOWS = {
    "keeps_a_view_across_a_yield": ("torn",),
    "streams_what_moved": ("torn", "lost", "twice"),
    "counts_a_guess_as_known": ("time",),
    "forgets_that_it_guessed": ("time",),
    "believes_a_kiss_of_death": ("time",),
    "does_not_ask_for_the_time": ("time",),
    "takes_two_clocks": ("time",),
    "counts_losses_twice": ("overcounted",),
    "gives_sequences_twice": ("twice",),
    "does_not_retain_a_put": ("lost", "twice"),
    "does_not_retain_a_drop": ("twice",),
    "keeps_no_progress": ("twice",),
    "takes_the_shown_time_for_told": ("time",),
    "sleeps_without_the_page": ("lost", "twice"),
    "sleeps_on_what_was_retained_last": ("lost", "twice"),
    "forgets_what_it_refused": ("twice",),
}
IN_FIRMWARE = (
    "takes_the_shown_time_for_told",
    "sleeps_without_the_page",
    "sleeps_on_what_was_retained_last",
    "keeps_what_cannot_send",
    "forgets_what_it_refused",
    "saves_nothing_after_a_crash",
)
# Where the 300 lives begin, if not at 1: these need what few lives have.
FIRST = {
    "takes_the_shown_time_for_told": 301,
    "reads_no_memory_as_corruption": 301,
    "reads_eio_as_the_end": 301,
}


@pytest.mark.parametrize(("mistake", "what"), MISTAKES, ids=[name for name, _ in MISTAKES])
def test_a_mistake_is_found_within_300_lives(vm_program, mistake, what):
    more = ["--firmware"] if mistake in IN_FIRMWARE else []
    found = run(vm_program, FIRST.get(mistake, 1), 300, "--mistake", mistake, "--stop", *more)
    failure = found[0]
    assert "seed" in failure, f"no life found it: {what}"
    assert failure["kind"] in SHOWS.get(mistake, ("lost",)), describe(failure)
