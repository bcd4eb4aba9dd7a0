"""What the article's claims are measured on: one market, cut to the days asked for, and the clusters of its maps."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from liqheat.errors import InputError, NoDataError
from liqheat.flow import LabelledMarket, days_of
from liqheat.records import Candles, Estimate, Interval, Liquidations, MapProfiles, MarketHistory, OrderBookDepth
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray
from liqheat.units import HOUR_MS
from liqheat_lab.article.response import Approaches, find_approaches
from liqheat_lab.scores.discrimination import BoolArray, earlier_mean

TOP_CLUSTERS = 5
"""Brightest clusters of each side that count as the map's zones."""
USUAL_HOURS = 168
"""What is usual at a distance is the mean of the maps of the week before."""
_KERNEL = np.array([0.25, 0.5, 0.25])
"""20 bp wide at half its height, as clusters are found elsewhere in this project."""


Bars = TypeVar("Bars", MarketHistory, Candles)


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure with its interval, in `unit`."""

    name: str
    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """One claim of the article beside what was measured.

    Attributes
    ----------
    id, claim, where : str
        Short name, the claim, and where the article makes it.
    measured : tuple of Measured
        Figures, the control among them.
    n : int
        Hours, events, approaches or weekends that the figures rest on; `how` says which.
    verdict : str
        ``holds``, ``does not hold``, ``holds, but so does the control``, ``not measurable``, with the reason after a
        colon where there is more to say.
    how : str
        Method and limits, in plain words.
    """

    id: str
    claim: str
    where: str
    measured: tuple[Measured, ...]
    n: int
    verdict: str
    how: str


def as_measured(name: str, interval: Interval, unit: str, scale: float = 1.0) -> Measured:
    """An interval as a figure of a claim."""
    return Measured(name, interval.value * scale, interval.low * scale, interval.high * scale, unit)


@dataclass(frozen=True, slots=True, eq=False)
class PositionLeverages:
    """Real positions with the leverage that their traders set; one row for each position of each snapshot.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds of the snapshot.
    is_short : (n,) bool
        Side.
    leverage : (n,) float64
        As set by the trader.
    distance : (n,) float64
        Log distance from the mark to the liquidation price, above 0.
    notional_usd : (n,) float64
        Size at the mark.
    source : str
        File.
    """

    time_ms: TimeArray
    is_short: BoolArray
    leverage: FloatArray
    distance: FloatArray
    notional_usd: FloatArray
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was seen of a market beside its liquidations by the hour.

    Attributes
    ----------
    events : tuple of Liquidations
        Single liquidations, one batch for each venue.
    books : tuple of OrderBookDepth
        Order books in order of receipt.
    leverages : PositionLeverages or None
        Real positions of the coin, of other days too: leverage is not compared with prices.
    """

    events: tuple[Liquidations, ...] = ()
    books: tuple[OrderBookDepth, ...] = ()
    leverages: PositionLeverages | None = None


NOTHING_ELSE = Evidence()
"""Where the hours are all there is."""


@dataclass(frozen=True, eq=False)
class Study:
    """A market and its maps between two times.

    Attributes
    ----------
    market : MarketHistory
        Bars up to the end; earlier ones than the start stay.
    candles : Candles
        The same, with those before open interest begins.
    hour_ms : (h,) int64
        Starts of the whole hours studied.
    liquidated_usd : (h, 2) float64
        Realised, by side; NaN where missing.
    held : MapProfiles
        Held notional at the start of each of those hours.
    flow : MapProfiles or None
        Expected forced flow of a calibrated map at the same times.
    estimate : Estimate or None
        The book, for what it says by leverage.
    evidence : Evidence
        What else was seen.
    seed : int
        Of every interval and control.
    """

    market: MarketHistory
    candles: Candles
    hour_ms: IndexArray
    liquidated_usd: FloatArray
    held: MapProfiles
    flow: MapProfiles | None
    estimate: Estimate | None
    evidence: Evidence = NOTHING_ELSE
    seed: int = 0

    @property
    def map_name(self) -> str:
        """What figures of the map under study are called."""
        return f"{self.held.name} map"

    @cached_property
    def days(self) -> IndexArray:
        """UTC day of each hour."""
        return days_of(self.hour_ms)

    @cached_property
    def first_bars(self) -> IndexArray:
        """First bar of each hour."""
        found: IndexArray = np.searchsorted(self.market.open_time_ms, self.hour_ms)
        return found

    @property
    def bars_per_hour(self) -> int:
        """Bars in an hour."""
        return HOUR_MS // self.market.interval_ms

    @cached_property
    def reach(self) -> FloatArray:
        """Log distance from each hour's start to its low and to its high, ``(h, 2)``, at least 0."""
        rows = self.first_bars[:, None] + np.arange(self.bars_per_hour)
        down = np.log(self.held.close / self.market.mark_low[rows].min(axis=1))
        up = np.log(self.market.mark_high[rows].max(axis=1) / self.held.close)
        return np.stack([down, up], axis=1).clip(0.0)

    @cached_property
    def clusters(self) -> list[list[list[tuple[int, int]]]]:
        """First cell and end of the brightest clusters of the held map, by hour and side, brightest first."""
        return [[top_clusters(self.held.usd[hour, side]) for side in (0, 1)] for hour in range(self.hour_ms.size)]

    @cached_property
    def approaches(self) -> Approaches:
        """Levels that the price came near to, from the held map before."""
        usual = earlier_mean(self.held, most=USUAL_HOURS)
        with np.errstate(invalid="ignore", divide="ignore"):
            excess = np.where(usual > 0, self.held.usd / usual, np.nan)
        return find_approaches(self.held, self.market, self.candles, excess)

    def swept_usd(self, profiles: MapProfiles) -> FloatArray:
        """What each hour's range takes from the map frozen at its start, ``(h, 2)``."""
        below = np.concatenate([np.zeros((*profiles.usd.shape[:2], 1)), np.cumsum(profiles.usd, axis=2)], axis=2)
        cells = np.minimum(self.reach / profiles.cell_width, profiles.usd.shape[2])
        whole = np.minimum(cells.astype(np.int64), profiles.usd.shape[2] - 1)
        taken = np.take_along_axis(below, whole[:, :, None], axis=2)[:, :, 0]
        after = np.take_along_axis(below, whole[:, :, None] + 1, axis=2)[:, :, 0]
        swept: FloatArray = taken + (cells - whole) * (after - taken)
        return swept


