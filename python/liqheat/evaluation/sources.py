"""Markets with their realised liquidations: out of a folder of files, or of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import book, margin, store
from liqheat.accuracy.labels import build_labels
from liqheat.book.mapping import cut_bars, shared_bars
from liqheat.errors import InputError, NoDataError
from liqheat.records import (
    Candles,
    ContractKind,
    LiquidationLabels,
    LiquidationTotals,
    MarkCandles,
    MarketHistory,
    OpenInterest,
)
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS


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
    beside. Holes of up to 6 hours are bridged (see `book.bridge_gaps`). Longer ones, in candles or open interest, split
    the history, and the longest stretch is taken: a book does not survive them.

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


def load_table_market(path: str | Path, symbol: str, venue: str = "binanceusdm") -> ScoredMarket:
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


def hold_stamps(open_interest: OpenInterest, candles: Candles) -> tuple[OpenInterest, tuple[str, ...]]:
    """Open interest as it was known at the close of each bar: the last stamp, never a line to the next one.

    A bar between two stamps would else know the later one before it was published.

    Returns
    -------
    OpenInterest
        The same where every bar closes on a stamp.
    tuple of str
        What was done, for people.
    """
    stamps = open_interest.time_ms
    closes = candles.open_time_ms + int(np.diff(candles.open_time_ms).min(initial=DAY_MS))
    inside = closes[(closes >= stamps[0]) & (closes <= stamps[-1])]
    between = inside[~np.isin(inside, stamps)]
    if not between.size:
        return open_interest, ()
    last = np.searchsorted(stamps, between, side="right") - 1
    times = np.concatenate([stamps, between])
    quantity = np.concatenate([open_interest.quantity, open_interest.quantity[last]])
    order = np.argsort(times, kind="stable")
    note = f"open interest stays at its last stamp in {between.size} bars that close between stamps"
    return replace(open_interest, time_ms=times[order], quantity=quantity[order]), (note,)


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
        rule = "must overlap the market's bars, and be above 0 somewhere there"
        raise NoDataError("liquidations", rule, ", ".join(labels.sources))
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
    bridged = None
    steps = np.diff(candles.open_time_ms)
    # What is out of order is left to the check of `align_market`, which names it.
    if steps.size and steps.min() > 0 and np.all(np.diff(open_interest.time_ms) > 0):
        interval_ms = int(steps.min())
        candles, open_interest, cut = _longest_stretch(candles, open_interest, interval_ms)
        notes = (*notes, *cut)
        if np.any(np.diff(candles.open_time_ms) != interval_ms) and not np.any(steps % interval_ms):
            candles, bridged, holes = book.bridge_gaps(candles, interval_ms)
            mark, unknown = book.complete_mark(mark, candles)
            notes = (*notes, *holes, *unknown)
        open_interest, held = hold_stamps(open_interest, candles)
        notes = (*notes, *held)
    market = book.align_market(
        candles,
        open_interest,
        mark,
        venue=venue,
        symbol=symbol,
        contract_kind=contract_kind,
        notes=notes,
        bridged=bridged,
    )
    return market, candles


def _longest_stretch(
    candles: Candles, open_interest: OpenInterest, interval_ms: int
) -> tuple[Candles, OpenInterest, tuple[str, ...]]:
    """The longest stretch between holes too long to bridge, in candles or in open interest; earlier candles stay."""
    opens, stamps = candles.open_time_ms, open_interest.time_ms
    usual_ms = int(np.median(np.diff(stamps))) if stamps.size > 1 else interval_ms
    bars = _stretches(opens, max(book.LONGEST_BRIDGE_MS, interval_ms))
    known = _stretches(stamps, max(book.LONGEST_OPEN_INTEREST_GAP_MS, 3 * usual_ms))
    if len(bars) == len(known) == 1:
        return candles, open_interest, ()

    def shared_ms(pair: tuple[slice, slice]) -> int:
        own, other = pair
        end_ms = min(int(opens[own.stop - 1]) + interval_ms, int(stamps[other.stop - 1]))
        return end_ms - max(int(opens[own.start]), int(stamps[other.start]))

    rows, inside = max(((own, other) for own in bars for other in known), key=shared_ms)
    hours = shared_ms((rows, inside)) / HOUR_MS
    note = (
        f"{len(bars) + len(known) - 2} holes in candles and open interest are too long to bridge: only the longest "
        f"stretch is read, {hours:,.0f} h"
    )
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    kept: dict[str, Any] = {name: getattr(candles, name)[rows] for name in names}
    open_interest = replace(open_interest, time_ms=stamps[inside], quantity=open_interest.quantity[inside])
    return replace(candles, taker_buy_volume=None, **kept), open_interest, (note,)


def _stretches(times: TimeArray, longest_ms: int) -> list[slice]:
    """Rows between steps longer than `longest_ms`."""
    ends = np.flatnonzero(np.diff(times) > longest_ms) + 1
    return [slice(first, last) for first, last in pairwise([0, *ends.tolist(), times.size])]


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


def whole_intervals(market: MarketHistory, interval_ms: int) -> tuple[MarketHistory, slice]:
    """The market's bars in whole intervals, and which they are: one that is still open says nothing yet.

    Raises
    ------
    NoDataError
        When there is no whole interval.
    """
    whole = _whole(market.open_time_ms, interval_ms, interval_ms // market.interval_ms)
    if whole.stop - whole.start == market.n_bars:
        return market, whole
    if whole.stop <= whole.start:
        raise NoDataError("bars", f"must fill an interval of {interval_ms // MINUTE_MS} minutes", market.n_bars)
    names = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")
    arrays: dict[str, Any] = {name: getattr(market, name)[whole] for name in names}
    return replace(market, bridged=None if market.bridged is None else market.bridged[whole], **arrays), whole


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
