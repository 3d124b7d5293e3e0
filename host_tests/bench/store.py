"""What it costs flash to keep events, and what a full store costs its user."""

NAMES = {"store": ""} | {
    rival: "_" + rival for rival in ("append", "file", "once", "once2", "once3")
}
WHAT = {
    "store": "SegmentStore",
    "append": "append and flush each event",
    "file": "a file for each event",
    "once": "a write-once file for each block",
    "once2": "a write-once file for two blocks",
    "once3": "a write-once file for three blocks, names count down",
}
TARGETS = {
    ("wa", "rp2"): "<= 1.3",
    ("erases", "rp2"): "<= 0.07",
    ("wa", "esp32"): "<= 1.1",
    ("erases", "esp32"): "<= 0.056",
}
# Erases that a block of NOR flash is made for, and blocks of the board's file system.
ENDURANCE = 100000
BLOCKS = {"rp2": 212, "esp32": 512}
FIGURES = {
    "store_recovery_reads": (
        "bytes",
        "most flash bytes read to open a full 800 KB store, of 91 openings on each geometry",
        "<= 65536",
    ),
    "store_reads_once": (
        "bytes",
        "most flash bytes read to list a full 800 KB of write-once files of one block",
        None,
    ),
    "store_reads_once2": ("bytes", "the same of files of two blocks", None),
    "store_reads_once3": (
        "bytes",
        "the same of files of three, but only for the first name and two headers",
        None,
    ),
    "store_put_growth": (
        "x",
        "a put with 10,000 events stored / with 100, on the VM, flash writes included",
        "<= 1.2",
    ),
}
for geometry in BLOCKS:
    for strategy, name in NAMES.items():
        of = f"{WHAT[strategy]}, 200 B events, littlefs as on {geometry}"
        target = strategy == "store"
        FIGURES[f"store_wa_{geometry}{name}"] = (
            "x",
            f"bytes programmed / given: {of}",
            TARGETS["wa", geometry] if target else None,
        )
        FIGURES[f"store_erases_{geometry}{name}"] = (
            "",
            f"erases an event: {of}",
            TARGETS["erases", geometry] if target else None,
        )
        FIGURES[f"store_years_{geometry}{name}"] = (
            "years",
            f"until {BLOCKS[geometry]} blocks had {ENDURANCE} erases, one event a minute: {of}",
            None,
        )


def run(machine):
    """Counts need no second run; the cost of a put is measured eleven times."""
    found = {}
    for geometry, blocks in BLOCKS.items():
        for strategy, name in NAMES.items():
            wear, erases, reads = machine.vm("store_wear.py", geometry, strategy, heap="16m")
            found[f"store_wa_{geometry}{name}"] = wear
            found[f"store_erases_{geometry}{name}"] = erases
            found[f"store_years_{geometry}{name}"] = blocks * ENDURANCE / erases / 525960
            if strategy not in ("append", "file"):
                of = f"store_reads{name}" if name else "store_recovery_reads"
                found[of] = max(found.get(of, 0), reads)
    found["store_put_growth"] = machine.vm("store_put.py", heap="32m")
    return found
