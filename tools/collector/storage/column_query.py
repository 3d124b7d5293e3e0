"""Finds events by the values of their columns, in the order of a column, page by page."""

import json
from typing import NamedTuple

from tools.collector.storage.column_blocks import (
    BLOCK,
    GOOD,
    MAX_COLUMNS,
    MAX_NAME,
    MAX_TEXT,
    RECEIVED,
    column_number,
    events,
    has_too_many_columns,
    next_block,
    read_blocks,
    texts,
)


class Condition(NamedTuple):
    """A column, and the function that says whether a value of it is wanted."""

    column: str
    is_wanted: object


def one_of(column, wanted):
    """Return the condition that a column has one of the texts ``wanted``, as a whole."""
    wanted = {text[:MAX_TEXT] for text in wanted}
    return Condition(column, lambda value: not wanted.isdisjoint(texts(column, value)))


def is_good(good):
    """Return the condition that an event is good (1) or bad (0)."""
    return Condition(GOOD, lambda value: value == good)


def between(start, end):
    """Return the condition that an event arrived from ``start`` on and before ``end``."""
    return Condition(RECEIVED, lambda value: start <= value < end)


def find_page(connection, conditions, sorting, descending, size, first):
    """Return ``(count, ids)``: how many events meet all conditions, and the ids of a page of them.

    The page begins at the number ``first``, and has ``size`` events. ``sorting`` is the column by
    which they are in order, or None for the order of arrival. Events without it come last. Raises
    ``ValueError`` where a column is one of too many, or has too long a name.
    """
    connection.execute("BEGIN")  # One state of the database for all that is read
    for name in (*(one.column for one in conditions), sorting):
        if name and len(name) > MAX_NAME:
            raise ValueError(f"a column whose name is longer than {MAX_NAME} characters")
        if name and column_number(connection, name) is None and has_too_many_columns(connection):
            raise ValueError(f"{name!r}, which is one of over {MAX_COLUMNS} columns")
    if not conditions and not sorting:
        (count,) = connection.execute("SELECT COUNT(*) FROM listed").fetchone()
        direction = "DESC" if descending else "ASC"
        sql = f"SELECT id FROM listed ORDER BY id {direction} LIMIT ? OFFSET ?"
        return count, [id for (id,) in connection.execute(sql, (size, first))]
    done = next_block(connection)
    (oldest,) = connection.execute("SELECT coalesce(min(id), 0) FROM events").fetchone()
    tail = [
        (id, columns.get(sorting))
        for id, columns in events(connection, done * BLOCK, 1 << 62)
        if all(one.column in columns and one.is_wanted(columns[one.column]) for one in conditions)
    ]
    masks = _masks(connection, conditions or [between(0, 1 << 62)], done, oldest)
    count = len(tail) + sum(mask.count(1) for mask in masks.values())
    if sorting:
        ids = _by_value(connection, sorting, descending, done, masks, tail)
    elif descending:
        ids = _newest_first(masks, tail)
    else:
        ids = _oldest_first(masks, tail)
    page = [id for _, id in zip(range(first + size), ids, strict=False)][first:]
    return count, page


def _masks(connection, conditions, done, oldest):
    """Return ``{block: mask}``: a byte for each event, 1 where it meets all conditions."""
    masks = None
    for condition in conditions:
        found, tables = {}, {}
        for block, values, codes in read_blocks(connection, condition.column, done):
            if masks is not None and block not in masks:
                continue
            if values not in tables:  # Many blocks have the same values
                tables[values] = _table(condition, json.loads(values))
            mask = tables[values] and codes.translate(tables[values])
            if mask and masks is not None:
                mask = _both(mask, masks[block])
            if mask and 1 in mask:
                found[block] = mask
        masks = found
    if masks and oldest // BLOCK in masks:  # Some events of this block may have been removed
        gone = oldest % BLOCK
        masks[oldest // BLOCK] = bytes(gone) + masks[oldest // BLOCK][gone:]
    return {block: mask for block, mask in masks.items() if block >= oldest // BLOCK}


def _table(condition, values):
    """Return the table that translates codes to 1 or 0, None where all would be 0."""
    wanted = [0, *map(condition.is_wanted, values)]
    return bytes(map(bool, wanted)) + bytes(256 - len(wanted)) if any(wanted) else None


def _both(mask, other):
    both = int.from_bytes(mask, "big") & int.from_bytes(other, "big")
    return both.to_bytes(BLOCK, "big")


def _newest_first(masks, tail):
    yield from (id for id, _ in reversed(tail))
    for block in sorted(masks, reverse=True):
        position = masks[block].rfind(1)
        while position >= 0:
            yield block * BLOCK + position
            position = masks[block].rfind(1, 0, position)


def _oldest_first(masks, tail):
    for block in sorted(masks):
        position = masks[block].find(1)
        while position >= 0:
            yield block * BLOCK + position
            position = masks[block].find(1, position + 1)
    yield from (id for id, _ in tail)


def _by_value(connection, column, descending, done, masks, tail):
    """Yield the ids in the order of a column, the newest first where its value is the same."""
    groups, left = {}, dict(masks)
    for block, values, codes in read_blocks(connection, column, done):
        if block not in masks:
            continue
        del left[block]
        keys = [None, *(_key(column, value) for value in json.loads(values))]
        lists = [groups.setdefault(key, []) for key in keys]
        first, mask = block * BLOCK, masks[block]
        position = mask.find(1)
        while position >= 0:
            lists[codes[position]].append(first + position)
            position = mask.find(1, position + 1)
    for block, mask in left.items():  # No event of these has the column
        groups.setdefault(None, []).extend(_oldest_first({block: mask}, []))
    for id, value in tail:
        key = None if value is None else _key(column, value)
        groups.setdefault(key, []).append(id)
    none = groups.pop(None, [])
    for key in sorted(groups, reverse=descending):
        yield from sorted(groups[key], reverse=True)
    yield from sorted(none, reverse=True)


def _key(column, value):
    """Return what a value is sorted by: numbers by size, before text."""
    if column.startswith("contexts_"):
        value = next((one for one in value if one is not None), None)
    if type(value) in (int, float):
        return 0, value
    return (1, *texts("", value)) if value is not None else (2,)
