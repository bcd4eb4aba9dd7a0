"""Markets with their realised liquidations: out of a folder of files, or of one table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from liqheat import margin, store
from liqheat.errors import NoDataError
from liqheat.flow import LabelledMarket, join_labels
from liqheat.history import align_market, hold_stamps, mend_series
from liqheat.records import (
    Candles,
    Contract,
    ContractKind,
    LiquidationTotals,
    MarkCandles,
    MarketHistory,
    OpenInterest,
)
from liqheat.units import HOUR_MS


def load_scored_market(folder: str | Path, symbol: str) -> LabelledMarket:
    """Load one contract of a folder with the liquidations of its coin.

    The folder follows the file-name rule of ``serve --data``, and ``liq_<source>_<BASE>_<interval>_<venues>`` files
    beside. Holes of up to 6 hours are bridged (see `history.mend_series`). Longer ones, in candles or open interest,
    split the history, and the longest stretch is taken: a book does not survive them.

    Raises
    ------
    NoDataError
        When the folder lacks the contract or its liquidations.
    InputError
        When a file or a series breaks a rule.
    """
    found = store.list_folder_markets(folder, symbol)
    if not found:
        raise NoDataError("symbol", "must have candles and open interest in the folder", symbol)
    raw = found[0]()
    others = () if len(found) == 1 else (f"{len(found)} venues have {symbol} in the folder: {raw.venue} is scored",)
    market, candles = _join_series(
        raw.candles,
        raw.open_interest,
        raw.mark,
        venue=raw.venue,
        symbol=raw.symbol,
        contract_kind=raw.contract_kind,
        notes=(*raw.notes, *others),
    )
    totals = store.load_folder_totals(folder, market.base)
    if not totals:
        raise NoDataError("data", f"must hold liq_…_{market.base}_<interval> files", folder)
    totals, not_taken = _of_one_feed(totals)
    return join_labels(replace(market, notes=(*market.notes, *not_taken)), candles, totals)


def load_table_market(path: str | Path, symbol: str, venue: str = "binanceusdm") -> LabelledMarket:
    """Load a table of one market's bars with liquidations; see `store.load_market_table`.

    Parameters
    ----------
    path : path
        Parquet or CSV.
    symbol, venue : str
        Names kept in the history.

    Holes are treated as `load_scored_market` does; a bar that is missing has no label.
    """
    table = store.load_market_table(path)
    rule = margin.resolve_margin_rule(venue, symbol)
    market, candles = _join_series(
        table.candles,
        table.open_interest,
        None,
        venue=rule.venue,
        symbol=symbol,
        contract_kind="linear",
        notes=(f"table: {table.candles.source}", *table.notes),
    )
    return join_labels(market, candles, [table.totals])


def _of_one_feed(totals: list[LiquidationTotals]) -> tuple[list[LiquidationTotals], tuple[str, ...]]:
    """Totals of one set of venues, that of most hours: sums over different venues do not restate each other."""
    hours: dict[str, int] = {}
    for one in totals:
        hours[one.venues] = hours.get(one.venues, 0) + one.time_ms.size * one.interval_ms // HOUR_MS
    chosen = max(sorted(hours), key=lambda venues: hours[venues])
    others = [one.source for one in totals if one.venues != chosen]
    notes = (f"not taken, of other venues: {', '.join(others)}",) if others else ()
    return [one for one in totals if one.venues == chosen], notes


def _join_series(
    candles: Candles,
    open_interest: OpenInterest,
    mark: MarkCandles | None,
    *,
    venue: str,
    symbol: str,
    contract_kind: ContractKind,
    notes: tuple[str, ...],
) -> tuple[MarketHistory, Candles]:
    """A checked history without holes, and its candles with those before the open interest begins."""
    mended = mend_series(candles, open_interest, mark, keep="longest")
    held, notes_of_stamps = mended.open_interest, mended.notes[:0]
    if np.all(np.diff(held.time_ms) > 0):
        held, notes_of_stamps = hold_stamps(held, mended.candles)
    market = align_market(
        mended.candles,
        held,
        mended.mark,
        contract=Contract(venue, symbol, contract_kind),
        notes=(*notes, *mended.notes, *notes_of_stamps),
        bridged=mended.bridged,
    )
    return market, mended.candles


def resample_scored(scored: LabelledMarket, interval_ms: int) -> LabelledMarket:
    """The same market in longer bars, on whole intervals; incomplete ones at the ends are left out.

    Raises
    ------
    InputError
        When the interval is no multiple of the bars' or leaves fewer than 2 bars.
    """
    market, fine = scored.market, scored.fine_labels
    if interval_ms == market.interval_ms:
        return scored
    return replace(
        scored,
        market=market.resample(interval_ms),
        candles=scored.candles.resample(interval_ms, interval_ms // market.interval_ms),
        fine_labels=None if fine is None or fine.interval_ms % interval_ms else fine,
    )
