"""Scores against single liquidations: which 5-minute bar of the hour, and which of the prices that were reached.

An hourly total cannot tell a map that knows the minute from one that knows the hour. Streams of single liquidations
can, with two cautions: the time is the venue's and not the receiver's, and what triggers is the mark price, while most
venues publish another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import bootstrap_ratio, days_of
from liqheat.records import Candles, Interval, Liquidations, MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray
from liqheat.units import HOUR_MS, MINUTE_MS
from liqheat_lab.scores.discrimination import (
    BoolArray,
    auc_given_reach,
    earlier_mean,
    freshness_hours,
    reached_cells,
    realised_by_cell,
)

FILL_PRICES = frozenset({"fill average", "fill"})
"""Published prices near which the mark stood. A bankruptcy price, or the order's limit, lies a whole margin away."""
WITH_MAP = "with_map"
MOST_MARK_DELAY_MS = 2_000
"""A mark noted on receipt stands for the trigger only when receipt came this soon after."""
MOST_QUIET_MS = 10 * MINUTE_MS
"""A whole venue without a single liquidation for longer is a stream that was cut."""
EVEN_SHARE = 0.01
"""Every forecast of a bar is mixed with an even one by this share, so that no surprise costs infinitely much."""


@dataclass(frozen=True, slots=True, eq=False)
class Triggers:
    """Where the mark stood when liquidations were triggered.

    Attributes
    ----------
    bar : (n,) int64
        Bar of each one's event time; -1 outside the market's bars.
    low, high : (n,) float64
        Range that holds the trigger; equal where it is known, NaN outside the bars.
    """

    bar: IndexArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DividedHours:
    """Bars of the hours that had liquidations, and how forecasts divide those hours.

    Attributes
    ----------
    days : (m,) int64
        UTC day of each bar and side.
    usd : (m,) float64
        Realised.
    log_shares : dict of str to (m,) float64
        Log of the share of its hour that each forecast gives the bar; ``with_map`` and those without.
    n_hours : int
        Hours, of either side.
    """

    days: IndexArray
    usd: FloatArray
    log_shares: dict[str, FloatArray]
    n_hours: int


@dataclass(frozen=True, slots=True)
class WhichBar:
    """How much better a map divides an hour's liquidations among its bars than forecasts without one.

    Attributes
    ----------
    gains : dict of str to Interval
        Nats per dollar-weighted event over each forecast without a map.
    best : str
        The one that did best on these very events: the figure to look at.
    events_usd : float
        Notional scored.
    n_hours, n_days : int
        Hours (of either side) with events, and days they lie on.
    """

    gains: dict[str, Interval]
    best: str
    events_usd: float
    n_hours: int
    n_days: int


def recover_triggers(events: Liquidations, market: MarketHistory) -> Triggers:
    """Find where the mark stood when each liquidation was triggered.

    Parameters
    ----------
    events : Liquidations
        As published. Their event time says which bar; the time of receipt is later by anything from milliseconds to
        minutes and is never used for that.
    market : MarketHistory
        Bars with the mark's path.

    Returns
    -------
    Triggers
        The mark noted on receipt, where that followed within two seconds; else the fill, moved into the bar's range of
        the mark; else, for bankruptcy and limit prices, the whole stretch that the bar's mark went against the
        position.
    """
    bar = bars_of(events, market)
    inside = bar >= 0
    at = np.where(inside, bar, 0)
    lowest, highest, opened = market.mark_low[at], market.mark_high[at], market.open[at]
    opened = np.clip(opened, lowest, highest)
    low = np.where(events.is_long, lowest, opened)
    high = np.where(events.is_long, opened, highest)
    known = np.full(bar.size, np.nan)
    if events.price_means in FILL_PRICES:
        known = events.price
    prompt = np.isfinite(events.mark_price) & (events.receive_ms - events.time_ms <= MOST_MARK_DELAY_MS)
    known = np.clip(np.where(prompt, events.mark_price, known), lowest, highest)
    low, high = (np.where(np.isfinite(known), known, end) for end in (low, high))
    return Triggers(bar, np.where(inside, low, np.nan), np.where(inside, high, np.nan))


