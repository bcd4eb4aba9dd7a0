"""Fetch one contract's history: candles, mark candles, open interest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from liqheat.errors import InputError, NoDataError, VenueError
from liqheat.exchanges.client import ExchangeFactory, RetryPolicy, VenueConnection
from liqheat.exchanges.history import VenueHistory
from liqheat.exchanges.normalize import Row, parse_candles, parse_mark_candles, parse_open_interest, read_time
from liqheat.exchanges.notes import describe_series, format_utc
from liqheat.exchanges.paging import Window, fetch_rows, find_wall_ms, look_up
from liqheat.exchanges.spec import Endpoint, VenueSpec
from liqheat.exchanges.table import find_venue
from liqheat.units import parse_interval_ms

Progress = Callable[[str, int, int], None]
"""Takes what is being fetched, pages done, pages in all."""

LONGEST_DAYS = 3650.0
_DAY_MS = 86_400_000
# A venue may still change a candle in the first moments after its close.
_SETTLE_MS = 5_000


def fetch_history(
    venue: str,
    symbol: str,
    *,
    interval: str = "5m",
    days: float = 30,
    until_ms: int | None = None,
    exchange_factory: ExchangeFactory | None = None,
    progress: Progress | None = None,
    retry: RetryPolicy | None = None,
) -> VenueHistory:
    """Fetch a contract's candles, mark candles and open-interest history from its venue. No API key is needed.

    Parameters
    ----------
    venue : str
        Venue id; ``binance`` stands for ``binanceusdm`` or ``binancecoinm``, by the symbol.
    symbol : str
        ccxt unified symbol of a perpetual, such as ``BTC/USDT:USDT``.
    interval : str
        Length of candles and step of open interest.
    days : float
        How far back, in days.
    until_ms : int, optional
        End of the last candle at the latest, UTC milliseconds; the venue's present by default.
    exchange_factory : callable, optional
        Makes the ccxt exchange from its class id and a configuration.
    progress : callable, optional
        Told what is being fetched, pages done, pages in all.
    retry : RetryPolicy, optional
        How failures that may pass are repeated.

    Returns
    -------
    VenueHistory
        Complete for what the venue still has; where it has less than asked, or rows are missing, `notes` says so.

    Raises
    ------
    UnknownNameError
        An unknown venue, or a symbol that the venue does not list.
    InputError
        An argument that breaks a rule, or a venue without open-interest history.
    NoDataError
        The venue has no candles or no open interest in the time asked for.
    VenueError
        The venue refuses, stays unreachable, or answers with something that cannot be read.
    """
    spec = find_venue(venue, symbol)
    if spec.open_interest is None or spec.candles is None:
        raise InputError("venue", f"must have an open-interest history that can be fetched: {spec.missing}", spec.venue)
    if interval not in spec.intervals:
        raise InputError("interval", f"must be one of {', '.join(spec.intervals)} at {spec.venue}", interval)
    step_ms = parse_interval_ms(interval)
    if not step_ms <= days * _DAY_MS <= LONGEST_DAYS * _DAY_MS:
        raise InputError("days", f"must be at least one interval and at most {LONGEST_DAYS:g} days", days)
    connection = VenueConnection(spec, exchange_factory, retry)
    try:
        now_ms = connection.now_ms()
        job = _Job(connection, spec, connection.load_market(symbol), interval, step_ms, now_ms, progress, [])
        end_ms = min(now_ms - _SETTLE_MS, now_ms if until_ms is None else until_ms) // step_ms * step_ms
        start_ms = end_ms - int(days * _DAY_MS) // step_ms * step_ms
        if start_ms <= 0:
            raise InputError("until_ms", "must be UTC milliseconds, later than the days asked for", until_ms)
        opens = (start_ms, end_ms - step_ms)
        size, kind, source = _contract_size(job, symbol), spec.contract_kind, f"{spec.venue} REST"
        # Open interest first: its wall moves while the rest is fetched. A snapshot belongs to the END of a bar.
        rows = _fetch_part(job, "open interest", spec.open_interest, (start_ms, end_ms))
        open_interest = parse_open_interest(spec.open_interest, rows, kind, size, source)
        candles = parse_candles(spec.candles, _fetch_part(job, "candles", spec.candles, opens), kind, size, source)
        mark = None
        if spec.mark is not None:
            rows = _fetch_part(job, "mark candles", spec.mark, opens, needed=False)
            mark = parse_mark_candles(spec.mark, rows, source) if rows else None
    finally:
        connection.close()
    return VenueHistory(spec.venue, symbol, kind, interval, candles, mark, open_interest, tuple(job.notes))


@dataclass(frozen=True, slots=True)
class _Job:
    """What all parts of one fetch share; notes are collected in it."""

    connection: VenueConnection
    spec: VenueSpec
    market: Mapping[str, Any]
    interval: str
    step_ms: int
    now_ms: int
    progress: Progress | None
    notes: list[str]


def _contract_size(job: _Job, symbol: str) -> float:
    size = look_up(job.market, job.spec.contract_size_at)
    if not isinstance(size, int | float) or not size > 0:
        raise VenueError(f"{job.spec.venue}: the contract size of {symbol} must be above 0; found {size!r}")
    return float(size)


def _fetch_part(job: _Job, name: str, endpoint: Endpoint, asked: Window, *, needed: bool = True) -> list[Row]:
    """Fetch a part's rows, from the venue's wall on; the notes say what is not as asked."""

    def tell(done: int, total: int) -> None:
        if job.progress is not None:
            job.progress(name, done, total)

    first_ms = max(asked[0], find_wall_ms(endpoint, job.step_ms, job.now_ms))
    wall = ""
    if first_ms > asked[0]:
        wall = f"{job.spec.venue} answers only for times after {format_utc(first_ms - job.step_ms)}"
    rows: list[Row] = []
    if first_ms <= asked[1]:
        rows, n_repeated = fetch_rows(
            job.connection.call,
            endpoint,
            job.market,
            job.interval,
            (first_ms, asked[1]),
            job.step_ms,
            job.now_ms,
            tell,
        )
        if n_repeated:
            job.notes.append(f"{name}: {n_repeated} repeated rows dropped")
    if needed and not rows:
        rule = f"must exist at {job.spec.venue} in the time asked for" + (f"; {wall}" if wall else "")
        raise NoDataError(name, rule, f"none from {format_utc(asked[0])} to {format_utc(asked[1])}")
    times = np.array([read_time(endpoint, row) for row in rows], dtype=np.int64)
    job.notes.extend(f"{name}: {note}" for note in describe_series(times, asked, job.step_ms, wall))
    return rows
