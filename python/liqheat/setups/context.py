"""What a setup is judged from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, Self

from liqheat.errors import InputError, check_type
from liqheat.records import CalendarSeries, ClusterTouch, MarketDay, OrderBookDepth, TrackedCluster
from liqheat.setups.density import NotionalCurves
from liqheat.setups.depth import Books
from liqheat.units import read_moment_ms


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """What is known of a market beside its estimate, at one moment.

    Attributes
    ----------
    now_ms : int, optional
        Our clock, UTC epoch milliseconds, or another moment; the end of the estimate by default.
    price : float, optional
        Last price; the estimate's by default.
    daily_liquidated_usd : float, optional
        Mean daily liquidations of the pair over 30 days, both sides, as venues reported them.
    depth : sequence of OrderBookDepth, or mapping of venue to such, optional
        Snapshots of the last minute.
    calendar : sequence of CalendarSeries
        Own events beside the shipped ones.
    volume_rank : int, optional
        Rank of the symbol by 30-day futures volume, 1 the largest.
    weekend_flow_factor : float, optional
        Weekend flow over weekday flow, where it was measured for this symbol.
    realised_usd, taker_share : float, optional
        Of the last minute: liquidations of the traded side, and the takers' share in the direction of the trade.
    information_gain : tuple of float, optional
        Published 95 % interval of the model's gain over the strongest baseline for this symbol, nats.
    realised_over_forecast : tuple of float, optional
        What was liquidated on the way to a level ÷ what was forecast, for this symbol and horizon on days that the
        parameters had not seen: the figure, and its 95 % range.
    """

    now_ms: int | None = None
    price: float | None = None
    daily_liquidated_usd: float | None = None
    depth: Sequence[OrderBookDepth] | Books | None = None
    calendar: Sequence[CalendarSeries] = ()
    volume_rank: int | None = None
    weekend_flow_factor: float | None = None
    realised_usd: float | None = None
    taker_share: float | None = None
    information_gain: tuple[float, float] | None = None
    realised_over_forecast: tuple[float, float, float] | None = None

    @classmethod
    def read(cls, **facts: Any) -> Self:
        """Facts of any moments.

        Raises
        ------
        InputError
            When a name is not one of the attributes, or the daily liquidations are negative or not finite.
        """
        known = [one.name for one in fields(cls)]
        for name in facts:
            if name not in known:
                raise InputError(name, f"must be one of {', '.join(known)}", name)
        if facts.get("now_ms") is not None:
            facts["now_ms"] = read_moment_ms("now_ms", facts["now_ms"])
        facts["calendar"] = facts.get("calendar") or ()
        daily = facts.get("daily_liquidated_usd")
        if daily is not None:
            check_type("daily_liquidated_usd", daily, Real, "must be finite and at least 0")
            if not 0.0 <= daily < math.inf:
                raise InputError("daily_liquidated_usd", "must be finite and at least 0", daily)
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class MarketNow:
    """Everything that a setup is judged from, at one moment.

    Attributes
    ----------
    symbol : str
        Unified symbol.
    now_ms : int
        Our clock, UTC epoch milliseconds: for the order book, the calendar and the weekend.
    price : float
        Last price.
    curves : NotionalCurves
        The map.
    clusters : tuple of TrackedCluster
        Living clusters of that map.
    cohort_hours : float, optional
        Age limit of the positions in the map; None for all.
    volatility_per_sqrt_hour : float
        Standard deviation of the log return over an hour.
    day : MarketDay
        The 24 h before the end of the data.
    daily_liquidated_usd : float, optional
        Mean daily liquidations of the pair over 30 days, both sides.
    is_daily_realised : bool
        Whether venues reported them (corrected for what their feeds leave out), or the book estimated them.
    depth : sequence of OrderBookDepth, or mapping of venue to such, optional
        Snapshots of the last minute.
    calendar : sequence of CalendarSeries, optional
        Shipped and own events.
    volume_rank : int, optional
        Rank of the symbol by 30-day futures volume, 1 the largest.
    weekend_flow_factor : float, optional
        Weekend flow over weekday flow, where it was measured for this symbol.
    realised_usd : float, optional
        Liquidations of the traded side in the last minute, as venues published them.
    taker_share : float, optional
        Share of taker volume in the direction of the trade over the last minute.
    calibration : str
        Of the model.
    dead_clusters : tuple of TrackedCluster
        Clusters that ended, so that a setup on one of them can be told how.
    venues : tuple of str
        Venues whose books are in the map.
    asymmetry_interval : tuple of float, optional
        5 to 95 % range of the asymmetry (rule R1) over refits of a calibrated model.
    information_gain : tuple of float, optional
        Published 95 % interval of the model's gain over the strongest baseline for this symbol, nats: rule R16.
    realised_over_forecast : tuple of float, optional
        Of the touch forecast at this horizon on days that it had not seen: figure, low, high; rule R10.
    touches : mapping of str to ClusterTouch
        By cluster id, of a map of expected liquidations: what is liquidated if the price gets there.
    """

    symbol: str
    now_ms: int
    price: float
    curves: NotionalCurves
    clusters: tuple[TrackedCluster, ...]
    cohort_hours: float | None
    volatility_per_sqrt_hour: float
    day: MarketDay
    daily_liquidated_usd: float | None = None
    is_daily_realised: bool = False
    depth: Sequence[OrderBookDepth] | Books | None = None
    calendar: Sequence[CalendarSeries] | None = None
    volume_rank: int | None = None
    weekend_flow_factor: float | None = None
    realised_usd: float | None = None
    taker_share: float | None = None
    calibration: str = "uncalibrated"
    dead_clusters: tuple[TrackedCluster, ...] = ()
    venues: tuple[str, ...] = ()
    asymmetry_interval: tuple[float, float] | None = None
    information_gain: tuple[float, float] | None = None
    realised_over_forecast: tuple[float, float, float] | None = None
    touches: Mapping[str, ClusterTouch] = field(default_factory=dict)
