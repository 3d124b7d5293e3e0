"""Charts of what `make bench` has measured: bars, one picture for each question."""

import math

from tools.pictures.svg import GREY, INK, box, picture, text

OURS, OTHERS = "#2680c2", "#9aa5b1"
# Of each chart: its file, its title, what its numbers are, and its bars: (words, figure, ours).
CHARTS = (
    (
        "flash_wear.svg", "Flash that is worn for one event",
        "erased blocks of 4 KB for each event of 200 bytes, on a Pico W's littlefs",
        (
            ("this store", "store_erases_rp2", True),
            ("a file for each event", "store_erases_rp2_file", False),
            ("append and flush", "store_erases_rp2_append", False),
        ),
    ),
    (
        "on_the_wire.svg", "Bytes on the network for one event",
        "both directions, batches of 10",
        (
            ("this library", "wire_bytes_per_event", True),
            ("the official Python tracker", "wire_bytes_per_event_official", False),
        ),
    ),
    (
        "energy.svg", "Charge for one event on a battery",
        "mC, by the model of Power: a wake, joining Wi-Fi, a request",
        (
            ("20 events sent at once", "energy_mc_per_event", True),
            ("each sent by itself", "energy_mc_per_event_post_each", True),
        ),
    ),
)  # fmt: skip
LEFT, BAR, GAP, WIDTH = 210, 26, 12, 760


def drawn(figures):
    """{file name: SVG text} of the charts whose figures are all there; `figures` as in
    docs/figures.json."""
    return {
        name: chart(title, unit, [(words, figures[key], ours) for words, key, ours in bars])
        for name, title, unit, bars in CHARTS
        if all(key in figures for _, key, _ in bars)
    }


def chart(title, unit, bars):
    """The SVG of bars from 0: [(words, figure, whether it is ours)]; a figure has `value`, `on`
    and `machine`."""
    most = max(figure["value"] for _, figure, _ in bars)
    full = WIDTH - LEFT - 90
    height = 76 + len(bars) * (BAR + GAP) + 28
    parts = [text(20, 30, title, font_size=17, font_weight=600), text(20, 52, unit, fill=GREY)]
    for n, (words, figure, ours) in enumerate(bars):
        y = 70 + n * (BAR + GAP)
        width = full * figure["value"] / most
        parts.append(text(LEFT - 10, y + BAR * 0.68, words, "end"))
        parts.append(box(LEFT, y, max(width, 1), BAR, OURS if ours else OTHERS, rx=3))
        parts.append(text(LEFT + width + 8, y + BAR * 0.68, _short(figure["value"]), fill=INK,
                          font_weight=600))  # fmt: skip
    days = sorted({figure["on"] for _, figure, _ in bars})
    machines = sorted({figure["machine"] for _, figure, _ in bars})
    words = f"make bench, {' and '.join(days)}: {'; '.join(machines)}"
    parts.append(text(20, height - 14, words, fill=GREY, font_size=11))
    told = ", ".join(f"{words} {_short(figure['value'])}" for words, figure, _ in bars)
    return picture(WIDTH, height, f"{title} ({unit}): {told}", parts)


def _short(value):
    # Three digits that count.
    if not value:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):.{max(digits, 0)}f}"
