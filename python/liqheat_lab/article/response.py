"""What the price does at bright cells, beside what it does at dim ones at the same distance in the same volatility.

Without that control "60 % of clusters are reached" says nothing: a price without any memory, half a percent away,
reaches 57 % of all levels within four hours. Cells are chosen from a map known before the price came near.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import bootstrap_ratio, draw_days, summarise
from liqheat.records import Candles, Interval, MapProfiles, MarketHistory, OrderBookDepth
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS
from liqheat_lab.scores.discrimination import BoolArray

NEAR = 0.005
"""A price within this log distance has come near."""
TOP_EXCESS, CONTROL_EXCESS = 1.5, 0.8
CELLS = range(6, 31)
"""Cells whose near edge lies more than `NEAR`, and at most 3 %, from the price when they are chosen."""
GO_MS = 4 * HOUR_MS
EXTENSION_MS = 15 * MINUTE_MS
VOLATILITY_MS = DAY_MS
REGIME_MS = 30 * DAY_MS
THIN, WALL = 0.2, 1.0
"""Resting orders over forced flow: below the first a book is thin, above the second a wall (rule R4)."""


@dataclass(frozen=True, slots=True, eq=False)
class Approaches:
    """Levels that the price came near to, each chosen from the map before.

    Attributes
    ----------
    when, side, cell : (n,) int64
        Which cell of which profile; its near edge is the level.
    day : (n,) int64
        UTC day of the profile.
    excess : (n,) float64
        The cell's notional over what is usual at its distance.
    tercile : (n,) int64
        Volatility before the profile's time among that of the 30 days before: 0 calm, 1, 2 wild.
    went : (n,) float64
        1 where the level was touched within 4 h of coming near, else 0.
    chance : (n,) float64
        What a driftless random walk of the same volatility says of `went`.
    extension : (n,) float64
        Farthest move beyond the level within 15 min of the touch, in deviations of 15 min; NaN without a touch.
    continued : (n,) float64
        1 where the price closed beyond the level 15 min after the touch; NaN without a touch.
    """

    when: IndexArray
    side: IndexArray
    cell: IndexArray
    day: IndexArray
    excess: FloatArray
    tercile: IndexArray
    went: FloatArray
    chance: FloatArray
    extension: FloatArray
    continued: FloatArray


@dataclass(frozen=True, slots=True)
class Matched:
    """A figure of bright cells and of dim cells that match them one by one.

    Attributes
    ----------
    top, control, difference : Interval
        The control is weighted like the top cells it stands for.
    n_top, n_control : int
        Rows with a partner on the other side.
    n_unmatched : int
        Top rows without any control of the same kind: left out.
    """

    top: Interval
    control: Interval
    difference: Interval
    n_top: int
    n_control: int
    n_unmatched: int


def trailing_volatility(candles: Candles, span_ms: int = VOLATILITY_MS) -> FloatArray:
    """Root mean square log return per bar over the bars up to and with each, ``(n,)``; NaN until the span is full."""
    step_ms = int(candles.open_time_ms[1] - candles.open_time_ms[0])
    n = span_ms // step_ms
    squares = np.concatenate([[0.0], np.cumsum(np.diff(np.log(candles.close)) ** 2)])
    found = np.full(candles.close.size, np.nan)
    found[n:] = np.sqrt(np.maximum(squares[n:] - squares[:-n], 0) / n)
    return found


def find_approaches(
    profiles: MapProfiles, market: MarketHistory, candles: Candles, excess: FloatArray, *, cells: range = CELLS
) -> Approaches:
    """Follow the price after each profile, until the next one is due, to the levels that it comes near to.

    Parameters
    ----------
    profiles : MapProfiles
        Hourly maps. A level is chosen, and its excess read, at the profile's time, before the price is near.
    market : MarketHistory
        Bars whose mark path counts from each profile's time on.
    candles : Candles
        Bars of the same step, those before the market's included: volatility and its regime come from the past alone.
    excess : (s, 2, m) float64
        Notional over what is usual at that distance: see `earlier_mean`.
    cells : range
        Cells tried.

    Returns
    -------
    Approaches
        Without those whose four hours and a quarter lie beyond the data, or whose regime is not known.

    Raises
    ------
    InputError
        When `excess` has another shape than the profiles, or the cells begin within `NEAR`.
    """
    if excess.shape != profiles.usd.shape:
        raise InputError("excess", f"must have the shape of the profiles, {profiles.usd.shape}", excess.shape)
    if cells[0] * profiles.cell_width <= NEAR:
        raise InputError("cells", f"must begin more than {NEAR:g} from the price", cells[0])
    step = market.interval_ms
    n_select, n_go, n_after = HOUR_MS // step, GO_MS // step, EXTENSION_MS // step
    if min(n_select, n_after) < 1:
        raise InputError("market.interval_ms", "must be at most 15 minutes", step)
    volatility = trailing_volatility(candles)
    edges = np.array(cells) * profiles.cell_width
    starts = np.searchsorted(market.open_time_ms, profiles.time_ms)
    known_bars = np.searchsorted(candles.open_time_ms + step, profiles.time_ms, side="right") - 1
    rows: list[FloatArray] = []
    for index, bar in enumerate(starts):
        stop = bar + n_select + n_go + n_after
        if stop > market.open_time_ms.size or market.open_time_ms[bar] != profiles.time_ms[index]:
            continue
        own, tercile = _regime(volatility, int(known_bars[index]), REGIME_MS // step)
        if tercile < 0:
            continue
        for side, extreme in enumerate((market.mark_low, market.mark_high)):
            sign = 1.0 if side else -1.0
            out = sign * np.log(extreme[bar:stop] / profiles.close[index])
            closes = sign * np.log(market.close[bar:stop] / profiles.close[index])
            farthest = np.maximum.accumulate(out)
            near, touch = np.searchsorted(farthest, edges - NEAR), np.searchsorted(farthest, edges)
            came = np.flatnonzero(near < n_select)
            went = touch[came] - near[came] < n_go
            at = np.where(went, touch[came], 0)
            beyond = np.lib.stride_tricks.sliding_window_view(out, n_after).max(axis=1)[at] - edges[came]
            row = np.empty((came.size, 9))
            row[:, 0], row[:, 1], row[:, 2] = index, side, np.array(cells)[came]
            row[:, 3], row[:, 4] = excess[index, side, np.array(cells)[came]], tercile
            row[:, 5], row[:, 6] = went, math.erfc(NEAR / (own * math.sqrt(2 * n_go)))
            row[:, 7] = np.where(went, beyond / (own * math.sqrt(n_after)), np.nan)
            row[:, 8] = np.where(went, closes[at + n_after - 1] > edges[came], np.nan)
            rows.append(row)
    table = np.concatenate(rows) if rows else np.empty((0, 9))
    when = table[:, 0].astype(np.int64)
    return Approaches(
        when=when,
        side=table[:, 1].astype(np.int64),
        cell=table[:, 2].astype(np.int64),
        day=profiles.time_ms[when] // DAY_MS,
        excess=table[:, 3],
        tercile=table[:, 4].astype(np.int64),
        went=table[:, 5],
        chance=table[:, 6],
        extension=table[:, 7],
        continued=table[:, 8],
    )


def _regime(volatility: FloatArray, bar: int, span: int) -> tuple[float, int]:
    """Volatility at a bar, and its tercile among the bars before it; -1 where less than a day of those is known."""
    if bar < 0 or not volatility[bar] > 0:
        return np.nan, -1
    past = volatility[max(bar - span, 0) : bar]
    past = past[np.isfinite(past)]
    if past.size < span // 30:
        return np.nan, -1
    return float(volatility[bar]), min(int(3 * np.mean(past < volatility[bar])), 2)


def strata_of(approaches: Approaches, also: IndexArray | None = None) -> IndexArray:
    """Which approaches are of one kind, ``(n,)``: same side, cell and volatility tercile, and `also` where given."""
    stratum = (approaches.cell * 2 + approaches.side) * 3 + approaches.tercile
    return stratum if also is None else stratum * (int(also.max(initial=0)) + 1) + also


def match_cells(
    values: FloatArray,
    approaches: Approaches,
    *,
    also: IndexArray | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Matched:
    """Compare bright cells with dim ones of the same kind, one by one.

    Parameters
    ----------
    values : (n,) float64
        The figure of each approach; rows with NaN are left out.
    approaches : Approaches
        Excess above 1.5 is bright, below 0.8 dim; the rest is not compared.
    also : (n,) int64, optional
        Another class, counted from 0, that pairs must share: freshness, for one.
    n_resamples, seed : int
        Of the day-block bootstrap.

    Returns
    -------
    Matched
        NaN where no bright cell has a partner.
    """
    known = np.isfinite(values)
    top = known & (approaches.excess > TOP_EXCESS)
    control = known & (approaches.excess < CONTROL_EXCESS)
    used = top | control
    empty = Interval(np.nan, np.nan, np.nan)
    if not (top.any() and control.any()):
        return Matched(empty, empty, empty, 0, 0, int(top.sum()))
    strata, stratum = np.unique(strata_of(approaches, also)[used], return_inverse=True)
    days, day = np.unique(approaches.day[used], return_inverse=True)

    def table(rows: BoolArray, what: FloatArray) -> FloatArray:
        slots = (day * strata.size + stratum)[rows[used]]
        sums = np.bincount(slots, weights=what[rows], minlength=days.size * strata.size)
        return sums.astype(np.float64).reshape(days.size, strata.size)

    ones = np.ones(values.size)
    tables = [table(top, ones), table(top, values), table(control, ones), table(control, values)]

    def figures(weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_top, top_sum, n_control, control_sum = (weights @ one for one in tables)
        matched = (n_top > 0) & (n_control > 0)
        total = np.where(matched, n_top, 0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            bright = np.where(matched, top_sum, 0).sum(axis=1) / total
            dim = np.where(matched, n_top * control_sum / np.maximum(n_control, 1e-300), 0).sum(axis=1) / total
        return bright, dim

    bright, dim = figures(np.ones((1, days.size)))
    bright_samples, dim_samples = figures(draw_days(days.size, n_resamples, seed).astype(np.float64))
    n_top, n_control = tables[0].sum(axis=0), tables[2].sum(axis=0)
    both = (n_top > 0) & (n_control > 0)
    return Matched(
        top=summarise(float(bright[0]), bright_samples, days.size),
        control=summarise(float(dim[0]), dim_samples, days.size),
        difference=summarise(float(bright[0] - dim[0]), bright_samples - dim_samples, days.size),
        n_top=int(n_top[both].sum()),
        n_control=int(n_control[both].sum()),
        n_unmatched=int(n_top[~both].sum()),
    )


def go_by_book(approaches: Approaches, ratio: FloatArray, *, seed: int = 0) -> dict[str, tuple[Interval, int]]:
    """How often bright cells were touched after the price came near, by what rested before them.

    Parameters
    ----------
    approaches : Approaches
        Those with an excess above 1.5 count.
    ratio : (n,) float64
        Resting orders between the price and the level over the forced flow behind it, when the level was chosen; NaN
        where no book was known or it did not reach. See `resting_before`.

    Returns
    -------
    dict of str to (Interval, int)
        ``thin`` (below .2), ``mid`` and ``wall`` (above 1): share touched, and the number of approaches.
    """
    top = approaches.excess > TOP_EXCESS
    kinds = {"thin": ratio < THIN, "mid": (ratio >= THIN) & (ratio <= WALL), "wall": ratio > WALL}
    found = {}
    for name, kind in kinds.items():
        rows = top & kind
        ones = np.ones(int(rows.sum()))
        found[name] = (bootstrap_ratio(approaches.went[rows], ones, approaches.day[rows], seed=seed), ones.size)
    return found


def resting_before(books: Sequence[OrderBookDepth], time_ms: int, level: float, most_age_ms: int = MINUTE_MS) -> float:
    """USD resting between the price and a level, by the last book known at a time.

    Parameters
    ----------
    books : sequence of OrderBookDepth
        In order of `receive_ms`: a book counts from when it was received.
    time_ms : int
        When the level is looked at.
    level : float
        Price; below the middle of the book bids are counted, above it asks.
    most_age_ms : int
        An older book counts as none.

    Returns
    -------
    float
        NaN without a fresh book, and where the book ends before the level: it could hide a wall.
    """
    index = int(np.searchsorted([book.receive_ms for book in books], time_ms, side="right")) - 1
    if index < 0 or time_ms - books[index].receive_ms > most_age_ms:
        return np.nan
    book = books[index]
    if not (book.bid_price.size and book.ask_price.size):
        return np.nan
    if level < (book.bid_price[0] + book.ask_price[0]) / 2:
        return float(book.bid_usd[book.bid_price >= level].sum()) if book.bid_price[-1] <= level else np.nan
    return float(book.ask_usd[book.ask_price <= level].sum()) if book.ask_price[-1] >= level else np.nan
