"""Files and archives into the store: folders of history, exports of other products, the Binance data portal."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from liqheat.errors import InputError, LiqheatError, NoDataError, UnknownNameError, VenueError
from liqheat.exchanges.portal import (
    PORTAL_URL,
    ArchiveGetter,
    PortalKind,
    PortalMarket,
    archive_name,
    archive_url,
    fetch_archive,
    interval_of_kind_ms,
    portal_market,
)
from liqheat.exchanges.portal_files import PortalRecord, parse_archive
from liqheat.feeds.import_rules import ImportRecord, read_file
from liqheat.records import VENUE_ALIASES, Candles, ForeignHeatmap, MarkCandles, OpenInterest, SeriesKey
from liqheat.store import HistoryStore, UpsertCount, save_record
from liqheat.store.folder import VENUE_WORDS
from liqheat.store.foreign import load_foreign
from liqheat.store.foreign_heatmap import save_foreign_heatmap
from liqheat.store.foreign_tables import ForeignRequest
from liqheat.units import format_interval

Progress = Callable[[str, int, int], object]
"""Told what is being read, how many are done, and how many there are."""

_DATA_ENDINGS = (".parquet", ".csv", ".zip")
_DAY_MS = 86_400_000
_OF_VENUE = (Candles, MarkCandles, OpenInterest)
"""Records that a foreign file may hold of one venue."""
_DOWNLOADS = 4
"""At once: the portal is a file server, and one archive takes a round trip for itself and one for its checksum."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file of which at least one series was stored.

    Attributes
    ----------
    path : str
        File, or name of an archive.
    kind : str
        Which rule recognised it.
    series : tuple of str
        Venue and symbol of each series, for people.
    count : UpsertCount
        Rows inserted, updated and unchanged.
    notes : tuple of str
        What a reader must know.
    """

    path: str
    kind: str
    series: tuple[str, ...]
    count: UpsertCount
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOutFile:
    """A file that was not stored; `is_known` is whether its name promised something that it does not hold."""

    path: str
    reason: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did.

    Attributes
    ----------
    taken, left_out : tuple
        Files stored, and files that were not, each in the order of reading.
    n_ignored : int
        Files that hold no data by their ending.
    n_present : int
        Archives that were not fetched because the store has their rows.
    saved : tuple of Path
        Heatmaps of other products, which are saved beside the store's rows, not among them.
    """

    taken: tuple[TakenFile, ...] = ()
    left_out: tuple[LeftOutFile, ...] = ()
    n_ignored: int = 0
    n_present: int = 0
    saved: tuple[Path, ...] = ()

    @property
    def count(self) -> UpsertCount:
        """Rows of all files."""
        return sum((file.count for file in self.taken), UpsertCount())


def import_folder(
    store: HistoryStore, folder: str | Path, progress: Progress | None = None, *, symbols: Collection[str] = ()
) -> ImportSummary:
    """Import every file of a folder, and of the folders below, that is recognised.

    Taken are: files of the folder name rule, zip and CSV files of the Binance data portal (checked against the
    ``.CHECKSUM`` beside them where there is one), and tables of funding, liquidation totals and forced orders. A file
    that is damaged or breaks a rule is left out and listed with its reason; the others are stored. Importing again
    inserts nothing.

    Parameters
    ----------
    store : HistoryStore
        Where the rows go.
    folder : str or Path
        A folder, or one file.
    progress : callable, optional
        Told each file's name, how many are done, and how many there are.
    symbols : collection of str
        ccxt unified symbols to import; all by default.

    Raises
    ------
    InputError
        When the folder does not exist.
    StoreError
        When the store cannot be written.
    """
    root = Path(folder)
    if not root.exists():
        raise InputError("path", "must be an existing file or folder", folder)
    paths, n_ignored = _list_files(root)
    taken: list[TakenFile] = []
    left_out: list[LeftOutFile] = []

    def wanted(symbol: str) -> bool:
        return not symbols or symbol in symbols

    for index, path in enumerate(paths):
        name = path.name if path == root else path.relative_to(root).as_posix()
        if progress is not None:
            progress(name, index, len(paths))
        found = read_file(path, wanted)
        if found is None:
            left_out.append(LeftOutFile(name, "its name follows no rule", is_known=False))
            continue
        rule, series = found
        saved = _Saved(store)
        try:
            for one in series:
                saved.add(one.venue, one.symbol, one.interval, one.record, one.notes)
        except (InputError, OSError) as error:
            # What a file gave before it broke is stored: each of its series is whole.
            left_out.append(LeftOutFile(name, str(error), is_known=True))
        if saved.series:
            taken.append(saved.file(name, rule))
    return ImportSummary(tuple(taken), tuple(left_out), n_ignored)


