"""Rows as Parquet bytes and back, and which file of a day takes which rows."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from liqheat.records.arrays import TimeArray
from liqheat.store.kinds import Kind
from liqheat.store.manifest import Part, PartState
from liqheat.store.rows import merge_rows, times_of

SMALL_ROWS, SMALL_BYTES = 8_192, 512 * 1024
"""A file takes further rows while it is smaller than this: what one small upsert costs to rewrite, at most."""
LARGE_ROWS, LARGE_BYTES = 131_072, 16 * 1024 * 1024
"""What a compaction makes of small files, at most."""


class DamagedPartError(Exception):
    """The bytes are not a Parquet file of this kind."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows ``[start, stop)`` of a day for one file; None is a new one."""

    part: Part | None
    start: int
    stop: int


def encode_part(kind: Kind, rows: pa.Table) -> bytes:
    """Rows as Parquet: zstd, a checksum on every page, one row group."""
    names = [column.name for column in kind.columns if pa.types.is_string(column.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows,
        sink,
        compression="zstd",
        use_dictionary=names or False,
        write_page_checksum=True,
        store_schema=False,
        row_group_size=max(rows.num_rows, 1),
    )
    return bytes(sink.getvalue())


def decode_part(kind: Kind, data: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of a Parquet file.

    Raises
    ------
    DamagedPartError
        When it is none, a page's checksum does not match, or a column is missing.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        rows = file.read(columns=list(columns) if columns else None, use_threads=False)
        schema = pa.schema([kind.schema.field(name) for name in columns]) if columns else kind.schema
        return rows if rows.schema == schema else rows.select(schema.names).cast(schema)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DamagedPartError(reason) from error


def state_of(kind: Kind, rows: pa.Table, data: bytes) -> PartState:
    """What a manifest says about a file."""
    times = times_of(kind, rows)
    return PartState(rows.num_rows, len(data), int(times[0]), int(times[-1]), checksum(data))


def checksum(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def combine(kind: Kind, tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of several files in key order, each key once; of a key's rows the last counts, as in `merge_rows`."""
    filled = [table for table in tables if table.num_rows]
    if not filled:
        return kind.schema.empty_table()
    ends = [times_of(kind, table)[[0, -1]] for table in filled]
    if all(before[1] < after[0] for before, after in itertools.pairwise(ends)):
        return pa.concat_tables(filled)
    return reduce(lambda old, new: merge_rows(kind, old, new).rows, filled)


def route(parts: Sequence[Part], times: TimeArray, row_bytes: float) -> list[Piece]:
    """Which file of a day takes which rows, so that the times of no two files overlap.

    Rows between a file's first and last time go to that file. Others go to the file before them while it is small,
    or to a new one.

    Parameters
    ----------
    parts : sequence of Part
        Files of the day in time order.
    times : (n,) int64
        Times of the rows, rising.
    row_bytes : float
        Size of a row in memory.
    """
    firsts = np.array([part.state.first_ms for part in parts], np.int64)
    owners = np.searchsorted(firsts, times, side="right") - 1
    taken: dict[str, Piece] = {}
    fresh: list[tuple[int, int]] = []

    def give(part: Part, start: int, stop: int) -> None:
        if stop > start:
            known = taken.get(part.name)
            taken[part.name] = Piece(part, known.start if known else start, stop)

    for start, stop in _runs(owners):
        owner = int(owners[start])
        part = parts[max(owner, 0)] if parts else None
        if part is None:
            fresh.append((start, stop))
        elif _is_small(part) and stop - start <= SMALL_ROWS:
            give(part, start, stop)
        elif owner < 0:
            fresh.append((start, stop))
        else:
            inside = start + int(np.searchsorted(times[start:stop], part.state.last_ms, side="right"))
            give(part, start, inside)
            if stop > inside:
                fresh.append((inside, stop))
    chunk = max(1, min(LARGE_ROWS // 2, int(LARGE_BYTES // max(row_bytes, 1.0))))
    new = [Piece(None, *piece) for start, stop in fresh for piece in _chunks(times, start, stop, chunk)]
    return [*taken.values(), *new]


def groups_to_compact(parts: Sequence[Part], fewest: int) -> list[list[Part]]:
    """Neighbouring files of one day that fit into a large one together; groups of at least `fewest`."""
    groups: list[list[Part]] = []
    rows = n_bytes = 0
    for part in parts:
        rows += part.state.rows
        n_bytes += part.state.n_bytes
        if groups and groups[-1][-1].day == part.day and rows <= LARGE_ROWS and n_bytes <= LARGE_BYTES:
            groups[-1].append(part)
        else:
            groups.append([part])
            rows, n_bytes = part.state.rows, part.state.n_bytes
    return [group for group in groups if len(group) >= fewest]


def _is_small(part: Part) -> bool:
    return part.state.rows < SMALL_ROWS and part.state.n_bytes < SMALL_BYTES


def _runs(values: Any) -> list[tuple[int, int]]:
    if not values.size:
        return []
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), int(values.size)]
    return list(itertools.pairwise(edges))


def _chunks(times: TimeArray, start: int, stop: int, chunk: int) -> list[tuple[int, int]]:
    """Cut where the time changes: rows of one time stay in one file."""
    pieces = []
    while start < stop:
        cut = min(start + chunk, stop)
        if cut < stop:
            cut = start + int(np.searchsorted(times[start:stop], times[cut - 1], side="right"))
        pieces.append((start, cut))
        start = cut
    return pieces
