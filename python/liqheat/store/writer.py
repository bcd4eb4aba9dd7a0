"""Upserts and compactions of one series."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa

from liqheat.store.manifest import Manifest, Part
from liqheat.store.outcomes import CompactCount, UpsertCount
from liqheat.store.parts import combine, groups_to_compact, route
from liqheat.store.rows import merge_rows, times_of
from liqheat.store.series_folder import SeriesFolder, Write, encode
from liqheat.units import DAY_MS

MOST_PARTS = 16
"""So many neighbouring small files of a day become one without being asked."""
_BATCH_BYTES = 32 * 1024 * 1024
"""Files of a long history are committed in batches of about this size, which bounds memory."""


def upsert_rows(folder: SeriesFolder, rows: pa.Table) -> UpsertCount:
    """Put checked rows into the series; they are durable when it returns."""
    count = UpsertCount()
    times = times_of(folder.kind, rows)
    days = times // DAY_MS
    edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), int(days.size)]
    with folder.writing() as manifest:
        pending: list[Write] = []
        by_day = _by_day(manifest)
        for start, stop in pairwise(edges):
            manifest, writes, added = _plan_day(
                folder, manifest, by_day[int(days[start])], rows.slice(start, stop - start), int(days[start])
            )
            count += added
            pending += writes
            if sum(len(write.data) for write in pending) >= _BATCH_BYTES:
                manifest = folder.commit(manifest, pending)
                pending = []
        if pending:
            manifest = folder.commit(manifest, pending)
        _compact(folder, manifest, MOST_PARTS, {day_name(int(day)) for day in np.unique(days)})
    return count


def compact_series(folder: SeriesFolder) -> CompactCount:
    """Join the small files of each day."""
    with folder.writing() as manifest:
        return _compact(folder, manifest, 2, None)


def day_name(day: int) -> str:
    """UTC day number as ``2026-02-01``."""
    return datetime.fromtimestamp(day * DAY_MS // 1000, UTC).strftime("%Y-%m-%d")


def _by_day(manifest: Manifest) -> defaultdict[int, list[Part]]:
    by_day: defaultdict[int, list[Part]] = defaultdict(list)
    for part in manifest.parts:
        by_day[part.state.first_ms // DAY_MS].append(part)
    return by_day


def _plan_day(
    folder: SeriesFolder, manifest: Manifest, parts: list[Part], rows: pa.Table, day: int
) -> tuple[Manifest, list[Write], UpsertCount]:
    kind = folder.kind
    writes = []
    count = UpsertCount()
    for piece in route(parts, times_of(kind, rows), rows.nbytes / max(rows.num_rows, 1)):
        new = rows.slice(piece.start, piece.stop - piece.start)
        part, old = piece.part, None
        if part is not None:
            manifest, old = folder.read_or_quarantine(manifest, part)
            if old is None and all(part.path != kept.path for kept in manifest.parts):
                part = None
        merged = merge_rows(kind, kind.schema.empty_table() if old is None else old, new)
        count += merged.count
        if merged.is_changed:
            writes.append(encode(folder, day_name(day), part, merged.rows))
    return manifest, writes, count


def _compact(folder: SeriesFolder, manifest: Manifest, fewest: int, days: set[str] | None) -> CompactCount:
    count = CompactCount()
    for _, parts in groupby(manifest.parts, key=lambda part: part.day):
        of_day = list(parts)
        if len(of_day) < fewest or (days is not None and of_day[0].day not in days):
            continue
        for group in groups_to_compact(of_day, fewest):
            tables = []
            kept = []
            for part in group:
                manifest, rows = folder.read_or_quarantine(manifest, part)
                if rows is not None:
                    tables.append(rows)
                    kept.append(part)
            if len(kept) < 2:
                continue
            # A reader tells the joined file from the first one by its number of rows; equal numbers would hide rows.
            joined = combine(folder.kind, tables)
            first, *others = kept
            if joined.num_rows <= first.state.rows:
                continue
            marker = folder.disk.stage(f"{folder.prefix}{first.day}~compacting", b"")
            manifest = folder.commit(manifest, [encode(folder, first.day, first, joined, others)], moves_rows=True)
            folder.disk.discard(marker)
            count += CompactCount(len(kept), 1)
    return count
