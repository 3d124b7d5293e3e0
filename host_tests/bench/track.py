"""What it costs to track an event: time and garbage, against the least possible and a peer."""

FIGURES = {
    "track_over_floor_vm": (
        "x",
        "tracking a structured event / json.dumps of its dict and a uuid4, on the VM",
        "<= 1.35",
    ),
    "track_speedup_vs_official_cpython": (
        "x",
        "snowplow-tracker 1.1.0's time for the same event / ours, both on CPython",
        ">= 2.5",
    ),
    "track_garbage_bytes_vm": (
        "bytes",
        "heap that tracking a structured event leaves to the collector, on the VM",
        None,
    ),
    "track_garbage_floor_bytes_vm": (
        "bytes",
        "the same of the floor: json.dumps of its dict and a uuid4",
        None,
    ),
    "track_reading_over_floor_vm": (
        "x",
        "tracking a reading of three quantities with the board's entity / json.dumps of its data, "
        "and of the pairs with it and the entity, and a uuid4, on the VM",
        "<= 1.6",
    ),
    "track_reading_garbage_bytes_vm": (
        "bytes",
        "heap that tracking such a reading leaves to the collector, on the VM",
        "<= 4000",
    ),
    "track_reading_garbage_floor_bytes_vm": ("bytes", "the same of its floor", None),
}
ROUNDS = 5


def run(machine):
    """Each round measures both sides, one after the other."""
    ratios, garbage, floor = machine.vm("track_floor.py")
    reading = machine.vm("track_reading.py")
    peers = [
        machine.cpython("track_cpython.py", machine.official)
        / machine.cpython("track_cpython.py", machine.mpy.parent.parent / "lib")
        for _ in range(ROUNDS)
    ]
    return {
        "track_over_floor_vm": ratios,
        "track_speedup_vs_official_cpython": peers,
        "track_garbage_bytes_vm": garbage,
        "track_garbage_floor_bytes_vm": floor,
        "track_reading_over_floor_vm": reading[0],
        "track_reading_garbage_bytes_vm": reading[1],
        "track_reading_garbage_floor_bytes_vm": reading[2],
    }
