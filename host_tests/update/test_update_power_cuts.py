"""The power goes at each change of the flash in an update, on real littlefs over a NOR flash."""

# Geometry, how it is fetched, how its trial ends, and after which of the cuts what follows is cut.
SCENARIOS = [
    ("rp2", "patch", "good", 40),
    ("rp2", "patch", "silent", 40),
    ("rp2", "patch", "crash", 40),
    ("rp2", "image", "good", 40),
    ("rp2", "image", "silent", 40),
    ("rp2", "image", "crash", 40),
    ("esp32", "patch", "good", 400),
    ("esp32", "patch", "crash", 1000),
    ("esp32", "image", "silent", 1000),
    ("rp2", "config", "good", 16),
    ("rp2", "config", "silent", 16),
    ("rp2", "config", "crash", 24),
    ("esp32", "config", "silent", 400),
    ("rp2", "config", "refused", 40),
    ("esp32", "config", "refused", 400),
]


def test_every_board_runs_one_image_with_one_config_and_loses_nothing(
    on_vm, releases, closing_line
):
    cases = bricked = lost = 0
    for scenario in SCENARIOS:
        result = on_vm("power_cuts.py", releases, *scenario)
        print(scenario, result)
        assert not result["failures"], "\n".join([str(scenario), *result["failures"]])
        cases += result["cases"]
        bricked += result["bricked"]
        lost += result["lost"]
    assert cases >= 5000
    closing_line(f"update: {cases} power cuts, {bricked} bricked, {lost} events lost")
