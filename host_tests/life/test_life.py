"""Random lives of the whole library."""

from host_tests.life.__main__ import describe, live, summary

LIVES = 2000


def test_nothing_is_lost_torn_misdated_or_overcounted(vm_program, closing_line):
    totals, failures = live(vm_program, 1, LIVES)
    closing_line(summary(totals, failures))
    assert not failures, "\n".join(map(describe, failures))
    assert totals["lives"] == LIVES
    # They reach what they are for.
    assert totals["delivered"] > 10 * LIVES and totals["lost"] > 10 * LIVES
    assert totals["duplicates"] > LIVES / 2
