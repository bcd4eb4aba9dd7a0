"""Bring the history of contracts from their venues into the store: nearest first, resumable, venues side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import numpy as np

from liqheat import exchanges, store
from liqheat.collect.contract_size import check_contract_size
from liqheat.collect.parts import OPEN_INTEREST_STEP_MS, Part, list_parts
from liqheat.errors import InputError, LiqheatError, RegionRefusedError
from liqheat.exchanges import VenueClient
from liqheat.records import Candles, FeedState, MarkCandles, SeriesKey
from liqheat.store import KINDS, HistoryStore, StoredRecord
from liqheat.units import DAY_MS, parse_interval_ms
from liqheat.venues import read_contract_kind, symbol_at

LONGEST_DAYS = 3650.0
CHUNK_MS = DAY_MS
"""Short enough that the first chunk is there in seconds, long enough that no page is half empty."""
# A venue may still change a candle in the first moments after its close.
SETTLE_MS = 5_000
MOST_EMPTY_CHUNKS = 2
LISTED_LIQUIDATIONS_MS = 3_600_000
"""What Gate lists; asked for at every close, so that consecutive answers overlap."""
REFRESHED_BARS = 3
"""Closed bars that are asked for again at every close: venues correct them late."""

Window = tuple[int, int]
"""First and last time of rows, both included, UTC milliseconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the backfill of one contract at one venue is.

    Attributes
    ----------
    venue, symbol : str
        Which.
    part : str
        What was fetched last, for people.
    done, total : int
        Chunks.
    reaches_ms : int
        Candles and open interest are there from this time on; 0 before the first chunk.
    """

    venue: str
    symbol: str
    part: str
    done: int
    total: int
    reaches_ms: int = 0


@dataclass(slots=True)
class VenueOutcome:
    """What a backfill brought from one venue.

    Attributes
    ----------
    venue, symbol : str
        Which.
    state : FeedState
        ``live`` when all was asked for, else ``refused`` or ``failed``; what came before that is kept.
    detail : str
        Why, for people.
    rows : dict
        New rows by kind.
    notes : list of str
        What is not as asked: walls, gaps, parts that the venue lacks.
    seconds : float
        Wall time.
    error : LiqheatError or None
        What ended it early.
    """

    venue: str
    symbol: str
    state: FeedState = "waiting"
    detail: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: LiqheatError | None = None


def backfill(
    history: HistoryStore,
    clients: Sequence[VenueClient],
    symbols: Sequence[str],
    *,
    days: float,
    interval: str = "5m",
    progress: Callable[[Progress], object] | None = None,
    stopped: Event | None = None,
    accept_contract_size: bool = False,
) -> list[VenueOutcome]:
    """Bring history into the store; run again, it asks only for what is missing.

    Parameters
    ----------
    history : HistoryStore
        Where rows go.
    clients : sequence of VenueClient
        One for each venue; they work at the same time, each within its venue's limits.
    symbols : sequence of str
        ccxt unified symbols; each client takes those of its contract kind, in the stablecoin that its venue knows.
    days : float
        How far back. Where a venue answers less far, the outcome says so.
    interval : str
        Candle length.
    progress : callable, optional
        Told after every chunk, from the venue's own thread.
    stopped : threading.Event, optional
        Ends the work after the running chunk.
    accept_contract_size : bool
        Go on where the size of a contract has changed since its rows were stored; see `check_contract_size`.

    Returns
    -------
    list of VenueOutcome
        One for each venue and symbol. A venue that fails never stops the others.

    Raises
    ------
    InputError
        When an argument breaks a rule.
    """
    check_days(days, interval)
    tell = progress or (lambda _progress: None)
    pairs = [
        (client, symbol)
        for client in clients
        for symbol in dict.fromkeys(symbol_at(client.spec.venue, name) for name in symbols)
        if read_contract_kind(symbol) == client.spec.contract_kind
    ]
    if not pairs:
        return []

    parts = list_parts(interval)

    def run(pair: tuple[VenueClient, str]) -> VenueOutcome:
        return backfill_contract(
            history,
            *pair,
            parts,
            days=days,
            progress=tell,
            stopped=stopped,
            accept_contract_size=accept_contract_size,
        )

    with ThreadPoolExecutor(len(pairs), thread_name_prefix="backfill") as pool:
        return list(pool.map(run, pairs))


def check_days(days: float, interval: str) -> None:
    """Refuse a span that holds no bar, or more than anyone keeps."""
    if not parse_interval_ms(interval) <= days * DAY_MS <= LONGEST_DAYS * DAY_MS:
        raise InputError("days", f"must be at least one interval and at most {LONGEST_DAYS:g} days", days)


def backfill_contract(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    parts: Sequence[Part],
    *,
    days: float,
    progress: Callable[[Progress], object],
    stopped: Event | None = None,
    accept_contract_size: bool = False,
) -> VenueOutcome:
    """As `backfill`, for some parts of one contract of one venue."""
    outcome = VenueOutcome(client.spec.venue, symbol)
    began = time.monotonic()
    try:
        _bring(history, client, parts, days, progress, stopped or Event(), outcome, accept_contract_size)
        outcome.state = "live"
    except RegionRefusedError as error:
        outcome.state, outcome.detail, outcome.error = "refused", str(error), error
    except LiqheatError as error:
        outcome.state, outcome.detail, outcome.error = "failed", str(error), error
    outcome.seconds = time.monotonic() - began
    return outcome


def missing_windows(history: HistoryStore, key: SeriesKey, first_ms: int, last_ms: int, step_ms: int) -> list[Window]:
    """Windows of a series that the store does not hold, oldest first, on a grid of `step_ms`."""
    if first_ms > last_ms:
        return []
    times = history.load(key, first_ms, last_ms + 1).column(KINDS[key.kind].time).to_numpy()
    # Open interest that was polled lies between the venue's own snapshots and stands for none of them.
    expected = np.arange(-(-first_ms // step_ms) * step_ms, last_ms + 1, step_ms)
    missing = np.setdiff1d(expected, times)
    if not missing.size:
        return []
    groups = np.split(missing, np.flatnonzero(np.diff(missing) > step_ms) + 1)
    return [(int(group[0]), int(group[-1])) for group in groups]


def _bring(
    history: HistoryStore,
    client: VenueClient,
    parts: Sequence[Part],
    days: float,
    progress: Callable[[Progress], object],
    stopped: Event,
    outcome: VenueOutcome,
    accept_contract_size: bool,
) -> None:
    symbol, now_ms = outcome.symbol, client.now_ms()
    _, sized_ms = check_contract_size(history, client, symbol, accept=accept_contract_size)
    chunks = sorted(
        _plan(history, client, symbol, parts, days, now_ms, sized_ms, outcome),
        key=lambda chunk: (not chunk[0].is_essential, -chunk[1][1]),
    )
    n_empty: dict[str, int] = {}
    reach: dict[str, int] = {}
    for done, (part, window) in enumerate(chunks):
        if stopped.is_set():
            return
        # One empty chunk may be a hole, or an answer that lost its rows; after two there is nothing older either.
        if n_empty.get(part.words, 0) < MOST_EMPTY_CHUNKS:
            n_empty[part.words] = (
                0 if _bring_one(history, client, symbol, part, window, outcome) else (n_empty.get(part.words, 0) + 1)
            )
            reach[part.kind] = window[0]
        reaches_ms = max((reach.get(kind, 0) for kind in ("open_interest", "candles")), default=0)
        progress(Progress(client.spec.venue, symbol, part.words, done + 1, len(chunks), reaches_ms))
    _close_gaps(history, client, symbol, chunks, stopped, outcome)


def _bring_one(
    history: HistoryStore, client: VenueClient, symbol: str, part: Part, window: Window, outcome: VenueOutcome
) -> bool:
    """Fetch and store a window; whether it held any row."""
    fetched = part.fetch(client, symbol, *window)
    count = 0 if fetched is None else _save(history, client.spec.venue, symbol, part, fetched)
    outcome.rows[part.kind] = outcome.rows.get(part.kind, 0) + count
    return fetched is not None and not _is_empty(fetched)


def _close_gaps(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    chunks: Sequence[tuple[Part, Window]],
    stopped: Event,
    outcome: VenueOutcome,
) -> None:
    """Ask once more for what is missing between rows: a page may have come without its rows."""
    for part in dict.fromkeys(part for part, _ in chunks):
        if not part.step_ms or part.measure is not None or stopped.is_set():
            continue
        key = SeriesKey(part.kind, client.spec.venue, symbol, part.interval)
        span = history.span_ms(key)
        windows = [window for other, window in chunks if other is part]
        if span is None:
            continue
        wanted_ms = min(window[0] for window in windows)
        first_ms = span[0]
        # A lost page at the far end looks like the beginning of a market: older chunks, while they hold rows.
        while first_ms > wanted_ms and not stopped.is_set():
            older = (max(first_ms - CHUNK_MS, wanted_ms), first_ms - part.step_ms)
            if not _bring_one(history, client, symbol, part, older, outcome):
                break
            first_ms = older[0]
        bounds = (max(first_ms, wanted_ms), max(window[1] for window in windows))
        for window in missing_windows(history, key, *bounds, part.step_ms):
            if not stopped.is_set():
                _bring_one(history, client, symbol, part, window, outcome)
        left = missing_windows(history, key, *bounds, part.step_ms)
        n_missing = sum((last_ms - first_ms) // part.step_ms + 1 for first_ms, last_ms in left)
        if n_missing:
            since = exchanges.format_utc(left[-1][0])
            outcome.notes.append(f"{part.words}: {n_missing} rows that the venue did not have, the last from {since}")


def _plan(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    parts: Sequence[Part],
    days: float,
    now_ms: int,
    sized_ms: int,
    outcome: VenueOutcome,
) -> Iterator[tuple[Part, Window]]:
    """Chunks to fetch; walls, and what the venue lacks, go to the outcome's notes."""
    venue = client.spec.venue
    for part in parts:
        if client.spec.find_request(part.capability) is None:
            outcome.notes.append(f"{part.words}: {client.spec.missing.get(part.capability, 'not published')}")
            continue
        step_ms = part.step_ms or OPEN_INTEREST_STEP_MS
        last_ms = (now_ms - SETTLE_MS) // step_ms * step_ms - (step_ms if part.interval else 0)
        first_ms = now_ms // step_ms * step_ms - int(days * DAY_MS) // step_ms * step_ms
        wall_ms = client.wall_ms(part.capability, part.interval or "5m")
        if wall_ms > first_ms:
            outcome.notes.append(f"{part.words}: {venue} answers only for times after {exchanges.format_utc(wall_ms)}")
            first_ms = -(-wall_ms // step_ms) * step_ms
        if sized_ms > first_ms:
            words = f"the contract was of another size before {exchanges.format_utc(sized_ms)}"
            outcome.notes.append(f"{part.words}: {words}; what is missing there is not asked for")
            first_ms = -(-sized_ms // step_ms) * step_ms
        key = SeriesKey(part.kind, venue, symbol, part.interval)
        if not part.step_ms or part.measure is not None:
            # No cadence to find holes by: from the last row on, or all of it.
            span = history.span_ms(key)
            windows = [(first_ms, last_ms)] if span is None or span[0] > first_ms + DAY_MS else [(span[1] + 1, last_ms)]
            windows = [window for window in windows if window[0] <= window[1]]
        else:
            windows = missing_windows(history, key, first_ms, last_ms, step_ms)
        for start_ms, end_ms in windows:
            while start_ms <= end_ms:
                chunk_start = max(start_ms, (end_ms // step_ms * step_ms) - CHUNK_MS + step_ms)
                yield part, (chunk_start, end_ms)
                end_ms = chunk_start - step_ms


def _save(history: HistoryStore, venue: str, symbol: str, part: Part, record: StoredRecord) -> int:
    if _is_empty(record):
        return 0
    count = store.save_record(history, venue, symbol, record, part.interval)
    return count.inserted + count.updated


def _is_empty(record: StoredRecord) -> bool:
    times = record.open_time_ms if isinstance(record, Candles | MarkCandles) else getattr(record, "time_ms", None)
    return times is not None and np.size(times) == 0


def refresh_contract(history: HistoryStore, client: VenueClient, symbol: str, *, interval: str) -> tuple[int, int]:
    """Ask again for the newest closed bars, and for what the last day lacks: gaps close, corrections are taken.

    Returns
    -------
    inserted, updated : int
        Rows that are new, and rows that the venue changed after they were stored.

    Raises
    ------
    VenueError
        When the venue fails or refuses.
    """
    now_ms = client.now_ms()
    _, sized_ms = check_contract_size(history, client, symbol)
    inserted = updated = 0
    for part in list_parts(interval):
        if not part.is_essential:
            continue
        step_ms = part.step_ms
        last_ms = (now_ms - SETTLE_MS) // step_ms * step_ms - (step_ms if part.interval else 0)
        key = SeriesKey(part.kind, client.spec.venue, symbol, part.interval)
        newest = (max(last_ms - (REFRESHED_BARS - 1) * step_ms, -(-sized_ms // step_ms) * step_ms), last_ms)
        first_ms = max(last_ms - DAY_MS, sized_ms, client.wall_ms(part.capability, part.interval or "5m"))
        older = missing_windows(history, key, -(-first_ms // step_ms) * step_ms, newest[0] - step_ms, step_ms)
        for window in (*older, newest) if newest[0] <= newest[1] else older:
            fetched = part.fetch(client, symbol, *window)
            if fetched is None:
                break
            if not _is_empty(fetched):
                count = store.save_record(history, client.spec.venue, symbol, fetched, part.interval)
                inserted, updated = inserted + count.inserted, updated + count.updated
    return inserted, updated


def refresh_liquidations(history: HistoryStore, client: VenueClient, symbol: str) -> int:
    """Keep what a venue lists of its last liquidations, where it lists them over REST; returns how many are new."""
    if client.spec.liquidations is None:
        return 0
    now_ms = client.now_ms()
    listed = client.fetch_liquidations(symbol, now_ms - LISTED_LIQUIDATIONS_MS, now_ms)
    if listed is None or _is_empty(listed):
        return 0
    return store.save_record(history, client.spec.venue, symbol, listed).inserted