def bars_of(events: Liquidations, market: MarketHistory) -> IndexArray:
    """Bar of each event's own time, ``(n,)``; -1 outside the market's bars."""
    bar = (events.time_ms - market.open_time_ms[0]) // market.interval_ms
    return np.where((bar >= 0) & (bar < market.n_bars), bar, -1)


def usd_by_bar(events: Liquidations, market: MarketHistory) -> FloatArray:
    """Liquidated USD by bar and side, ``(n, 2)``, by the events' own times."""
    bar = bars_of(events, market)
    usd = np.zeros((market.n_bars, 2))
    inside = bar >= 0
    np.add.at(usd, (bar[inside], np.where(events.is_long[inside], 0, 1)), events.notional_usd[inside])
    return usd


def recorded_bars(time_ms: TimeArray, market: MarketHistory, most_quiet_ms: int = MOST_QUIET_MS) -> BoolArray:
    """Bars during which a stream was surely alive, ``(n,)``: they lie whole between events that follow each other soon.

    Parameters
    ----------
    time_ms : (m,) int64
        Event times of ALL symbols of the stream, in order: one symbol alone may be quiet for hours.
    market : MarketHistory
        The bars.
    most_quiet_ms : int
        Longer without any event counts as not recorded.
    """
    alive = np.zeros(market.n_bars, np.bool_)
    if not time_ms.size:
        return alive
    cuts = np.flatnonzero(np.diff(time_ms) > most_quiet_ms)
    starts = time_ms[np.concatenate([[0], cuts + 1])]
    stops = time_ms[np.concatenate([cuts, [time_ms.size - 1]])]
    run = np.searchsorted(starts, market.open_time_ms, side="right") - 1
    inside = run >= 0
    alive[inside] = market.open_time_ms[inside] + market.interval_ms <= stops[run[inside]]
    return alive


