"""Bring the history of contracts from their venues into the store: nearest first, resumable, venues side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import get_args

import numpy as np

from liqheat import exchanges, store
from liqheat.errors import InputError, LiqheatError, RegionRefusedError
from liqheat.exchanges import VenueClient
from liqheat.records import Candles, FeedState, LongShortMeasure, MarkCandles, SeriesKey
from liqheat.store import HistoryStore, StoredRecord
from liqheat.units import DAY_MS, parse_interval_ms

LONGEST_DAYS = 3650.0
OPEN_INTEREST_STEP_MS = 300_000
CHUNK_MS = DAY_MS
"""Short enough that the first chunk is there in seconds, long enough that no page is half empty."""
# A venue may still change a candle in the first moments after its close.
SETTLE_MS = 5_000
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
    """

    venue: str
    symbol: str
    state: FeedState = "waiting"
    detail: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows: how it is named on disk, how it is fetched, and whether the map needs it."""

    kind: str
    words: str
    fetch: Callable[[VenueClient, str, int, int], StoredRecord | None]
    step_ms: int
    interval: str = ""
    is_essential: bool = True
    measure: LongShortMeasure | None = None

    @property
    def capability(self) -> str:
        """Its name in the venue table."""
        return self.measure or self.kind


def list_parts(interval: str) -> list[Part]:
    """Kinds that a backfill brings; the first three make the map, the rest is kept for calibration and scores."""
    step_ms = parse_interval_ms(interval)

    def candles(client: VenueClient, symbol: str, first_ms: int, last_ms: int) -> StoredRecord | None:
        return client.fetch_candles(symbol, interval, first_ms, last_ms)

    def mark(client: VenueClient, symbol: str, first_ms: int, last_ms: int) -> StoredRecord | None:
        return client.fetch_mark_candles(symbol, interval, first_ms, last_ms)

    def long_short(
        measure: LongShortMeasure, client: VenueClient, symbol: str, first_ms: int, last_ms: int
    ) -> StoredRecord | None:
        return client.fetch_long_short(symbol, measure, first_ms, last_ms)

    return [
        # Open interest first: its wall moves while the rest is fetched.
        Part("open_interest", "open interest", VenueClient.fetch_open_interest, OPEN_INTEREST_STEP_MS),
        Part("candles", "candles", candles, step_ms, interval),
        Part("mark", "mark candles", mark, step_ms, interval),
        Part("funding", "funding", VenueClient.fetch_funding, 0, is_essential=False),
        *(
            Part(
                "long_short",
                f"long/short ratio of {measure.replace('_', ' ')}",
                partial(long_short, measure),
                OPEN_INTEREST_STEP_MS,
                is_essential=False,
                measure=measure,
            )
            for measure in get_args(LongShortMeasure)
        ),
    ]


def backfill(
    history: HistoryStore,
    clients: Sequence[VenueClient],
    symbols: Sequence[str],
    *,
    days: float,
    interval: str = "5m",
    with_extras: bool = True,
    progress: Callable[[Progress], object] | None = None,
    stopped: Event | None = None,
) -> list[VenueOutcome]:
    """Bring history into the store; run again, it asks only for what is missing.

    Parameters
    ----------
    history : HistoryStore
        Where rows go.
    clients : sequence of VenueClient
        One for each venue; they work at the same time, each within its venue's limits.
    symbols : sequence of str
        ccxt unified symbols; each client takes those of its contract kind.
    days : float
        How far back. Where a venue answers less far, the outcome says so.
    interval : str
        Candle length.
    with_extras : bool
        Whether to bring, after what the map needs, funding and long/short ratios.
    progress : callable, optional
        Told after every chunk, from the venue's own thread.
    stopped : threading.Event, optional
        Ends the work after the running chunk.

    Returns
    -------
    list of VenueOutcome
        One for each venue and symbol. A venue that fails never stops the others.

    Raises
    ------
    InputError
        When an argument breaks a rule.
    """
    if not parse_interval_ms(interval) <= days * DAY_MS <= LONGEST_DAYS * DAY_MS:
        raise InputError("days", f"must be at least one interval and at most {LONGEST_DAYS:g} days", days)
    tell = progress or (lambda _progress: None)
    pairs = [
        (client, symbol)
        for client in clients
        for symbol in symbols
        if exchanges.read_contract_kind(symbol) == client.spec.contract_kind
    ]
    if not pairs:
        return []

    parts = [part for part in list_parts(interval) if part.is_essential or with_extras]

    def run(pair: tuple[VenueClient, str]) -> VenueOutcome:
        return backfill_contract(history, *pair, parts, days=days, progress=tell, stopped=stopped)

    with ThreadPoolExecutor(len(pairs), thread_name_prefix="backfill") as pool:
        return list(pool.map(run, pairs))


def backfill_contract(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    parts: Sequence[Part],
    *,
    days: float,
    progress: Callable[[Progress], object],
    stopped: Event | None = None,
) -> VenueOutcome:
    """As `backfill`, for some parts of one contract of one venue."""
    outcome = VenueOutcome(client.spec.venue, symbol)
    began = time.monotonic()
    try:
        _bring(history, client, symbol, parts, days, progress, stopped or Event(), outcome)
        outcome.state = "live"
    except RegionRefusedError as error:
        outcome.state, outcome.detail = "refused", str(error)
    except LiqheatError as error:
        outcome.state, outcome.detail = "failed", str(error)
    outcome.seconds = time.monotonic() - began
    return outcome


def missing_windows(history: HistoryStore, key: SeriesKey, first_ms: int, last_ms: int, step_ms: int) -> list[Window]:
    """Windows of a series that the store does not hold, oldest first, on a grid of `step_ms`."""
    span = history.span_ms(key)
    if span is None:
        return [(first_ms, last_ms)] if first_ms <= last_ms else []
    windows = [(first_ms, min(span[0] - step_ms, last_ms))]
    windows += [
        (gap.start_ms, gap.end_ms - step_ms)
        for gap in history.find_gaps(key, max(first_ms, span[0]), min(last_ms, span[1]) + step_ms, step_ms)
    ]
    windows.append((max(span[1] // step_ms * step_ms + step_ms, first_ms), last_ms))
    return [window for window in windows if window[0] <= window[1]]


def _bring(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    parts: Sequence[Part],
    days: float,
    progress: Callable[[Progress], object],
    stopped: Event,
    outcome: VenueOutcome,
) -> None:
    now_ms = client.now_ms()
    client.market(symbol)
    chunks = sorted(
        _plan(history, client, symbol, parts, days, now_ms, outcome),
        key=lambda chunk: (not chunk[0].is_essential, -chunk[1][1]),
    )
    ended: set[str] = set()
    reach: dict[str, int] = {}
    for done, (part, window) in enumerate(chunks):
        if stopped.is_set():
            return
        if part.words not in ended:
            fetched = part.fetch(client, symbol, *window)
            count = 0 if fetched is None else _save(history, client.spec.venue, symbol, part, fetched)
            outcome.rows[part.kind] = outcome.rows.get(part.kind, 0) + count
            if fetched is None or _is_empty(fetched):
                # Nothing here: nothing older either.
                ended.add(part.words)
            reach[part.kind] = window[0]
        reaches_ms = max((reach.get(kind, 0) for kind in ("open_interest", "candles")), default=0)
        progress(Progress(client.spec.venue, symbol, part.words, done + 1, len(chunks), reaches_ms))


def _plan(
    history: HistoryStore,
    client: VenueClient,
    symbol: str,
    parts: Sequence[Part],
    days: float,
    now_ms: int,
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
    inserted = updated = 0
    for part in list_parts(interval):
        if not part.is_essential:
            continue
        step_ms = part.step_ms
        last_ms = (now_ms - SETTLE_MS) // step_ms * step_ms - (step_ms if part.interval else 0)
        key = SeriesKey(part.kind, client.spec.venue, symbol, part.interval)
        newest = (last_ms - (REFRESHED_BARS - 1) * step_ms, last_ms)
        first_ms = max(last_ms - DAY_MS, client.wall_ms(part.capability, part.interval or "5m"))
        older = missing_windows(history, key, -(-first_ms // step_ms) * step_ms, newest[0] - step_ms, step_ms)
        for window in (*older, newest):
            fetched = part.fetch(client, symbol, *window)
            if fetched is None:
                break
            if not _is_empty(fetched):
                count = store.save_record(history, client.spec.venue, symbol, fetched, part.interval)
                inserted, updated = inserted + count.inserted, updated + count.updated
    return inserted, updated
