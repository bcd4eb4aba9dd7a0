"""The 24 h before a market's last closed bar: change, volume, open interest and a line of closes."""

from __future__ import annotations

import numpy as np

from liqheat.records import Estimate, MarketDay, MarketHistory
from liqheat.units import DAY_MS, HOUR_MS, format_interval

MOST_STEPS = 48
"""Of the line of closes: half hours."""


def read_market_day(estimate: Estimate, end_ms: int) -> MarketDay:
    """What the venues of an estimate published of the 24 h before a bar closed.

    Parameters
    ----------
    estimate : Estimate
        Of one venue, or of several: then volume and open interest are their sums.
    end_ms : int
        Close of one of its bars, UTC epoch milliseconds; later bars are left out.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=2).history)
    >>> day = read_market_day(estimate, estimate.market.end_ms)
    >>> len(day.closes_24h), day.closes_24h[-1] == float(estimate.market.close[-1])
    (49, True)
    """
    market = estimate.market.until(end_ms)
    usd = np.ones(market.n_bars) if market.contract_kind == "inverse" else market.close
    open_interest_usd = float(market.open_interest[-1] * usd[-1])
    n_bars, rest = divmod(DAY_MS, market.interval_ms)
    if rest or market.n_bars <= n_bars:
        why = (
            f"bars of {format_interval(market.interval_ms)} do not divide 24 h"
            if rest
            else f"the history is {market.n_bars * market.interval_ms / HOUR_MS:g} h long, with no close 24 h ago"
        )
        return MarketDay(market.interval_ms, open_interest_usd, None, None, (), why)
    step = next(size for size in range(1, n_bars + 1) if n_bars % size == 0 and n_bars // size <= MOST_STEPS)
    shown = np.arange(market.n_bars - 1 - n_bars, market.n_bars, step)
    bridged = np.zeros(market.n_bars, np.bool_) if market.bridged is None else market.bridged
    closes = tuple(None if bridged[bar] else float(market.close[bar]) for bar in shown)
    first, last = closes[0], market.close[-1]
    n_missing = _count_missing(estimate, end_ms, n_bars)
    why = f"of the bars of the last 24 h {n_missing} are missing at a venue" if n_missing else ""
    if first is None and not why:
        why = "the bar that closed 24 h ago is missing at the venue"
    return MarketDay(
        interval_ms=market.interval_ms,
        open_interest_usd=open_interest_usd,
        change_24h_pct=None if first is None else float(last / first - 1.0) * 100.0,
        volume_24h_usd=None if n_missing else float(market.volume[-n_bars:] @ usd[-n_bars:]),
        closes_24h=closes,
        why_unknown=why,
    )


def _count_missing(estimate: Estimate, end_ms: int, n_bars: int) -> int:
    """Bars of the day that one of the venues does not have: their volume is not known."""
    sum_of = estimate.combination
    venues: list[MarketHistory] = [estimate.market] if sum_of is None else [one.market for one in sum_of.venues]
    masks = [known.bridged for known in (one.until(end_ms) for one in venues) if known.bridged is not None]
    return sum(int(mask[-n_bars:].sum()) for mask in masks)
