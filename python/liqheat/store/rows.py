"""Rows of a kind: checked on the way in, merged by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.records.arrays import TimeArray
from liqheat.store.kinds import Column, Kind
from liqheat.store.outcomes import UpsertCount

EARLIEST_MS, LATEST_MS = 10**12, 10**13
"""Times lie from September 2001 to November 2286: seconds, microseconds and nanoseconds cannot be taken for them."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows after a merge; `is_changed` is False where they are the old ones."""

    rows: pa.Table
    count: UpsertCount
    is_changed: bool


def check_rows(kind: Kind, table: Any) -> pa.Table:
    """Rows as they are stored: the kind's columns and types, sorted by key, each key once.

    Raises
    ------
    InputError
        When a column is missing or not known, a value is missing, not finite or not a time of 2001 to 2286, or two
        rows of one key differ; names the column and the row.
    """
    if not isinstance(table, pa.Table):
        raise InputError(kind.name, "must be an Arrow table", type(table).__name__)
    names = [column.name for column in kind.columns]
    unknown = [name for name in table.column_names if name not in names]
    if unknown or len(set(table.column_names)) < len(table.column_names):
        raise InputError(
            kind.name, f"must have the columns {', '.join(names)}, each once", ", ".join(table.column_names)
        )
    rows = pa.table([_check_column(kind, column, table) for column in kind.columns], schema=kind.schema)
    return _sort_unique(kind, rows)


def merge_rows(kind: Kind, old: pa.Table, new: pa.Table) -> Merged:
    """Put new rows into old ones; both as `check_rows` gives them.

    A known key's new row replaces the old one where it differs, or is dropped where the kind keeps the first. A
    missing value never replaces one that is known.
    """
    n_old, n_new = old.num_rows, new.num_rows
    both = pa.concat_tables([old, new])
    if not n_old or not n_new or times_of(kind, old)[-1] < times_of(kind, new)[0]:
        return Merged(both, UpsertCount(inserted=n_new), bool(n_new))
    order, repeats = _order(kind, both)
    # The sort is stable, so that in a pair of equal keys the old row comes first.
    of_old, of_new = order[repeats - 1], order[repeats]
    n_repeats = repeats.size
    updated = np.zeros(n_repeats, bool)
    if n_repeats and not kind.keeps_first:
        pairs_old, pairs_new = both.take(pa.array(of_old)), both.take(pa.array(of_new))
        pairs_new = _fill_missing(kind, pairs_old, pairs_new)
        updated = ~_equal_rows(kind, pairs_old, pairs_new)
        both = pa.concat_tables([both, pairs_new])
        order = order.copy()
        order[repeats - 1] = np.where(updated, n_old + n_new + np.arange(n_repeats), of_old)
    keep = np.ones(order.size, bool)
    keep[repeats] = False
    n_updated = int(updated.sum())
    count = UpsertCount(n_new - n_repeats, n_updated, n_repeats - n_updated)
    if not count.inserted and not count.updated:
        return Merged(old, count, is_changed=False)
    return Merged(both.take(pa.array(order[keep])), count, is_changed=True)


def times_of(kind: Kind, rows: pa.Table) -> TimeArray:
    """Times of the rows, UTC epoch milliseconds."""
    return np.asarray(rows.column(kind.time).to_numpy())


def _check_column(kind: Kind, column: Column, table: pa.Table) -> pa.Array:
    argument = f"{kind.name}.{column.name}"
    if column.name not in table.column_names:
        if column.may_be_missing:
            return pa.nulls(table.num_rows, column.type)
        raise InputError(kind.name, f"must have the column {column.name}", ", ".join(table.column_names) or "none")
    try:
        values = table.column(column.name).cast(column.type).combine_chunks()
    except pa.ArrowException as error:
        raise InputError(argument, f"must hold {column.type}", error) from error
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], column.type)
    if column.may_be_missing:
        # One way to say "not told": NaN of numpy and null of Arrow become null.
        return pc.if_else(pc.is_finite(values), values, pa.scalar(None, column.type))
    if values.null_count:
        raise InputError(argument, f"must not be missing (row {_first(values.is_null())})", "null")
    numbers = values.flatten() if pa.types.is_list(column.type) else values
    if numbers.null_count:
        raise InputError(argument, "must hold no missing value", "null")
    if pa.types.is_floating(numbers.type):
        wrong = pc.is_nan(numbers) if column.may_be_infinite else pc.invert(pc.is_finite(numbers))
        if pc.any(wrong).as_py():
            row = _first(wrong)
            where = "" if pa.types.is_list(column.type) else f" (row {row})"
            raise InputError(argument, f"must be a finite number{where}", numbers[row].as_py())
    if column.is_time:
        wrong = pc.or_(pc.less(values, EARLIEST_MS), pc.greater_equal(values, LATEST_MS))
        if pc.any(wrong).as_py():
            row = _first(wrong)
            raise InputError(argument, f"must be UTC milliseconds of 2001 to 2286 (row {row})", values[row].as_py())
    return values


def _sort_unique(kind: Kind, rows: pa.Table) -> pa.Table:
    order, repeats = _order(kind, rows)
    if repeats.size and not kind.keeps_first:
        first, second = rows.take(pa.array(order[repeats - 1])), rows.take(pa.array(order[repeats]))
        different = np.flatnonzero(~_equal_rows(kind, first, second))
        if different.size:
            row = int(order[repeats[different[0]]])
            key = {name: rows.column(name)[row].as_py() for name in kind.key}
            shown = ", ".join(f"{name} {value}" for name, value in key.items())
            raise InputError(
                kind.name, f"must have one row for each key (row {row} differs from an earlier one)", shown
            )
    if not repeats.size and np.array_equal(order, np.arange(order.size)):
        return rows
    keep = np.ones(order.size, bool)
    keep[repeats] = False
    return rows.take(pa.array(order[keep]))


def _order(kind: Kind, rows: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A stable order by key, and the places in it whose key is that of the place before."""
    order = np.asarray(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in kind.key])).astype(np.int64)
    n = order.size
    if n < 2:
        return order, np.zeros(0, np.int64)
    same = np.ones(n - 1, bool)
    for name in kind.key:
        values = rows.column(name).take(pa.array(order))
        same &= np.asarray(pc.equal(values.slice(1), values.slice(0, n - 1)))
    return order, np.flatnonzero(same) + 1


def _equal_rows(kind: Kind, first: pa.Table, second: pa.Table) -> NDArray[np.bool_]:
    """Row by row; two missing values are equal."""
    equal = np.ones(first.num_rows, bool)
    for column in kind.columns:
        one, other = first.column(column.name), second.column(column.name)
        if pa.types.is_list(column.type):
            equal &= np.array([a == b for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)], bool)
            continue
        both_missing = pc.and_(pc.is_null(one), pc.is_null(other))
        equal &= np.asarray(pc.or_(pc.fill_null(pc.equal(one, other), False), both_missing))
    return equal


def _fill_missing(kind: Kind, old: pa.Table, new: pa.Table) -> pa.Table:
    for index, column in enumerate(kind.columns):
        if column.may_be_missing:
            new = new.set_column(index, column.name, pc.coalesce(new.column(index), old.column(index)))
    return new


def _first(mask: Any) -> int:
    return int(pc.index(mask, True).as_py())
