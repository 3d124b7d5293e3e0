"""CSV that a spreadsheet can open: no cell becomes a formula."""

import csv
import io
import re

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows):
    """Return rows of texts as CSV, in bytes.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(_cells, rows))
    return text.getvalue().encode()


def _cells(row):
    return [
        f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
        for cell in row
    ]