def build_study(
    scored: LabelledMarket,
    held: MapProfiles,
    *,
    flow: MapProfiles | None = None,
    estimate: Estimate | None = None,
    evidence: Evidence = NOTHING_ELSE,
    start_ms: int | None = None,
    end_ms: int | None = None,
    seed: int = 0,
) -> Study:
    """Cut a market and its maps to whole hours between two times; nothing after the end is kept.

    Raises
    ------
    InputError
        When labels are not hourly, bars do not divide an hour, or the two maps are of different times.
    NoDataError
        When no hour with a map lies in the range.
    """
    market, labels = scored.market, scored.labels
    if labels.interval_ms != HOUR_MS or HOUR_MS % market.interval_ms:
        raise InputError("scored", "must have hourly labels and bars that divide an hour", labels.interval_ms)
    if flow is not None and not np.array_equal(flow.time_ms, held.time_ms):
        raise InputError("flow", "must be of the times of the held map", flow.time_ms.size)
    end = market.end_ms if end_ms is None else min(end_ms, market.end_ms)
    start = max(int(market.open_time_ms[0]), market.open_time_ms[0] if start_ms is None else start_ms)
    rows = np.flatnonzero((held.time_ms >= start) & (held.time_ms + HOUR_MS <= end) & (held.time_ms % HOUR_MS == 0))
    label = np.searchsorted(labels.start_ms, held.time_ms[rows])
    inside = label < labels.start_ms.size
    inside[inside] = labels.start_ms[label[inside]] == held.time_ms[rows][inside]
    usd = np.full((rows.size, 2), math.nan)
    usd[inside] = labels.usd[label[inside]]
    if not rows.size or not np.isfinite(usd).any():
        raise NoDataError("start_ms", "must leave hours with a map and liquidations before end_ms", start)
    cut = slice(0, int(np.searchsorted(market.open_time_ms, end - market.interval_ms, side="right")))
    kept = slice(0, int(np.searchsorted(scored.candles.open_time_ms, end - market.interval_ms, side="right")))
    return Study(
        market=market.select(cut),
        candles=scored.candles.select(kept),
        hour_ms=held.time_ms[rows],
        liquidated_usd=usd,
        held=_rows_of(held, rows),
        flow=None if flow is None else _rows_of(flow, rows),
        estimate=estimate,
        evidence=evidence,
        seed=seed,
    )


def top_clusters(usd: FloatArray, most: int = TOP_CLUSTERS) -> list[tuple[int, int]]:
    """Clusters of one side's profile by distance: runs above half of a maximum, brightest first.

    Parameters
    ----------
    usd : (m,) float64
        USD by cell, nearest first.
    most : int
        So many at most.

    Returns
    -------
    list of (int, int)
        First cell of each and the one after its last.

    Examples
    --------
    >>> usd = np.zeros(20)
    >>> usd[3:6], usd[12:14] = 4.0, 9.0
    >>> top_clusters(usd)
    [(12, 14), (3, 6)]
    """
    smooth = np.convolve(np.pad(usd, 1, mode="edge"), _KERNEL, mode="valid")
    around = np.pad(smooth, 1, constant_values=-1.0)
    peaks = np.flatnonzero((smooth > 0) & (smooth > around[:-2]) & (smooth >= around[2:]))
    found: list[tuple[int, int]] = []
    taken = np.zeros(usd.size, np.bool_)
    for peak in peaks[np.argsort(-smooth[peaks], kind="stable")]:
        if taken[peak]:
            continue
        low = np.flatnonzero((smooth < smooth[peak] / 2) | taken)
        before, after = low[low < peak], low[low > peak]
        run = (int(before[-1]) + 1 if before.size else 0, int(after[0]) if after.size else usd.size)
        taken[slice(*run)] = True
        found.append(run)
        if len(found) == most:
            break
    return found


def _rows_of(profiles: MapProfiles, rows: IndexArray) -> MapProfiles:
    return replace(profiles, time_ms=profiles.time_ms[rows], close=profiles.close[rows], usd=profiles.usd[rows])
