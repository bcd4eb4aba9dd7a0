"""Fetch one contract's history: candles, mark candles, open interest."""

from __future__ import annotations

from liqheat.errors import InputError, NoDataError
from liqheat.exchanges.rest.client import ExchangeFactory, RetryPolicy
from liqheat.exchanges.rest.history import VenueHistory
from liqheat.exchanges.rest.notes import format_utc
from liqheat.exchanges.rest.venue import SETTLE_MS, Progress, VenueClient
from liqheat.units import DAY_MS, parse_interval_ms
from liqheat.venues import find_venue

LONGEST_DAYS = 3650.0


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
    for capability in ("open_interest", "candles"):
        if spec.find_request(capability) is None:
            rule = f"must have an open-interest history that can be fetched: {spec.missing[capability]}"
            raise InputError("venue", rule, spec.venue)
    if interval not in spec.intervals:
        raise InputError("interval", f"must be one of {', '.join(spec.intervals)} at {spec.venue}", interval)
    step_ms = parse_interval_ms(interval)
    if not step_ms <= days * DAY_MS <= LONGEST_DAYS * DAY_MS:
        raise InputError("days", f"must be at least one interval and at most {LONGEST_DAYS:g} days", days)
    notes: list[str] = []
    with VenueClient(spec, exchange_factory, retry) as client:
        now_ms = client.now_ms()
        client.market(symbol)
        end_ms = min(now_ms - SETTLE_MS, now_ms if until_ms is None else until_ms) // step_ms * step_ms
        start_ms = end_ms - int(days * DAY_MS) // step_ms * step_ms
        if start_ms <= 0:
            raise InputError("until_ms", "must be UTC milliseconds, later than the days asked for", until_ms)
        # Open interest first: its wall moves while the rest is fetched. A snapshot belongs to the END of a bar.
        open_interest = client.fetch_open_interest(symbol, start_ms, end_ms, interval, progress, notes)
        if open_interest is None or open_interest.time_ms.size == 0:
            raise _no_data(spec.venue, "open interest", start_ms, end_ms, notes)
        candles = client.fetch_candles(symbol, interval, start_ms, end_ms - step_ms, progress, notes)
        if candles.open_time_ms.size == 0:
            raise _no_data(spec.venue, "candles", start_ms, end_ms - step_ms, notes)
        mark = client.fetch_mark_candles(symbol, interval, start_ms, end_ms - step_ms, progress, notes)
    if mark is not None and mark.open_time_ms.size == 0:
        mark = None
    return VenueHistory(spec.venue, symbol, spec.contract_kind, interval, candles, mark, open_interest, tuple(notes))


def _no_data(venue: str, name: str, first_ms: int, last_ms: int, notes: list[str]) -> NoDataError:
    _, found, wall = notes[-1].partition("asked for: ") if notes else ("", "", "")
    rule = f"must exist at {venue} in the time asked for" + (f"; {wall}" if found else "")
    return NoDataError(name, rule, f"none from {format_utc(first_ms)} to {format_utc(last_ms)}")
