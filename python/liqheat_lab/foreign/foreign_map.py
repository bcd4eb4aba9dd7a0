"""Another product's heatmap as a map like ours: what each bar takes out of it, and its shape by distance.

Such a heatmap tells neither side nor unit: below the price it means longs, above it shorts, and its intensity is
relative, so a scorer gives it one scale. A bar reads the last column that had ENDED when the bar opened. Nothing
tells when a column was published: a heatmap that was saved later may know more than it could at the time, which only
a copy taken at the time rules out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, NoDataError
from liqheat.records import CELL_WIDTH, ForeignHeatmap, MapProfiles, MapRun, MarketHistory, base_of
from liqheat.units import parse_interval_ms

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray, TimeArray

MOST_PRICE_RATIO = 1.05
"""Closes farther apart than this belong to another contract, currency or time."""
MOST_CELLS = 1000


def foreign_map_run(heatmap: ForeignHeatmap, market: MarketHistory) -> MapRun:
    """Read what each bar's mark path takes out of another product's heatmap.

    From the end of a column on, what the path has passed is gone: a bar is given only prices that no earlier bar
    since then has reached. A bucket that is passed in part gives that part of its intensity.

    Parameters
    ----------
    heatmap : ForeignHeatmap
        From `store.load_foreign`.
    market : MarketHistory
        Checked history of n bars, of the same coin.

    Returns
    -------
    MapRun
        ``swept_usd`` (n, 2, 1) in the product's own unit; NaN for bars that open before the first column has ended,
        or longer after the end of one than a column lasts.

    Raises
    ------
    InputError
        When the heatmap is of another coin, its prices are not the market's, or it is empty.
    NoDataError
        When no bar opens within its time.
    """
    check_foreign_map(heatmap, market)
    column = _last_ended(heatmap, market.open_time_ms)
    known = column >= 0
    if not known.any():
        raise _no_overlap(heatmap, market)
    swept = np.full((market.n_bars, 2, 1), np.nan)
    below = _cumulative(heatmap)
    bars = np.flatnonzero(known)
    # Bars that read one column follow each other; the price at its end is the close before the first of them.
    starts = np.flatnonzero(np.diff(column[bars], prepend=-1))
    before = np.concatenate([market.open[:1], market.close[:-1]])
    for first, end in zip(starts, np.append(starts[1:], bars.size), strict=True):
        group = bars[first:end]
        price = before[group[0]]
        low = np.minimum.accumulate(np.append(price, market.mark_low[group]))
        high = np.maximum.accumulate(np.append(price, market.mark_high[group]))
        column_below = below[:, column[group[0]]]
        swept[group, 0, 0] = -np.diff(np.interp(low, heatmap.price_edges, column_below))
        swept[group, 1, 0] = np.diff(np.interp(high, heatmap.price_edges, column_below))
    if not swept[bars].any():
        raise InputError("heatmap.intensity", "must be above 0 somewhere that the market's prices reach", 0)
    notes = (
        f"heatmap of {heatmap.product}: {heatmap.source or 'given'}; its unit is not defined",
        f"{bars.size} of {market.n_bars} bars lie within its time",
        "below the price counts as longs, above it as shorts; columns are taken as if published when they ended",
    )
    return MapRun(heatmap.product, np.maximum(swept, 0.0), ("map",), notes)


def foreign_profiles(
    heatmap: ForeignHeatmap, market: MarketHistory, interval: str = "1h", n_cells: int = 80
) -> MapProfiles:
    """Read another product's heatmap by distance from the price, at the close of each whole interval.

    Parameters
    ----------
    heatmap : ForeignHeatmap
        From `store.load_foreign`.
    market : MarketHistory
        Checked history of the same coin; its closes are the prices.
    interval : str
        Time between profiles, a multiple of the bars', on whole intervals of UTC.
    n_cells : int
        Cells of 10 bp on each side; 80 reach 8 %.

    Raises
    ------
    InputError
        As `foreign_map_run`; also for an interval that is no multiple of the bars', or a number of cells out of range.
    NoDataError
        When no whole interval ends within the heatmap's time.
    """
    check_foreign_map(heatmap, market)
    interval_ms = parse_interval_ms(interval)
    if interval_ms % market.interval_ms:
        raise InputError("interval", f"must be a multiple of the bars' {market.interval_ms} ms", interval)
    if not 1 <= n_cells <= MOST_CELLS:
        raise InputError("n_cells", f"must be from 1 to {MOST_CELLS}", n_cells)
    closes_ms = market.open_time_ms + market.interval_ms
    column = _last_ended(heatmap, closes_ms)
    bars = np.flatnonzero((closes_ms % interval_ms == 0) & (column >= 0))
    if not bars.size:
        raise _no_overlap(heatmap, market)
    below = _cumulative(heatmap)
    close = market.close[bars]
    steps = np.arange(n_cells + 1) * CELL_WIDTH
    usd = np.empty((bars.size, 2, n_cells))
    for index, bar in enumerate(bars):
        for side, direction in enumerate((-1.0, 1.0)):
            at = close[index] * np.exp(direction * steps)
            usd[index, side] = np.abs(np.diff(np.interp(at, heatmap.price_edges, below[:, column[bar]])))
    return MapProfiles(heatmap.product, closes_ms[bars], close, usd)


def check_foreign_map(heatmap: ForeignHeatmap, market: MarketHistory) -> None:
    """Check that a heatmap can be laid over a market.

    Raises
    ------
    InputError, NoDataError
        As `foreign_map_run`.
    """
    base = base_of(heatmap.symbol)
    if base != market.base:
        raise InputError(
            "heatmap.symbol", f"must be a contract of {market.base}, as {market.symbol} is", heatmap.symbol
        )
    n_prices, n_columns = heatmap.intensity.shape
    if heatmap.price_edges.shape != (n_prices + 1,) or heatmap.time_ms.shape != (n_columns,):
        rule = f"must have {heatmap.price_edges.size - 1} rows and {heatmap.time_ms.size} columns, as its axes"
        raise InputError("heatmap.intensity", rule, heatmap.intensity.shape)
    if not np.isfinite(heatmap.intensity).all() or heatmap.intensity.min() < 0:
        raise InputError("heatmap.intensity", "must be finite and at least 0", float(heatmap.intensity.min()))
    if not heatmap.intensity.any():
        raise InputError("heatmap.intensity", "must not be 0 everywhere", 0)
    ends_ms = heatmap.time_ms + heatmap.interval_ms
    bar = np.searchsorted(market.open_time_ms + market.interval_ms, ends_ms, side="right") - 1
    shared = (bar >= 0) & (ends_ms <= market.end_ms)
    if not shared.any():
        raise _no_overlap(heatmap, market)
    ratios = heatmap.close[shared] / market.close[bar[shared]]
    ratio = float(np.median(ratios))
    if not 1 / MOST_PRICE_RATIO <= ratio <= MOST_PRICE_RATIO:
        rule = (
            f"must lie within a factor of {MOST_PRICE_RATIO:g} of the market's closes (another currency or contract?)"
        )
        raise InputError("heatmap.close", rule, f"a median factor of {ratio:.6g}")


def _last_ended(heatmap: ForeignHeatmap, time_ms: TimeArray) -> IndexArray:
    """Last column that had ended at each time; -1 where none had, or it ended more than a column's length before."""
    ends_ms = heatmap.time_ms + heatmap.interval_ms
    column = np.searchsorted(ends_ms, time_ms, side="right") - 1
    is_stale = time_ms >= ends_ms[np.maximum(column, 0)] + heatmap.interval_ms
    return np.where(is_stale, -1, column)


def _cumulative(heatmap: ForeignHeatmap) -> FloatArray:
    """Intensity below each price edge, (n + 1, m)."""
    below: FloatArray = np.concatenate([np.zeros((1, heatmap.time_ms.size)), np.cumsum(heatmap.intensity, axis=0)])
    return below


def _no_overlap(heatmap: ForeignHeatmap, market: MarketHistory) -> NoDataError:
    first, last = (int(heatmap.time_ms[at]) for at in (0, -1))
    rule = f"must overlap the market's {int(market.open_time_ms[0])}..{market.end_ms}"
    return NoDataError("heatmap.time_ms", rule, f"{first}..{last + heatmap.interval_ms}")
