"""History on disk: a Parquet data set by kind, venue, symbol and day. `README.md` beside this file tells the layout."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from liqheat.errors import InputError, StoreError
from liqheat.records import SeriesKey
from liqheat.store.disk import WRITING, open_disk
from liqheat.store.gaps import check_range, slot_gaps, spacing_gaps, union_of_gaps
from liqheat.store.manifest import FORMAT_VERSION, SERIES
from liqheat.store.outcomes import CompactCount, Gap, Problem, UpsertCount
from liqheat.store.paths import series_of_words, series_words
from liqheat.store.reader import load_rows, verify_series
from liqheat.store.rows import check_rows
from liqheat.store.series_folder import QUARANTINE, SeriesFolder, disk_errors
from liqheat.store.writer import compact_series, upsert_rows
from liqheat.units import parse_interval_ms

LOGGER = logging.getLogger(__name__)
STORE_FILE = "_store.json"
_LEVELS = ("kind=", "venue=", "symbol=")


class HistoryStore:
    """History on disk. One writer of a series at a time, in any process; any number of readers. Threads may share it.

    Parameters
    ----------
    url : str or Path
        A local folder, or a URL of any file system of fsspec (``s3://…``, ``memory://…``).
    read_only : bool
        Refuse to write.
    create : bool
        Make the store where there is none.

    Raises
    ------
    StoreError
        When there is no store and none may be made, the folder holds other things, a newer version wrote it, or it
        cannot be read.
    InputError
        When the URL's file system is not known.

    Examples
    --------
    >>> store = HistoryStore("memory://docs")
    >>> key = SeriesKey("open_interest", "bybit", "BTC/USDT:USDT")
    >>> store.upsert(key, pa.table({"time_ms": [1_770_000_000_000], "quantity": [5.0]}))
    UpsertCount(inserted=1, updated=0, unchanged=0)
    >>> store.load(key).num_rows
    1
    """

    def __init__(self, url: str | Path, *, read_only: bool = False, create: bool = True) -> None:
        self.disk = open_disk(url)
        self.read_only = read_only
        self._folders: dict[SeriesKey, SeriesFolder] = {}
        self._guard = threading.Lock()
        with disk_errors(str(self.disk), may_be_missing=False):
            self._open(create and not read_only)
            if not read_only:
                self._recover()

    def __repr__(self) -> str:
        return f"HistoryStore({str(self.disk)!r})"

    def upsert(self, key: SeriesKey, table: pa.Table) -> UpsertCount:
        """Put rows into a series; when this returns they are durable.

        A known key's row is replaced where it differs; liquidations keep the first. Missing values replace nothing.

        Parameters
        ----------
        key : SeriesKey
            Which series.
        table : pyarrow.Table
            The columns of the kind (see `KINDS`), in any order of rows. Equal repeats are dropped.

        Raises
        ------
        InputError
            When a column or a value breaks a rule, or two rows of one key differ.
        StoreError
            When the rows could not be written. The store is then as it was, or holds some of them.
        """
        folder = self._folder(key)
        rows = check_rows(folder.kind, table)
        return upsert_rows(folder, rows) if rows.num_rows else UpsertCount()

    def load(self, key: SeriesKey, start_ms: int | None = None, end_ms: int | None = None) -> pa.Table:
        """Rows of a series with times in ``[start_ms, end_ms)``, sorted by key; no rows where nothing is stored.

        A file that is damaged is put aside and reported in `quarantined`; all others are served.
        """
        return load_rows(self._folder(key), start_ms, end_ms)

    def list_series(
        self, kind: str | None = None, venue: str | None = None, symbol: str | None = None
    ) -> list[SeriesKey]:
        """Series in the store, sorted."""
        paths = [""]
        for level in _LEVELS:
            with disk_errors(str(self.disk)):
                paths = [
                    f"{path}/{name}" if path else name
                    for path in paths
                    for name in self.disk.names(path)
                    if name.startswith(level)
                ]
        found = []
        manifests = set(self.disk.names(SERIES))
        for path in paths:
            words = [part.partition("=")[2] for part in path.split("/")]
            key = series_of_words(*words)
            if key is None or (kind or key.kind, venue or key.venue, symbol or key.symbol) != (
                key.kind,
                key.venue,
                key.symbol,
            ):
                continue
            if f"{'~'.join(words)}.json" in manifests or self.disk.names(path):
                found.append(key)
        return sorted(found)

    def span_ms(self, key: SeriesKey) -> tuple[int, int] | None:
        """First and last time of a series, UTC epoch milliseconds, from its manifest; None where it is empty."""
        parts = self._folder(key).read_manifest().parts
        return (parts[0].state.first_ms, max(part.state.last_ms for part in parts)) if parts else None

    def count_rows(self, key: SeriesKey) -> int:
        """Rows of a series, from its manifest."""
        return sum(part.state.rows for part in self._folder(key).read_manifest().parts)

    def find_gaps(self, key: SeriesKey, start_ms: int, end_ms: int, step_ms: int | None = None) -> list[Gap]:
        """Times in ``[start_ms, end_ms)`` at which rows are expected and none is stored.

        Candles and mark candles are expected at every multiple of their interval. Other kinds are snapshots that may
        be up to half a step late; `step_ms` overrides the kind's usual step.

        Raises
        ------
        InputError
            When the kind has no usual step and none is given, or the range is empty.
        """
        folder = self._folder(key)
        kind = folder.kind
        check_range(start_ms, end_ms)
        if step_ms is not None and step_ms < 1:
            raise InputError("step_ms", "must be at least 1", step_ms)
        if kind.has_interval:
            table = load_rows(folder, start_ms, end_ms, [kind.time])
            times = np.asarray(table.column(kind.time).to_numpy())
            return slot_gaps(times, start_ms, end_ms, step_ms or parse_interval_ms(key.interval))
        step = step_ms or kind.step_ms
        if step is None:
            raise InputError("kind", "must have a usual time between rows; give step_ms for another", key.kind)
        group = next((name for name in kind.key[1:] if pa.types.is_string(kind.schema.field(name).type)), None)
        table = load_rows(folder, start_ms, end_ms, [kind.time, *([group] if group else [])])
        tables = [table]
        if group is not None and table.num_rows:
            names = pc.unique(table.column(group)).to_pylist()
            tables = [table.filter(pc.equal(table.column(group), name)) for name in names]
        columns = [np.asarray(each.column(kind.time).to_numpy()) for each in tables]
        return union_of_gaps([spacing_gaps(times, start_ms, end_ms, step) for times in columns])

    def verify(self, key: SeriesKey | None = None) -> list[Problem]:
        """Compare every file with its manifest's checksum; an empty list where all is as it was written."""
        keys = self.list_series() if key is None else [key]
        return [problem for each in keys for problem in verify_series(self._folder(each))]

    def compact(self, key: SeriesKey | None = None) -> CompactCount:
        """Join the small files of each day, of one series or of all."""
        count = CompactCount()
        for each in self.list_series() if key is None else [key]:
            count += compact_series(self._folder(each))
        return count

    @property
    def quarantined(self) -> list[Problem]:
        """Damaged files: those put aside on disk, and those this object met and could not put aside."""
        found = []
        for name in self.disk.names(QUARANTINE):
            words = name.split("~")
            key = series_of_words(*words[:3]) if len(words) == 5 else None
            if key is not None:
                found.append(Problem(key, f"{QUARANTINE}/{name}", "was damaged and put aside"))
        for folder in list(self._folders.values()):
            found += [problem for problem in folder.noted.values() if not problem.what.startswith("quarantined")]
        return found

    def _folder(self, key: SeriesKey) -> SeriesFolder:
        with self._guard:
            folder = self._folders.get(key)
            if folder is None:
                series_words(key)
                folder = self._folders[key] = SeriesFolder(self.disk, key, self.read_only)
            return folder

    def _open(self, create: bool) -> None:
        try:
            content: Any = json.loads(self.disk.read(STORE_FILE))
            version = int(content["format_version"])
        except FileNotFoundError:
            others = [name for name in self.disk.names("") if not name.startswith((".", "_", *_LEVELS, "lost+found"))]
            if others:
                raise StoreError(
                    "store", "must be an empty folder or a store", f"{self.disk} with {others[0]}"
                ) from None
            if not create:
                raise StoreError("store", "must be an existing store", self.disk) from None
            self.disk.make_folder("")
            data = json.dumps({"format_version": FORMAT_VERSION}).encode()
            self.disk.publish(self.disk.stage(STORE_FILE, data), STORE_FILE)
            return
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError("store", f"must have a readable {STORE_FILE}", f"{self.disk}: {error}") from error
        if version > FORMAT_VERSION:
            rule = f"must be of format version {FORMAT_VERSION} or older; update liqheat"
            raise StoreError("store", rule, f"version {version} in {self.disk}")

    def _recover(self) -> None:
        """Finish or undo what killed writers left; what a living one is writing is left to it."""
        prefixes = {tuple(name.split("~")[:3]) for name in self.disk.names(WRITING) if name.count("~") >= len(_LEVELS)}
        for words in sorted(prefixes):
            key = series_of_words(*words)
            if key is None:
                continue
            try:
                with self._folder(key).writing(timeout_s=0):
                    pass
            except StoreError as error:
                LOGGER.info("%s", error)


def is_store(url: str | Path) -> bool:
    """Whether a store is there, of whatever version.

    Examples
    --------
    >>> is_store("memory://nothing-here")
    False
    """
    disk = open_disk(url)
    with disk_errors(str(disk), may_be_missing=False):
        try:
            disk.read(STORE_FILE)
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True
