"""The table of mutants fits the library as it is; `make mutants` runs them."""

from host_tests.mutants.table import load


def test_each_mutant_is_a_change_of_the_library():
    mutants = load()
    assert len(mutants) >= 60
    assert len({(mutant.file, mutant.what) for mutant in mutants}) == len(mutants)
    problems = []
    for mutant in mutants:
        source = mutant.source()
        try:
            changed = mutant.apply(source)
        except ValueError as e:
            problems.append(str(e))
            continue
        assert changed != source
        compile(changed, mutant.file, "exec")
    assert not problems, "\n".join(problems)