def import_foreign(
    store: HistoryStore,
    path: str | Path,
    request: ForeignRequest,
    *,
    venue: str = "",
    output: str | Path | None = None,
) -> ImportSummary:
    """Import an export or an API response of another product.

    Candles and open interest go under the venue, or under the product's own name where none is given, so that they
    never mix with a venue's own rows unasked. Liquidation totals always go under the product's name: whose they are
    stands in their rows. A heatmap is no market history: it is saved as ``.npz``, to be compared with.

    Parameters
    ----------
    store : HistoryStore
        Where rows go.
    path : str or Path
        ``.json``, ``.csv`` or ``.parquet``.
    request : ForeignRequest
        What the caller says about it. Without `as_of_ms` the file's own time is taken.
    venue : str
        Venue id that the candles and open interest are of.
    output : str or Path, optional
        Where to save a heatmap; the file's name with ``.npz``, in the current folder, by default.

    Raises
    ------
    InputError
        When the file breaks a rule, or its symbol, currency or interval is not what was said.
    StoreError
        When the store cannot be written.
    """
    path = Path(path)
    if request.as_of_ms is None and path.is_file():
        request = replace(request, as_of_ms=int(path.stat().st_mtime * 1000))
    found = load_foreign(path, request)
    venue = _resolve_venue(venue, request) if any(isinstance(record, _OF_VENUE) for record in found.records) else ""
    saved = _Saved(store)
    files: list[Path] = []
    for record in found.records:
        if isinstance(record, ForeignHeatmap):
            files.append(save_foreign_heatmap(record, output or Path(f"{path.stem}.npz")))
        else:
            interval = format_interval(found.interval_ms) if isinstance(record, Candles) else ""
            where = venue if venue and isinstance(record, _OF_VENUE) else request.product
            saved.add(where, request.symbol, interval, record, ())
    taken = TakenFile(path.name, request.product, tuple(saved.series), saved.count, found.notes)
    return ImportSummary((taken,), saved=tuple(files))


@dataclass(frozen=True, slots=True)
class _Archive:
    """One day of one kind, fetched and read; or why not."""

    name: str
    records: tuple[PortalRecord, ...] = ()
    error: LiqheatError | None = None


def backfill_from_portal(
    store: HistoryStore,
    symbol: str,
    kinds: Collection[PortalKind],
    first_day: date,
    last_day: date,
    progress: Progress | None = None,
    *,
    interval: str = "5m",
    base_url: str = PORTAL_URL,
    get: ArchiveGetter | None = None,
    retry: Any = None,
) -> ImportSummary:
    """Fetch daily archives of the Binance data portal into the store, newest first.

    Days that the store holds in full are not fetched again, so that an interrupted run goes on where it stopped.

    Parameters
    ----------
    store : HistoryStore
        Where the rows go.
    symbol : str
        ccxt unified symbol of a Binance perpetual.
    kinds : collection of {'candles', 'mark', 'metrics'}
        What to fetch; ``metrics`` is open interest with three long/short ratios.
    first_day, last_day : date
        UTC days, both included.
    progress : callable, optional
        Told each archive's name, how many are done, and how many there are.
    interval : str
        Candle length.
    base_url, get, retry
        As `liqheat.exchanges.portal.fetch_archive`.

    Returns
    -------
    ImportSummary
        Days that the portal does not have, and archives that failed, are listed as left out.

    Raises
    ------
    InputError
        When an argument breaks a rule.
    StoreError
        When the store cannot be written.
    """
    if last_day < first_day:
        raise InputError("last_day", f"must not be before {first_day}", last_day)
    market = portal_market(symbol)
    for kind in kinds:
        archive_url(kind, symbol, interval, first_day, base_url)
    days = [last_day - timedelta(days=back) for back in range((last_day - first_day).days + 1)]
    every = [(kind, day) for day in days for kind in kinds]
    jobs = [(kind, day) for kind, day in every if not _is_stored(store, market, kind, interval, day)]
    taken: list[TakenFile] = []
    left_out: list[LeftOutFile] = []

    def fetch(job: tuple[PortalKind, date]) -> _Archive:
        kind, day = job
        name = archive_name(kind, market, interval, day)
        try:
            data = fetch_archive(kind, symbol, interval, day, base_url=base_url, get=get, retry=retry)
            if data is None:
                return _Archive(name, error=NoDataError("day", "must be one that the data portal has", day))
            return _Archive(name, parse_archive(kind, data, market, interval, day, name))
        except (InputError, VenueError) as error:
            return _Archive(name, error=error)

    with closing(_in_order(fetch, jobs)) as archives:
        for index, archive in enumerate(archives):
            if progress is not None:
                progress(archive.name, index, len(jobs))
            if archive.error is not None:
                is_known = not isinstance(archive.error, NoDataError)
                left_out.append(LeftOutFile(archive.name, str(archive.error), is_known))
                continue
            saved = _Saved(store)
            for record in archive.records:
                of_candles = isinstance(record, Candles | MarkCandles)
                saved.add(market.venue, symbol, interval if of_candles else "", record, ())
            taken.append(saved.file(archive.name, "data portal archive"))
    return ImportSummary(tuple(taken), tuple(left_out), n_present=len(every) - len(jobs))


