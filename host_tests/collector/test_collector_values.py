"""The judge's leaf functions against what Java's make of the same input."""

import json

import pytest
from collecting import SHARED, shared

from tools.collector.enrich import values

VECTORS = SHARED / "vectors" / "java_leaf_behaviour.json"


def _shown(value):
    return None if value is None else str(value)


def _query(text):
    pairs = values.query(text)
    return "".join(f"[{name}={'null' if value is None else value}]" for name, value in pairs)


# How a group of the vectors begins -> the function, its result shown as the vectors show it.
LEAVES = {
    "integer": lambda text: _shown(values.integer(text)),
    "decimal": lambda text: _shown(values.decimal(text)),
    "uuid": values.uuid,
    "networkUserId": values.network_id,
    "timestamp": lambda text: values.timestamp(values.milliseconds(text)),
    "dimensions": lambda text: "%d,%d" % values.dimensions(text),
    "base64": values.base64_text,
    "string": values.cleaned,
    "querystring": _query,
}


def _cases():
    if not VECTORS.exists():
        skip = pytest.mark.skip(reason=f"../shared/{VECTORS.relative_to(SHARED)} is not here")
        return [pytest.param("", {}, marks=skip)]
    groups = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [(name.split(" ")[0], case) for name in groups for case in groups[name]["cases"]]


@pytest.mark.parametrize("group, case", _cases())
def test_vector(group, case):
    leaf = LEAVES[group]
    if "rejected" in case:
        with pytest.raises(ValueError, match=r"^(is|holds) "):
            leaf(case["in"])
        return
    result, expected = leaf(case["in"]), case["ok"]
    if expected and expected.endswith(" chars)"):  # The vectors cut a long number short
        start, _, length = expected.partition("...(")
        result, expected = (result[: len(start)], len(result)), (start, int(length.split()[0]))
    assert result == expected


def test_every_group_of_the_vectors_is_covered():
    groups = json.loads(shared("vectors/java_leaf_behaviour.json").read_text(encoding="utf-8"))
    assert {name.split(" ")[0] for name in groups} == set(LEAVES)


@pytest.mark.parametrize("text", ["1" * 5000, "-" + "9" * 4000, "1" * 4000])
def test_a_very_long_integer_is_refused(text):
    for function in (values.integer, values.milliseconds):
        with pytest.raises(ValueError, match="whole number|between the years"):
            function(text)


@pytest.mark.parametrize("text", ["1e4001", "1e9999999999", "1e-9999999999", "1e99999999999"])
def test_a_number_that_would_fill_the_memory_is_refused(text):
    with pytest.raises(ValueError, match="exponent|not a decimal"):
        values.decimal(text)


def test_minus_zero_is_zero_as_in_java():
    assert str(values.decimal("-0")) == "0"


def test_length_is_counted_in_utf16_units():
    assert values.utf16_length("aé✓") == 3
    assert values.utf16_length("😀") == 2


def test_raw_bytes_of_a_query_are_utf8():
    assert values.query("a=%C3%A9&b=%00") == [("a", "é"), ("b", "\0")]
    assert values.query("&&=x&a") == [("a", None)]
