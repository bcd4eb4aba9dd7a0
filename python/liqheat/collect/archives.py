"""Daily archives of the Binance data portal into the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from liqheat.collect.summary import ImportSummary, LeftOutFile, Progress, SavedFile, TakenFile
from liqheat.errors import InputError, LiqheatError, NoDataError, VenueError
from liqheat.exchanges import (
    ArchiveSource,
    PortalKind,
    PortalMarket,
    PortalRecord,
    archive_name,
    archive_url,
    fetch_archive,
    interval_of_kind_ms,
    parse_archive,
    portal_market,
)
from liqheat.records import Candles, MarkCandles, SeriesKey
from liqheat.store import HistoryStore
from liqheat.units import DAY_MS

ARCHIVED_VENUES = ("binanceusdm", "binancecoinm")
_DOWNLOADS = 4
"""At once: the portal is a file server, and one archive takes a round trip for itself and one for its checksum."""


@dataclass(frozen=True, slots=True)
class _Archive:
    """One day of one kind, fetched and read; or why not."""

    name: str
    records: tuple[PortalRecord, ...] = ()
    error: LiqheatError | None = None


def add_archives(
    history: HistoryStore,
    venue: str,
    symbol: str,
    *,
    days: float,
    interval: str = "5m",
    progress: Progress | None = None,
    source: ArchiveSource | None = None,
) -> ImportSummary | None:
    """Fetch what lies behind a venue's limit from its daily archives: whole days before the first stored row.

    Parameters
    ----------
    history : HistoryStore
        Where the rows go; what it holds of the last days is not asked for.
    venue, symbol : str
        Venue id and ccxt unified symbol.
    days : float
        How far back.
    interval : str
        Candle length.
    progress, source
        As `backfill_from_portal`.

    Returns
    -------
    ImportSummary or None
        None where the venue has no archives that we read, or nothing is missing.
    """
    if venue not in ARCHIVED_VENUES:
        return None
    today = datetime.now(UTC).date()
    first_day = today - timedelta(days=int(days))
    span = history.span_ms(SeriesKey("open_interest", venue, symbol))
    known_from = today if span is None else datetime.fromtimestamp(span[0] / 1000, UTC).date()
    # Archives of the last two days may not be there yet.
    last_day = min(known_from, today - timedelta(days=2))
    if last_day < first_day or known_from <= first_day:
        return None
    kinds: tuple[PortalKind, ...] = ("candles", "mark", "metrics")
    return backfill_from_portal(history, symbol, kinds, first_day, last_day, progress, interval=interval, source=source)


def backfill_from_portal(
    store: HistoryStore,
    symbol: str,
    kinds: Collection[PortalKind],
    first_day: date,
    last_day: date,
    progress: Progress | None = None,
    *,
    interval: str = "5m",
    source: ArchiveSource | None = None,
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
    source : ArchiveSource, optional
        Where from; the portal by default.

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
    market, source = portal_market(symbol), source or ArchiveSource()
    for kind in kinds:
        archive_url(kind, symbol, interval, first_day, source.base_url)
    days = [last_day - timedelta(days=back) for back in range((last_day - first_day).days + 1)]
    every = [(kind, day) for day in days for kind in kinds]
    jobs = [(kind, day) for kind, day in every if not _is_stored(store, market, kind, interval, day)]
    taken: list[TakenFile] = []
    left_out: list[LeftOutFile] = []

    def fetch(job: tuple[PortalKind, date]) -> _Archive:
        kind, day = job
        name = archive_name(kind, market, interval, day)
        try:
            data = fetch_archive(kind, symbol, interval, day, source)
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
            saved = SavedFile(store)
            for record in archive.records:
                of_candles = isinstance(record, Candles | MarkCandles)
                saved.add(market.venue, symbol, interval if of_candles else "", record, ())
            taken.append(saved.file(archive.name, "data portal archive"))
    return ImportSummary(tuple(taken), tuple(left_out), n_present=len(every) - len(jobs))


def _is_stored(store: HistoryStore, market: PortalMarket, kind: PortalKind, interval: str, day: date) -> bool:
    name = "open_interest" if kind == "metrics" else kind
    key = SeriesKey(name, market.venue, market.symbol, "" if kind == "metrics" else interval)
    step = interval_of_kind_ms(kind, interval)
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    # Some days of metrics start at 00:05 and end at the next midnight.
    first = start + step if kind == "metrics" else start
    if store.span_ms(key) is None:
        return False
    return not store.find_gaps(key, first, start + DAY_MS, step)


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
