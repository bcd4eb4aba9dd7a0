"""Order book cross-check: what rests between the price and a cluster, beside what the cluster would force (rule R4).

One snapshot is easily spoofed; the median over a minute is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError
from liqheat.records import Cluster, DepthCheck, OrderBookDepth, Wall
from liqheat.records.arrays import FloatArray
from liqheat.setups.thresholds import Preset

WALL_MULTIPLE = 10.0
"""A level this many times the median level is a wall worth naming."""
MOST_WALLS = 5
UNUSABLE = frozenset({"no_sample", "old", "few", "empty"})
"""Reasons for which one venue's book says nothing."""

Books = Mapping[str, Sequence[OrderBookDepth]]
"""Samples of each venue's book."""


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """One venue's resting orders between price and edge: medians over its samples."""

    n_samples: int
    age_ms: int
    resting_usd: float
    reaches_edge: bool
    prices: FloatArray
    level_usd: FloatArray


def check_depth(
    samples: Sequence[OrderBookDepth] | Books | None,
    cluster: Cluster,
    forced_flow_usd: float,
    *,
    price: float,
    now_ms: int,
    preset: Preset,
) -> DepthCheck:
    """Compare resting orders between the price and a cluster's near edge with the cluster's forced flow.

    Parameters
    ----------
    samples : sequence of OrderBookDepth, or mapping of venue to such, optional
        Snapshots of the last minute; several venues are added up. None where there is no book.
    cluster : Cluster
        Bids are counted on the way down to longs, asks on the way up to shorts.
    forced_flow_usd : float
        Estimated flow of the cluster, after discounts.
    price : float
        Last price.
    now_ms : int
        Our clock, UTC epoch milliseconds: samples are aged by when they reached us.
    preset : Preset
        Thresholds of rule R4.

    Returns
    -------
    DepthCheck
        ``unknown`` with the reason where the book is missing, stale, too short or empty. A book that ends before the
        near edge gives a lower bound: it can show a wall, never a thin book.

    Raises
    ------
    InputError
        When a sample's arrays differ in length, or hold what is no price or notional.
    """
    books: Books = samples if isinstance(samples, Mapping) else {"": samples or ()}
    if not any(books.values()):
        return _unknown("none")
    found = []
    for venue, book in books.items():
        between = _look(book, cluster, price, now_ms, preset)
        if isinstance(between, DepthCheck):
            return replace(between, venue=venue)
        found.append(between)
    n_samples, age_ms = min(one.n_samples for one in found), max(one.age_ms for one in found)
    resting = sum(one.resting_usd for one in found)
    reaches = all(one.reaches_edge for one in found)
    walls = tuple(sorted((wall for one in found for wall in _walls(one)), key=lambda wall: -wall.resting_usd))
    if not forced_flow_usd > 0:
        return DepthCheck("unknown", resting, None, reaches, n_samples, age_ms, walls[:MOST_WALLS], "no_flow")
    ratio = resting / forced_flow_usd
    state, reason = _grade(ratio, reaches, preset)
    return DepthCheck(state, resting, ratio, reaches, n_samples, age_ms, walls[:MOST_WALLS], reason)


def _grade(ratio: float, reaches: bool, preset: Preset) -> tuple[Literal["thin", "mid", "wall", "unknown"], str]:
    if ratio > preset["wall_ratio"]:
        return "wall", "share"
    if not reaches:
        return "unknown", "ends_early"
    return "thin" if ratio < preset["thin_ratio"] else "mid", "share"


def _look(
    book: Sequence[OrderBookDepth], cluster: Cluster, price: float, now_ms: int, preset: Preset
) -> _Between | DepthCheck:
    """Medians of one book, or why it cannot be used."""
    window_ms = preset["depth_window_s"] * 1000
    fresh = [sample for sample in book if 0 <= now_ms - sample.receive_ms <= window_ms]
    if not fresh:
        return _unknown("no_sample", len(book))
    age_ms = now_ms - max(sample.receive_ms for sample in fresh)
    if age_ms > preset["most_depth_age_s"] * 1000:
        return _unknown("old", len(fresh), age_ms)
    if len(fresh) < preset["least_depth_samples"]:
        return _unknown("few", len(fresh), age_ms)
    sides = [_side(sample, cluster) for sample in fresh]
    if all(prices.size == 0 for prices, _ in sides):
        return _unknown("empty", len(fresh), age_ms)
    edge = cluster.near_edge
    down = cluster.side == "long"
    kept = [
        (prices >= edge) & (prices <= price) if down else (prices <= edge) & (prices >= price) for prices, _ in sides
    ]
    resting = [float(usd[keep].sum()) for (_, usd), keep in zip(sides, kept, strict=True)]
    reaches = [bool(prices.size) and bool(prices[-1] <= edge if down else prices[-1] >= edge) for prices, _ in sides]
    prices, level_usd = _median_levels([(p[keep], usd[keep]) for (p, usd), keep in zip(sides, kept, strict=True)])
    return _Between(len(fresh), age_ms, float(np.median(resting)), sum(reaches) * 2 > len(fresh), prices, level_usd)


def _side(sample: OrderBookDepth, cluster: Cluster) -> tuple[FloatArray, FloatArray]:
    """Prices and USD of the side that stands in the way, best first."""
    down = cluster.side == "long"
    prices, usd = (sample.bid_price, sample.bid_usd) if down else (sample.ask_price, sample.ask_usd)
    if prices.shape != usd.shape or not np.all(np.isfinite(prices)) or not np.all(np.isfinite(usd)):
        raise InputError("depth", "must have as many finite prices as notionals", f"{prices.shape}, {usd.shape}")
    if np.any(usd < 0) or np.any(prices <= 0):
        raise InputError("depth", "must hold prices above 0 and notionals of at least 0", float(usd.min(initial=0.0)))
    if np.any(np.diff(prices) > 0 if down else np.diff(prices) < 0):
        raise InputError("depth", "must run from the best price outwards", prices[:4])
    return prices, usd


def _median_levels(levels: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Median USD at each price over all samples, a price that a sample lacks counting as 0 there."""
    prices: FloatArray = np.unique(np.concatenate([price for price, _ in levels]))
    table: NDArray[np.float64] = np.zeros((len(levels), prices.size))
    for row, (price, usd) in zip(table, levels, strict=True):
        np.add.at(row, np.searchsorted(prices, price), usd)
    return prices, np.median(table, axis=0)


def _walls(between: _Between) -> list[Wall]:
    standing = between.level_usd[between.level_usd > 0]
    if standing.size < 2:
        return []
    median = float(np.median(standing))
    large = np.flatnonzero(between.level_usd >= WALL_MULTIPLE * median)
    return [
        Wall(float(between.prices[at]), float(between.level_usd[at]), float(between.level_usd[at] / median))
        for at in large
    ]


def find_walls(book: OrderBookDepth) -> tuple[Wall, ...]:
    """Levels of one snapshot that rest ten times the median or more, largest first."""
    sides = ((book.bid_price, book.bid_usd), (book.ask_price, book.ask_usd))
    found = [wall for prices, usd in sides for wall in _walls(_Between(1, 0, 0.0, True, prices, usd))]
    return tuple(sorted(found, key=lambda wall: -wall.resting_usd)[:MOST_WALLS])


def _unknown(reason: str, n_samples: int = 0, age_ms: int | None = None) -> DepthCheck:
    return DepthCheck("unknown", None, None, False, n_samples, age_ms, (), reason)
