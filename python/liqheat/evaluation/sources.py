"""Markets with their realised liquidations: out of a folder of files, or of one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from liqheat import book, histories, store
from liqheat.accuracy.labels import build_labels
from liqheat.errors import NoDataError
from liqheat.records import Candles, LiquidationLabels, LiquidationTotals, MarketHistory
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
    """

    market: MarketHistory
    candles: Candles
    labels: LiquidationLabels
    fine_labels: LiquidationLabels | None
    notes: tuple[str, ...]


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
