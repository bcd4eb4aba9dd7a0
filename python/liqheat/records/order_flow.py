"""What happens on the way to a cluster: what takers did, and what rests before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records.arrays import FloatArray, Record, TimeArray

BookTrend = Literal["thinning", "steady", "stacking", "unknown"]
"""Whether what rests before a cluster becomes less or more; unknown with too few looks."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TakerFlow(Record):
    """Aggressive buys and sells of each bar whose takers are known.

    Attributes
    ----------
    open_time_ms : (n,) int64
        UTC epoch milliseconds of each bar's open.
    buy_usd, sell_usd : (n,) float64
        What takers bought and sold, at the price of the bar's close.
    """

    open_time_ms: TimeArray
    buy_usd: FloatArray
    sell_usd: FloatArray

    @property
    def sell_share(self) -> float | None:
        """Part of all bars that takers sold; None where nothing was traded."""
        sold, bought = float(self.sell_usd.sum()), float(self.buy_usd.sum())
        return sold / (sold + bought) if sold + bought > 0 else None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DepthBefore(Record):
    """What rests within one distance of the price at each look, on the cluster's side and on the other.

    Attributes
    ----------
    time_ms : (m,) int64
        UTC epoch milliseconds of each look.
    front_usd, behind_usd : (m,) float64
        Resting between the middle of the book and `width` of it: on the cluster's side, on the other side.
    width : float
        Share of the price: the way that is left to the cluster, or as far as every book reaches, whichever is less.
    front_change, behind_change : float or None
        Median of the last third of looks over that of the first; None with fewer than four looks.
    front, behind : {'thinning', 'steady', 'stacking', 'unknown'}
        The same in a word.
    """

    time_ms: TimeArray
    front_usd: FloatArray
    behind_usd: FloatArray
    width: float
    front_change: float | None
    behind_change: float | None
    front: BookTrend
    behind: BookTrend
