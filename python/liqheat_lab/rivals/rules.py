"""Rules of other systems, one row each: their rules re-implemented, faults included, none of their code.

A fault is part of a rule: it is kept as it is and stands in the row's ``faults``. What a rule leaves open, or needs
and our feeds do not have, stands in ``stand_ins``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqheat.units import HOUR_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records import MarketHistory
    from liqheat.records.arrays import FloatArray

MAINTENANCE_MARGIN_RATE = 0.004
"""First tier of BTC at Binance, which two of the rules hold for all."""
KAPPA = 0.35
INERT_SHARE = 0.1
"""Renewal and unlevered share of our own book before calibration, for the row that differs from it in one point."""
RATIO_BARS = 20
"""Bars of the mean that volume is compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class RivalFlows:
    """What a rule says enters and leaves the map.

    Attributes
    ----------
    opened, closed : (n, 2) float64
        Opened and closed at each bar, long and short.
    idle : tuple of float
        Stock from before the first bar that is never liquidated but takes its part in closing, long and short.
    change : (n,) float64, optional
        Change of open interest that the map follows, once it is added to what was swept: a rise opens, a fall closes.
    refill : (n, 2) float64, optional
        Share of that rise on each side.
    """

    opened: FloatArray
    closed: FloatArray
    idle: tuple[float, float] = (0.0, 0.0)
    change: FloatArray | None = None
    refill: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RivalRow:
    """One system's rules.

    Attributes
    ----------
    name : str
        Neutral name.
    title, source : str
        What it is, and where the rules were read.
    leverages, shares : tuple of float
        Leverages, and the share of what is opened that each gets; what is missing to 1 is never liquidated.
    factors : callable
        Liquidation price over entry price, (2, k), of leverages (k,).
    entries : (2, 4) tuple
        Share that enters at the bar's close, high, low, and evenly over its range; long, then short.
    flows : callable
        What enters and leaves, from a market.
    half_lives_h : tuple of float
        Half-life of each leverage in hours; empty where nothing ages.
    hazards : callable
        Closing speed of each leverage, of log distances (k,).
    blur : float
        Share of a level that goes to each neighbouring bucket.
    clears_range : bool
        Whether a bar clears only what lies inside its own range, of both sides.
    closes_pooled : bool
        Whether closing is spread over both sides together.
    fade, fade_after : float, int
        What a cell loses with each bar, once it is older than this many bars.
    unit : {'usd', 'coins', 'strength'}
        What amounts count.
    faults, stand_ins : tuple of str
        What is wrong with the rule, and what we had to put in.
    """

    name: str
    title: str
    source: str
    leverages: tuple[float, ...]
    shares: tuple[float, ...]
    factors: Callable[[FloatArray], FloatArray]
    entries: tuple[tuple[float, float, float, float], tuple[float, float, float, float]]
    flows: Callable[[MarketHistory], RivalFlows]
    half_lives_h: tuple[float, ...] = ()
    hazards: Callable[[FloatArray], FloatArray] = np.ones_like
    blur: float = 0.0
    clears_range: bool = False
    closes_pooled: bool = False
    fade: float = 0.0
    fade_after: int = 0
    unit: str = "usd"
    faults: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()

    def keep(self, interval_ms: int) -> FloatArray:
        """Share of each leverage that survives a bar, (k,)."""
        if not self.half_lives_h:
            return np.ones(len(self.leverages))
        survives: FloatArray = 0.5 ** (interval_ms / HOUR_MS / np.array(self.half_lives_h))
        return survives


def _changes(market: MarketHistory) -> FloatArray:
    return np.diff(market.open_interest, prepend=market.open_interest[:1])


def _usd(market: MarketHistory, quantity: FloatArray) -> FloatArray:
    return quantity if market.contract_kind == "inverse" else quantity * market.close


def _on_side(amount: FloatArray, is_long: NDArray[np.bool_]) -> FloatArray:
    return np.stack([np.where(is_long, amount, 0.0), np.where(is_long, 0.0, amount)], axis=1)


