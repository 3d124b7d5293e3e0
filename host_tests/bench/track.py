"""What it costs to track a structured event: time, against the least possible and a peer."""

FIGURES = {
    "track_over_floor_vm": (
        "x",
        "tracking a structured event / json.dumps of its dict and a uuid4, on the VM",
        "<= 2.0",
    ),
    "track_speedup_vs_official_cpython": (
        "x",
        "snowplow-tracker 1.1.0's time for the same event / ours, both on CPython",
        ">= 2",
    ),
}
ROUNDS = 5


def run(machine):
    """Each round measures both sides, one after the other."""
    floor = machine.vm("track_floor.py")
    peers = [
        machine.cpython("track_cpython.py", machine.official)
        / machine.cpython("track_cpython.py", machine.mpy.parent.parent / "lib")
        for _ in range(ROUNDS)
    ]
    return {"track_over_floor_vm": floor, "track_speedup_vs_official_cpython": peers}
