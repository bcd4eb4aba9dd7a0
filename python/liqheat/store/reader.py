"""Reading and checking of one series, without a lock, while a writer may be at work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from liqheat.errors import StoreError
from liqheat.store.manifest import Manifest, Part
from liqheat.store.outcomes import Problem
from liqheat.store.parts import DamagedPartError, checksum, combine
from liqheat.store.rows import times_of
from liqheat.store.series_folder import SeriesFolder, disk_errors

_MOST_TRIES = 20


def load_rows(
    folder: SeriesFolder, start_ms: int | None, end_ms: int | None, columns: Sequence[str] | None = None
) -> pa.Table:
    """Rows with times in ``[start_ms, end_ms)``, sorted by key; of all columns, or of some that include the time."""
    start = -(2**62) if start_ms is None else start_ms
    end = 2**62 if end_ms is None else end_ms
    for _ in range(_MOST_TRIES):
        manifest = folder.read_manifest()
        wanted = [part for part in manifest.parts if part.state.first_ms < end and part.state.last_ms >= start]
        tables, damaged, is_certain = _read_parts(folder, wanted, columns)
        if not is_certain or damaged:
            now = folder.read_manifest()
            if now.compactions != manifest.compactions or (damaged and now.revision != manifest.revision):
                continue
        for part, reason in damaged:
            _put_aside(folder, part, reason)
        if not tables:
            return folder.kind.schema.empty_table().select(list(columns or folder.kind.schema.names))
        tables = [_between(folder, table, start, end) for table in tables]
        return combine(folder.kind, tables) if columns is None else pa.concat_tables(tables)
    raise StoreError("store", "must hold still for the time of one reading", folder.path)


def verify_series(folder: SeriesFolder) -> list[Problem]:
    """Everything in the series that is not as it was written."""
    if not folder.read_only:
        with folder.writing() as manifest:
            return _verify(folder, manifest)
    for _ in range(_MOST_TRIES):
        manifest = folder.read_manifest()
        problems = _verify(folder, manifest)
        if not problems or folder.read_manifest().revision == manifest.revision:
            break
    return problems


def _read_parts(
    folder: SeriesFolder, parts: Sequence[Part], columns: Sequence[str] | None
) -> tuple[list[pa.Table], list[tuple[Part, str]], bool]:
    """Rows of each file; files that cannot be read and why; whether all is as the manifest says."""
    tables: list[pa.Table] = []
    damaged: list[tuple[Part, str]] = []
    is_certain = True
    for part in parts:
        try:
            rows = folder.read_part(part, columns)
        except FileNotFoundError:
            if part.is_settled or part.previous is not None:
                damaged.append((part, "missing"))
            rows = None
        except DamagedPartError as error:
            damaged.append((part, str(error)))
            rows = None
        if rows is not None:
            tables.append(rows)
        if rows is None or rows.num_rows != part.state.rows:
            is_before = rows is not None and part.previous is not None and rows.num_rows == part.previous.rows
            if part.replaces and (rows is None or is_before):
                more, worse, is_certain_too = _read_parts(folder, part.replaces, columns)
                tables += more
                damaged += worse
                is_certain &= is_certain_too
            is_certain &= is_before
    return tables, damaged, is_certain


def _put_aside(folder: SeriesFolder, part: Part, reason: str) -> None:
    if folder.read_only or reason == "missing":
        folder.note(part, reason)
        return
    try:
        with folder.writing() as manifest:
            found = next((kept for kept in manifest.parts if kept.path == part.path), None)
            if found is not None and found.state == part.state:
                folder.quarantine(manifest, found, reason)
    except StoreError as error:
        # A place that cannot be written, or a writer at work: what is left is served all the same.
        if error.rule.startswith("must be readable by"):
            raise
        folder.note(part, reason)


def _between(folder: SeriesFolder, rows: pa.Table, start: int, end: int) -> pa.Table:
    times = times_of(folder.kind, rows)
    if not times.size or (times[0] >= start and times[-1] < end):
        return rows
    first, last = np.searchsorted(times, [start, end], side="left")
    return rows.slice(int(first), int(last - first))


def _verify(folder: SeriesFolder, manifest: Manifest) -> list[Problem]:
    problems = [
        Problem(folder.key, folder.at(path), "not in the manifest: written by something else")
        for path in folder.strays(manifest)
    ]
    for part in manifest.parts:
        states = [state for state in (part.state, part.previous) if state is not None]
        what = ""
        try:
            with disk_errors(folder.at(part.path)):
                data = folder.disk.read(folder.at(part.path))
        except FileNotFoundError:
            what = "missing" if part.is_settled or part.previous is not None else ""
        except StoreError as error:
            what = str(error)
        else:
            if checksum(data) not in [state.sha256 for state in states[: 1 if part.is_settled else 2]]:
                what = "checksum differs from the manifest's"
        if what:
            problems.append(Problem(folder.key, folder.at(part.path), what, part.state.rows))
    return problems