def _turnover(market: MarketHistory) -> RivalFlows:
    """Turnover, up to three times as much where open interest rises; half on each side; nothing is closed."""
    rise = np.maximum(_changes(market), 0.0)
    share = np.divide(rise, market.open_interest, out=np.zeros_like(rise), where=market.open_interest > 0)
    half = 0.5 * _usd(market, market.volume) * np.clip(1.0 + 8.0 * share, 1.0, 3.0)
    return RivalFlows(np.stack([half, half], axis=1), np.zeros((market.n_bars, 2)))


def _rises_and_falls(market: MarketHistory) -> RivalFlows:
    """A rise of open interest opens on the candle's side; a fall closes as much of both sides' modelled total."""
    change = _usd(market, _changes(market))
    opened = _on_side(np.maximum(change, 0.0), market.close >= market.open)
    half = 0.5 * np.maximum(-change, 0.0)
    return RivalFlows(opened, np.stack([half, half], axis=1))


def _volume_ratios(market: MarketHistory) -> RivalFlows:
    """Taker volume over its mean of 20 bars: buys open longs, sells open shorts."""
    span = market.high - market.low
    bought = np.divide(market.close - market.low, span, out=np.full_like(span, 0.5), where=span > 0)
    volumes = np.stack([market.volume * bought, market.volume * (1.0 - bought)], axis=1)
    padded = np.concatenate([np.zeros((RATIO_BARS - 1, 2)), volumes])
    sums = np.lib.stride_tricks.sliding_window_view(padded, RATIO_BARS, axis=0).sum(axis=-1)
    means = sums / np.minimum(np.arange(market.n_bars) + 1, RATIO_BARS)[:, None]
    ratios = np.divide(volumes, means, out=np.zeros_like(volumes), where=means > 0)
    return RivalFlows(ratios, np.zeros((market.n_bars, 2)))


def _renewed_on_one_side(market: MarketHistory) -> RivalFlows:
    """As in our own book, but that rises, renewal and what replaces the swept open on the candle's side only.

    Every opening is counted on one side, so both sides together hold the open interest.
    """
    change, renewed = _changes(market), np.minimum(KAPPA * market.volume, market.open_interest)
    renewed[0] = 0.0
    refill = _on_side(np.ones(market.n_bars), market.close >= market.open)
    stock = 0.5 * float(market.open_interest[0])
    half = 0.5 * renewed
    return RivalFlows(renewed[:, None] * refill, np.stack([half, half], axis=1), (stock, stock), change, refill)


def _bankruptcy(leverages: FloatArray) -> FloatArray:
    return np.stack([1.0 - 1.0 / leverages, 1.0 + 1.0 / leverages])


def _maintenance_of_margin(leverages: FloatArray) -> FloatArray:
    move = 1.0 / leverages - MAINTENANCE_MARGIN_RATE / leverages
    return np.stack([1.0 - move, 1.0 + move])


def _beyond_bankruptcy(leverages: FloatArray) -> FloatArray:
    move = 1.0 / leverages + 0.005 + 0.01 / leverages
    return np.stack([1.0 - move, 1.0 + move])


def _isolated(leverages: FloatArray) -> FloatArray:
    down, up = 1.0 - MAINTENANCE_MARGIN_RATE, 1.0 + MAINTENANCE_MARGIN_RATE
    return np.stack([(1.0 - 1.0 / leverages) / down, (1.0 + 1.0 / leverages) / up])


def _near_first(distances: FloatArray) -> FloatArray:
    hazards: FloatArray = np.minimum((distances / 0.1) ** -0.8, 25.0)
    return hazards


_AT_CLOSE = (1.0, 0.0, 0.0, 0.0)
_AT_HIGH = (0.0, 1.0, 0.0, 0.0)
_AT_LOW = (0.0, 0.0, 1.0, 0.0)
_OVER_RANGE = (0.0, 0.0, 0.0, 1.0)
_AROUND_CLOSE = (0.45, 0.275, 0.275, 0.0)
_STANDING = np.array([0.15, 0.20, 0.30, 0.35])
_HALF_LIVES_H = (120.0, 48.0, 24.0, 12.0)
_OPENED = _STANDING / np.array(_HALF_LIVES_H)

