"""Power cuts at every change of a NOR flash below a real littlefs, on the VM."""

import re
from pathlib import Path

import pytest

# Store, geometry, page_bytes, bytes of a segment, and after which of the cuts what follows is
# cut too.
SCENARIOS = [
    ("SegmentStore", "rp2", 4096, 4096, 1),
    ("SegmentStore", "rp2", 1024, 4096, 1),
    ("SegmentStore", "esp32", 4096, 4096, 7),
    ("SegmentStore", "esp32", 8192, 8192, 7),
    # Some of its events are larger than this page.
    ("RetainedStore", "rp2", 1024, 4096, 7),
    ("RetainedStore", "esp32", 2048, 4096, 91),
]
MUTANTS = re.findall(
    r"^def (\w+)\((\w+)\):$", Path(__file__).with_name("mutants.py").read_text(), re.MULTILINE
)
WITHOUT = {"store": SCENARIOS[0], "retained_store": SCENARIOS[4]}


def test_nothing_acknowledged_is_lost(on_vm, closing_line):
    cases = lost = 0
    for scenario in SCENARIOS:
        result = on_vm("power_cuts.py", *scenario)
        assert not result["failures"], "\n".join([str(scenario), *result["failures"]])
        assert result["events"] >= 60 and result["evicted"]
        cases += result["cases"]
        lost += result["lost"]
    assert cases >= 10000
    closing_line(f"power cuts: {cases} cases, {lost} acknowledged events lost")


@pytest.mark.parametrize(("mutant", "kind"), MUTANTS)
def test_a_store_with_a_mistake_is_caught(on_vm, mutant, kind):
    assert on_vm("power_cuts.py", *WITHOUT[kind], mutant)["failures"]