def divide_hours(
    usd: FloatArray,
    with_map: FloatArray,
    without_map: Mapping[str, FloatArray],
    market: MarketHistory,
    *,
    recorded: BoolArray | None = None,
) -> DividedHours:
    """Divide each hour among its bars as forecasts would: the rows that `score_which_bar` scores.

    Parameters
    ----------
    usd : (n, 2) float64
        Realised, by bar and side.
    with_map : (n, 2) float64
        Rate forecast by a map and its background, from what was known before each bar, and the bar's mark path.
    without_map : mapping of str to (n, 2) float64
        Rates of the same backgrounds alone, fitted elsewhere like the map's.
    market : MarketHistory
        The bars.
    recorded : (n,) bool, optional
        Bars during which the stream was alive; an hour is divided among those only.

    Raises
    ------
    InputError
        When there is nothing to compare with, a shape is wrong, or a rate is negative or not finite in a scored hour.
    """
    if not without_map:
        raise InputError("without_map", "must hold at least one forecast", 0)
    alive = np.ones(market.n_bars, np.bool_) if recorded is None else recorded
    _, index = np.unique(market.open_time_ms // HOUR_MS, return_inverse=True)
    realised = np.where(alive[:, None], usd, 0.0)
    scored = np.stack([np.bincount(index, realised[:, side])[index] > 0 for side in (0, 1)], axis=1) & alive[:, None]
    shares = {}
    for name, rate in {WITH_MAP: with_map, **without_map}.items():
        if rate.shape != usd.shape:
            raise InputError(name, f"must have the shape of usd, {usd.shape}", rate.shape)
        if not (np.isfinite(rate[scored]).all() and (rate[scored] >= 0).all()):
            raise InputError(name, "must be finite and at least 0 in every hour with events", "NaN or a negative rate")
        shares[name] = np.log(_shares_of_hour(np.where(scored, rate, 0.0), index, scored)[scored])
    days = np.broadcast_to(days_of(market.open_time_ms)[:, None], scored.shape)
    n_hours = sum(np.unique(index[scored[:, side]]).size for side in (0, 1))
    return DividedHours(days[scored], realised[scored], shares, n_hours)


def score_which_bar(parts: Sequence[DividedHours], *, n_resamples: int = 1000, seed: int = 0) -> WhichBar:
    """Score how a map divides each hour's liquidations among its bars, the hour's total given.

    Parameters
    ----------
    parts : sequence of DividedHours
        Of one market or of several, with the same names; days are resampled across all of them together.
    n_resamples, seed : int
        Of the day-block bootstrap.

    Raises
    ------
    InputError
        When there are no parts, or they name different forecasts.
    """
    if not parts or any(set(one.log_shares) != set(parts[0].log_shares) for one in parts):
        raise InputError("parts", "must hold at least one, and all the same forecasts", len(parts))
    days = np.concatenate([one.days for one in parts])
    usd = np.concatenate([one.usd for one in parts])
    logs = {name: np.concatenate([one.log_shares[name] for one in parts]) for name in parts[0].log_shares}
    own = logs.pop(WITH_MAP)
    gains = {
        name: bootstrap_ratio(usd * (own - log), usd, days, n_resamples=n_resamples, seed=seed)
        for name, log in logs.items()
    }
    return WhichBar(
        gains=gains,
        best=max(logs, key=lambda name: float(usd @ logs[name])),
        events_usd=float(usd.sum()),
        n_hours=sum(one.n_hours for one in parts),
        n_days=int(np.unique(days).size),
    )


def _shares_of_hour(rate: FloatArray, index: IndexArray, scored: BoolArray) -> FloatArray:
    """Rates as shares of their hour's scored bars, mixed with an even division."""
    shares = np.zeros(rate.shape)
    for side in (0, 1):
        bars = np.bincount(index, scored[:, side].astype(np.float64))[index]
        total = np.bincount(index, rate[:, side])[index]
        even = 1 / np.maximum(bars, 1)
        own = np.divide(rate[:, side], total, out=even.copy(), where=total > 0)
        shares[:, side] = (1 - EVEN_SHARE) * own + EVEN_SHARE * even
    return shares


def score_which_price(
    profiles: MapProfiles,
    events: Liquidations,
    market: MarketHistory,
    candles: Candles,
    *,
    recorded: BoolArray | None = None,
    horizon_ms: int = HOUR_MS,
    n_resamples: int = 500,
    seed: int = 0,
) -> dict[str, dict[str, Interval]]:
    """Score which of the reached prices liquidations came from: the map beside freshness, distance, a static profile.

    Parameters
    ----------
    profiles : MapProfiles
        Maps, each at most `horizon_ms` after the one before so that every event is told of.
    events : Liquidations
        Single liquidations, in order of time.
    market : MarketHistory
        Bars with the mark's path: which cells were reached.
    candles : Candles
        Bars from before the market on: how fresh a price is.
    recorded : (n,) bool, optional
        Bars during which the stream was alive; profiles whose horizon is not recorded whole are left out.
    horizon_ms : int
        How long after each profile.
    n_resamples, seed : int
        Of the day-block bootstrap.

    Returns
    -------
    dict of str to dict of str to Interval
        Area under the curve by rival, ``map``, ``freshness``, ``distance`` and ``static``, within a ring
        (``"ring"``, all times) and within one snapshot's reached cells (``"snapshot"``). Only snapshots with an event
        of a side count for that side: without one the stream may have been dead.
    """
    triggers = recover_triggers(events, market)
    inside = triggers.bar >= 0
    realised = realised_by_cell(
        profiles,
        events.time_ms[inside],
        events.is_long[inside],
        triggers.low[inside],
        triggers.high[inside],
        events.notional_usd[inside],
        horizon_ms,
    )
    reached = reached_cells(profiles, market, horizon_ms) & (realised.sum(axis=2) > 0)[:, :, None]
    if recorded is not None:
        gaps = np.concatenate([[0], np.cumsum(~recorded)])
        first = np.searchsorted(market.open_time_ms, profiles.time_ms)
        last = np.minimum(first + horizon_ms // market.interval_ms, market.n_bars)
        reached &= (gaps[last] == gaps[first])[:, None, None]
    days = days_of(profiles.time_ms)
    far = np.broadcast_to(np.arange(profiles.usd.shape[2], dtype=np.float64), profiles.usd.shape)
    scores = {
        "map": profiles.usd,
        "freshness": freshness_hours(profiles, candles),
        "distance": -far,
        "static": earlier_mean(profiles),
    }
    return {
        name: {
            "ring": auc_given_reach(score, realised, reached, days, n_resamples=n_resamples, seed=seed),
            "snapshot": auc_given_reach(
                score, realised, reached, days, pairs="snapshot", n_resamples=n_resamples, seed=seed
            ),
        }
        for name, score in scores.items()
    }
