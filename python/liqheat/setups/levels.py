"""Prices and odds of a setup: entry, stop, reward, break-even, chance of a touch, size. Pure arithmetic."""

from __future__ import annotations

import math

import numpy as np

from liqheat.errors import InputError
from liqheat.records import Cluster, Direction, MarketHistory, TrackedCluster
from liqheat.setups.thresholds import RISK_CAP
from liqheat.units import DAY_MS, HOUR_MS

VOLATILITY_MS = 7 * DAY_MS


def trade_direction(cluster: Cluster) -> Direction:
    """Forced selling of longs is traded short, forced buying of shorts long."""
    return "short" if cluster.side == "long" else "long"


def entry_price(near_edge: float, direction: Direction, offset: float) -> float:
    """Trigger of the stop order, ahead of the near edge by a share of it (rule R5).

    Examples
    --------
    The article's cluster at 92,000, 0.3 % and 0.5 % ahead:

    >>> [round(entry_price(92_000, "short", offset)) for offset in (0.003, 0.005)]
    [92276, 92460]
    """
    return near_edge * (1.0 + offset if direction == "short" else 1.0 - offset)


def stop_price(opposing_peak: float, direction: Direction, buffer: float) -> float:
    """Beyond the peak of the nearest opposing cluster (rule R6).

    Examples
    --------
    >>> round(stop_price(94_000, "short", 0.001))
    94094
    """
    return opposing_peak * (1.0 + buffer if direction == "short" else 1.0 - buffer)


def reward_risk(entry: float, stop: float, target: float) -> float:
    """Way to the target over way to the stop (rule R8).

    Examples
    --------
    The article's stop 94,500 and target 90,500:

    >>> [round(reward_risk(entry, 94_500, 90_500), 2) for entry in (92_276, 92_460)]
    [0.8, 0.96]
    """
    if entry == stop:
        raise InputError("stop", "must differ from the entry", stop)
    return abs(target - entry) / abs(entry - stop)


def break_even_win_rate(ratio: float, cost: float = 0.0) -> float:
    """Share of wins that pays for losses and costs; `cost` in units of the risk.

    Examples
    --------
    >>> [f"{break_even_win_rate(ratio):.1%}" for ratio in (1776 / 2224, 1960 / 2040)]
    ['55.6%', '51.0%']
    """
    return (1.0 + cost) / (1.0 + ratio)


def touch_probability(price: float, level: float, volatility_per_sqrt_hour: float, hours: float) -> float:
    """Chance that a driftless price reaches a level in time: ``2 (1 - Phi(|ln(level / price)| / (sigma sqrt(T))))``.

    Parameters
    ----------
    price, level : float
        Prices above 0.
    volatility_per_sqrt_hour : float
        Standard deviation of the log return over an hour.
    hours : float
        Time given.

    Examples
    --------
    2 % in 4 hours at a volatility of 40 % and of 60 % a year: not the promise that the article makes of it.

    >>> [round(touch_probability(1.0, math.exp(0.02), year / math.sqrt(8760), 4), 2) for year in (0.4, 0.6)]
    [0.02, 0.12]
    """
    if not (price > 0 and level > 0):
        raise InputError("price, level", "must be above 0", f"{price}, {level}")
    if not (math.isfinite(volatility_per_sqrt_hour) and volatility_per_sqrt_hour >= 0 and hours >= 0):
        raise InputError("volatility_per_sqrt_hour, hours", "must be finite and at least 0", volatility_per_sqrt_hour)
    way = abs(math.log(level / price))
    if way == 0:
        return 1.0
    reach = volatility_per_sqrt_hour * math.sqrt(hours)
    return math.erfc(way / reach / math.sqrt(2.0)) if reach > 0 else 0.0


def position_size(equity_usd: float, risk_fraction: float, entry: float, stop: float) -> float:
    """Coins whose loss at the stop is `risk_fraction` of the equity.

    Raises
    ------
    InputError
        When the equity is not above 0, or the fraction above 0.02.

    Examples
    --------
    >>> position_size(100_000, 0.01, 92_500, 94_500)
    0.5
    """
    check_equity(equity_usd)
    if not 0.0 <= risk_fraction <= RISK_CAP:
        raise InputError("risk_fraction", f"must be from 0 to {RISK_CAP}", risk_fraction)
    if entry == stop:
        raise InputError("stop", "must differ from the entry", stop)
    return risk_fraction * equity_usd / abs(entry - stop)


def check_equity(equity_usd: float) -> None:
    """Refuse equity that nothing can be sized from."""
    is_number = isinstance(equity_usd, int | float) and not isinstance(equity_usd, bool)
    if not is_number or not math.isfinite(equity_usd) or equity_usd <= 0:
        raise InputError("equity_usd", "must be a finite number above 0", equity_usd)


def nearest_opposing(clusters: tuple[TrackedCluster, ...], cluster: Cluster, price: float) -> Cluster | None:
    """Cluster of the other side whose peak is nearest to the price, on its own side of it."""
    others = [
        one.cluster
        for one in clusters
        if one.cluster.side != cluster.side and (one.cluster.peak_price > price) == (one.cluster.side == "short")
    ]
    return min(others, key=lambda one: abs(one.peak_price - price), default=None)


def next_cluster(clusters: tuple[TrackedCluster, ...], cluster: Cluster) -> Cluster | None:
    """Nearest cluster of the same side beyond this one."""
    if cluster.side == "long":
        beyond = [
            one.cluster for one in clusters if one.cluster.side == "long" and one.cluster.high_price < cluster.low_price
        ]
        return max(beyond, key=lambda one: one.high_price, default=None)
    beyond = [
        one.cluster for one in clusters if one.cluster.side == "short" and one.cluster.low_price > cluster.high_price
    ]
    return min(beyond, key=lambda one: one.low_price, default=None)


def volatility_per_sqrt_hour(market: MarketHistory, time_ms: int) -> float:
    """Standard deviation of the log return over an hour, from the closes of the last week."""
    ends = market.open_time_ms + market.interval_ms
    closes = market.close[(ends <= time_ms) & (ends > time_ms - VOLATILITY_MS)]
    if closes.size < 2:
        return 0.0
    # Around zero: the mean of a week is noise, and the chance of a touch assumes no drift.
    return float(np.sqrt(np.mean(np.diff(np.log(closes)) ** 2) * HOUR_MS / market.interval_ms))
