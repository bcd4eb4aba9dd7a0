"""Markets with their realised liquidations: out of a folder of files, or of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import book, histories, store
from liqheat.accuracy.labels import build_labels
from liqheat.book.mapping import cut_bars, shared_bars
from liqheat.errors import InputError, NoDataError
from liqheat.records import Candles, LiquidationLabels, LiquidationTotals, MarketHistory
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import HOUR_MS, MINUTE_MS


@dataclass(frozen=True, slots=True)
class ScoredMarket:
    """A market and what was liquidated in it.

    Attributes
    ----------
    market : MarketHistory
        Bars with open interest.
    candles : Candles
        All bars with prices, those before the open interest begins included: how fresh a price is depends on them.
    labels : LiquidationLabels
        By hour, or by the bars where those are longer.
    fine_labels : LiquidationLabels or None
        By half-hour, where the data has them.
    notes : tuple of str
        Sources and repairs.
    others : tuple of MarketHistory
        The same contract at other venues whose liquidations the labels count, too: the same bars.
    """

    market: MarketHistory
    candles: Candles
    labels: LiquidationLabels
    fine_labels: LiquidationLabels | None
    notes: tuple[str, ...]
    others: tuple[MarketHistory, ...] = ()

    @property
    def total(self) -> MarketHistory:
        """The first venue's prices with the volume and open interest of all."""
        volume, open_interest = (
            sum((getattr(one, name) for one in self.others), start=getattr(self.market, name))
            for name in ("volume", "open_interest")
        )
        return replace(self.market, volume=volume, open_interest=open_interest)


def load_scored_market(folder: str | Path, symbol: str) -> ScoredMarket:
    """Load one contract of a folder with the liquidations of its coin.

    The folder follows the file-name rule of ``serve --data``, and ``liq_<source>_<BASE>_<interval>_<venues>`` files
    beside.

    Raises
    ------
    NoDataError
        When the folder lacks the contract or its liquidations.
    InputError
        When a file or a series breaks a rule.
    """
    found = [one for load in store.list_folder_markets(folder) if (one := load()).symbol == symbol]
    if not found:
        raise NoDataError("symbol", "must have candles and open interest in the folder", symbol)
    raw = found[0]
    market = book.align_market(
        raw.candles,
        raw.open_interest,
        raw.mark,
        venue=raw.venue,
        symbol=raw.symbol,
        contract_kind=raw.contract_kind,
        notes=raw.notes,
    )
    totals = store.load_folder_totals(folder, market.base)
    if not totals:
        raise NoDataError("data", f"must hold liq_…_{market.base}_<interval> files", folder)
    return join_labels(market, raw.candles, totals)


def load_table_market(path: str | Path, symbol: str, venue: str = "binanceusdm") -> ScoredMarket:
    """Load a table of one market's bars with liquidations; see `store.load_market_table`.

    Parameters
    ----------
    path : path
        Parquet or CSV.
    symbol, venue : str
        Names kept in the history.
    """
    table = store.load_market_table(path)
    market = histories.read_market(table.candles, table.open_interest, venue=venue, symbol=symbol)
    return join_labels(market, table.candles, [table.totals])


def join_labels(market: MarketHistory, candles: Candles, totals: list[LiquidationTotals]) -> ScoredMarket:
    """Put a market and the totals of its liquidations together.

    Raises
    ------
    NoDataError
        When no interval with liquidations overlaps the market.
    """
    interval_ms = max(HOUR_MS, market.interval_ms, min(one.interval_ms for one in totals))
    labels = build_labels([one for one in totals if interval_ms % one.interval_ms == 0], interval_ms)
    half = [one for one in totals if one.interval_ms == 30 * MINUTE_MS and market.interval_ms <= 30 * MINUTE_MS]
    fine = build_labels(half, 30 * MINUTE_MS) if half else None
    inside = (labels.start_ms >= market.open_time_ms[0]) & (labels.start_ms + interval_ms <= market.end_ms)
    if not np.any(inside & np.isfinite(labels.usd[:, 0])):
        raise NoDataError("liquidations", "must overlap the market's bars", labels.sources)
    return ScoredMarket(market, candles, labels, fine, (*market.notes, *labels.notes))


def join_venues(scored: ScoredMarket, others: Sequence[MarketHistory]) -> ScoredMarket:
    """Add the same contract at other venues, cut to the bars that all have: their maps are summed.

    Raises
    ------
    InputError
        When an interval or a contract's unit differs.
    NoDataError
        When they share fewer than 2 bars.
    """
    for one in others:
        if (one.interval_ms, one.contract_kind) != (scored.market.interval_ms, scored.market.contract_kind):
            rule = f"must have bars of {scored.market.interval_ms} ms of a {scored.market.contract_kind} contract"
            raise InputError("others", rule, f"{one.venue}: {one.interval_ms} ms, {one.contract_kind}")
    markets = [scored.market, *others]
    firsts, n_bars = shared_bars(markets)
    cut = [cut_bars(one, first, n_bars) for one, first in zip(markets, firsts, strict=True)]
    return replace(scored, market=cut[0], others=tuple(cut[1:]))


def resample_scored(scored: ScoredMarket, interval_ms: int) -> ScoredMarket:
    """The same market in longer bars, on whole intervals; incomplete ones at the ends are left out.

    Raises
    ------
    InputError
        When the interval is no multiple of the bars' or leaves fewer than 2 bars.
    """
    market = scored.market
    if interval_ms == market.interval_ms:
        return scored
    if interval_ms <= 0 or interval_ms % market.interval_ms:
        raise InputError("interval_ms", f"must be a multiple of the bars' {market.interval_ms} ms", interval_ms)
    size = interval_ms // market.interval_ms
    own, every = (_whole(times, interval_ms, size) for times in (market.open_time_ms, scored.candles.open_time_ms))
    if own.stop - own.start < 2 * size:
        raise InputError("interval_ms", "must leave at least 2 bars", interval_ms)
    if scored.others:
        raise InputError("interval_ms", "must be that of the bars where several venues are joined", interval_ms)
    longer = replace(
        market,
        interval_ms=interval_ms,
        mark_low=market.mark_low[own].reshape(-1, size).min(axis=1),
        mark_high=market.mark_high[own].reshape(-1, size).max(axis=1),
        open_interest=market.open_interest[own].reshape(-1, size)[:, -1].copy(),
        bridged=None if market.bridged is None else np.any(market.bridged[own].reshape(-1, size), axis=1),
        **_longer(market, own, size),
    )
    fine = scored.fine_labels
    return replace(
        scored,
        market=longer,
        candles=Candles(**_longer(scored.candles, every, size)),
        fine_labels=None if fine is None or fine.interval_ms % interval_ms else fine,
    )


def _whole(times: TimeArray, interval_ms: int, size: int) -> slice:
    first = int((-(times[0] // -interval_ms) * interval_ms - times[0]) // (interval_ms // size))
    return slice(first, first + (times.size - first) // size * size)


def _longer(bars: MarketHistory | Candles, whole: slice, size: int) -> dict[str, Any]:
    def rows(name: str) -> FloatArray:
        values: FloatArray = getattr(bars, name)[whole].reshape(-1, size)
        return values

    return {
        "open_time_ms": rows("open_time_ms")[:, 0].copy(),
        "open": rows("open")[:, 0].copy(),
        "high": rows("high").max(axis=1),
        "low": rows("low").min(axis=1),
        "close": rows("close")[:, -1].copy(),
        "volume": rows("volume").sum(axis=1),
    }