class _Saved:
    """Series of one file on their way into the store."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self.series: list[str] = []
        self.count = UpsertCount()
        self._notes: dict[str, None] = {}

    def add(self, venue: str, symbol: str, interval: str, record: ImportRecord, notes: tuple[str, ...]) -> None:
        self.count += save_record(self._store, venue, symbol, record, interval)
        self.series.append(f"{type(record).__name__} {venue} {symbol} {interval}".rstrip())
        self._notes.update(dict.fromkeys(notes))

    def file(self, path: str, kind: str) -> TakenFile:
        return TakenFile(path, kind, tuple(self.series), self.count, tuple(self._notes))


def _list_files(root: Path) -> tuple[list[Path], int]:
    """Files that hold data by their ending, and how many do not. Links to folders are not followed: they may loop."""
    if root.is_file():
        return [root], 0
    every = [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    data = sorted(path for path in every if path.suffix.lower() in _DATA_ENDINGS and path.is_file())
    return data, len(every) - len(data)


def _resolve_venue(venue: str, request: ForeignRequest) -> str:
    """The venue id of a name as users write it; empty where none is given."""
    name = venue.strip().lower()
    known = {found for found, _ in VENUE_WORDS.values()}
    resolved = VENUE_ALIASES.get((name, "linear" if request.is_linear else "inverse"), name)
    if name and resolved not in known:
        raise UnknownNameError("venue", f"must be one of {', '.join(sorted(known))}", venue)
    return resolved


def _is_stored(store: HistoryStore, market: PortalMarket, kind: PortalKind, interval: str, day: date) -> bool:
    name = "open_interest" if kind == "metrics" else kind
    key = SeriesKey(name, market.venue, market.symbol, "" if kind == "metrics" else interval)
    step = interval_of_kind_ms(kind, interval)
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    # Some days of metrics start at 00:05 and end at the next midnight.
    first = start + step if kind == "metrics" else start
    if store.span_ms(key) is None:
        return False
    return not store.find_gaps(key, first, start + _DAY_MS, step)


def _in_order(
    fetch: Callable[[tuple[PortalKind, date]], _Archive], jobs: list[tuple[PortalKind, date]]
) -> Generator[_Archive]:
    """Results in the order of the jobs, a few fetched ahead; the rest is dropped when the reader stops."""
    pool = ThreadPoolExecutor(_DOWNLOADS, thread_name_prefix="portal")
    try:
        waiting = [pool.submit(fetch, job) for job in jobs[: 2 * _DOWNLOADS]]
        for index in range(len(jobs)):
            result = waiting.pop(0).result()
            following = index + 2 * _DOWNLOADS
            if following < len(jobs):
                waiting.append(pool.submit(fetch, jobs[following]))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)