RIVAL_ROWS: dict[str, RivalRow] = {
    row.name: row
    for row in (
        RivalRow(
            name="liqmap_rules",
            title="turnover at close, high and low of each bar, half-lives by leverage",
            source="github.com/bendizziesmith/liqmap, src/engine, 2026-08-07",
            leverages=(10.0, 25.0, 50.0, 100.0),
            # What stands is 15/20/30/35 %, so what enters is that over the half-life.
            shares=tuple((_OPENED / _OPENED.sum()).tolist()),
            factors=_bankruptcy,
            entries=(_AROUND_CLOSE, _AROUND_CLOSE),
            flows=_turnover,
            half_lives_h=_HALF_LIVES_H,
            blur=0.25,
            clears_range=True,
            faults=(
                "no maintenance margin: at 100x the level lies 40 bp too far, 66 % of the distance",
                "falls of open interest close nothing",
                "a level that a jump left behind stays until a bar's own range covers it",
                "one factor scales the whole map to open interest, which no score sees",
            ),
            stand_ins=(
                "buckets of 5 bp in place of 1,100 over the whole chart, whose borders depend on later prices",
                "the mark's extremes clear in place of the trades'",
            ),
        ),
        RivalRow(
            name="time_evolving_rules",
            title="rises of open interest on the candle's side, falls closed in proportion",
            source="github.com/gptprojectmanager/liquidations, models/time_evolving_heatmap.py, 2026-01-26",
            leverages=(5.0, 10.0, 25.0, 50.0, 100.0),
            shares=(0.15, 0.30, 0.25, 0.20, 0.10),
            factors=_maintenance_of_margin,
            entries=(_AT_CLOSE, _AT_CLOSE),
            flows=_rises_and_falls,
            closes_pooled=True,
            faults=(
                "maintenance margin of the margin, not of the position: at 100x the level lies 39 bp too far",
                "the map starts empty and loses each fall of open interest over its OWN total, so it drains to nothing",
                "renewal at constant open interest is not seen",
            ),
            stand_ins=(
                "a change of open interest is worth coins times the close: a change of price opens nothing",
                "the mark's extremes sweep in place of the trades'",
            ),
        ),
        RivalRow(
            name="indicator_rules",
            title="relative taker volume at high and low of each bar, equal leverages, fading",
            source="github.com/Tucsky/aggr-lib, liquidation-heatmap, 2025-03",
            leverages=(5.0, 20.0, 100.0),
            shares=(1.0, 1.0, 1.0),
            factors=_beyond_bankruptcy,
            entries=(_AT_LOW, _AT_HIGH),
            flows=_volume_ratios,
            fade=0.02,
            fade_after=100,
            unit="strength",
            faults=(
                "levels lie beyond the bankruptcy price: at 100x 91 bp too far, 151 % of the distance",
                "strength has no unit, and neither open interest nor closing plays a part",
            ),
            stand_ins=(
                "taker buys are the share (close - low) / (high - low) of the volume: our history does not keep them",
                "means over 20 bars; cells of 5 bp, kept by leverage, in place of .19 mean ranges",
                "the mark's extremes sweep in place of the trades'",
            ),
        ),
        RivalRow(
            name="candle_side",
            title="the uniform mix of our own book, opened on the candle's side only",
            source="own",
            leverages=(10.0, 25.0, 50.0, 100.0),
            shares=(0.25 * (1.0 - INERT_SHARE),) * 4,
            factors=_isolated,
            entries=(_OVER_RANGE, _OVER_RANGE),
            flows=_renewed_on_one_side,
            hazards=_near_first,
            closes_pooled=True,
            unit="coins",
            faults=("each opening has another side, which the map does not show",),
        ),
    )
}
"""Each system by its neutral name."""
