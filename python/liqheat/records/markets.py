"""The table of markets: what a trader chooses a coin by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records.clusters import PositionSide
from liqheat.records.touch import ClusterTouch


@dataclass(frozen=True, slots=True)
class MarketDay:
    """The 24 h before a market's last closed bar, as its venues published them: nothing of it is estimated.

    Attributes
    ----------
    interval_ms : int
        Length of a bar.
    open_interest_usd : float
        At the last close, one side, all venues of the row together.
    change_24h_pct : float, optional
        Last close over the close 24 h before it, less 1, per cent.
    volume_24h_usd : float, optional
        Traded in those 24 h, one side, each bar at its close, all venues of the row together.
    closes_24h : tuple of float or None
        At most 49 closes, evenly spaced, from 24 h ago to the last one; empty where the history is shorter, None where
        the venue has no bar.
    why_unknown : str
        Why one of these is None or empty, for people; empty where all are known.
    """

    interval_ms: int
    open_interest_usd: float
    change_24h_pct: float | None
    volume_24h_usd: float | None
    closes_24h: tuple[float | None, ...]
    why_unknown: str


@dataclass(frozen=True, slots=True)
class MarketCluster:
    """The nearest cluster on one side of the price that does not fail on its size (rule R2), within rule R1's band.

    Attributes
    ----------
    cluster_id : str
        Which.
    distance_pct : float
        Way from the price to its near edge, per cent; 0 where the price stands in it.
    held_notional_usd : float, optional
        Open there, estimated. Expected liquidations hold nothing: None.
    growth_usd_per_hour : float
        Change of what is counted there.
    touch_probability : float
        That a price without drift reaches it within the horizon of the style, 0 to 1.
    touch_forecast : ClusterTouch, optional
        On a map of expected liquidations.
    """

    cluster_id: str
    distance_pct: float
    held_notional_usd: float | None
    growth_usd_per_hour: float
    touch_probability: float
    touch_forecast: ClusterTouch | None


@dataclass(frozen=True, slots=True)
class MarketRow:
    """One symbol of the table of markets. Every figure but the price and those of the day is estimated.

    Attributes
    ----------
    symbol : str
        Unified symbol.
    venues : tuple of str
        Venues whose books are in it.
    time_ms : int
        End of the data, UTC epoch milliseconds.
    price : float
        Last price.
    day : MarketDay
        The 24 h before `time_ms`.
    asymmetry : float, optional
        Long flow below over short flow above (rule R1); None where neither side holds anything.
    bias : {'short', 'long', 'none'}
        Direction that the asymmetry favours.
    above, below : MarketCluster, optional
        Nearest shorts above the price, and nearest longs below it.
    grade : {'A', 'B', 'C', 'D'}
        Reliability: volume rank, venues, support; `grade_reason` says why.
    grade_reason : str
        For people.
    """

    symbol: str
    venues: tuple[str, ...]
    time_ms: int
    price: float
    day: MarketDay
    asymmetry: float | None
    bias: Literal["short", "long", "none"]
    above: MarketCluster | None
    below: MarketCluster | None
    grade: Literal["A", "B", "C", "D"]
    grade_reason: str

    @property
    def nearest_side(self) -> PositionSide | None:
        """Whose cluster is nearer: shorts above or longs below; None where there is neither."""
        if self.above is None or self.below is None:
            return "short" if self.above is not None else "long" if self.below is not None else None
        return "short" if self.above.distance_pct <= self.below.distance_pct else "long"
