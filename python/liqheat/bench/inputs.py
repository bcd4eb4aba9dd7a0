"""What is timed: a random market, random positions, venues' tiers; seeded, of the size of real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqheat._core import price_grid
from liqheat.book import BUCKET_RATIO
from liqheat.margin import resolve_margin_rule
from liqheat.records import MarketHistory, PriceAxis

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray

START_MS = 1_700_000_100_000
SYMBOL = "BTC/USDT:USDT"
EDGES = np.linspace(40_000.0, 90_000.0, 1_001)
LEVERAGES = np.array([5.0, 10.0, 20.0, 25.0, 50.0, 100.0])
SHARES = np.full(LEVERAGES.size, 1.0 / LEVERAGES.size)
RATES = (0.004, 0.0045, 0.005, 0.0055)
TICK = 0.5
VENUES = ("binanceusdm", "bybit", "bitget", "gate")
"""Venues whose tiers have maintenance amounts."""
LARGEST_USD = 2.9e6
"""Within the last tier on file of all four."""


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Entry prices and USD, one of each for every position."""

    entries: FloatArray
    usd: FloatArray

    @property
    def nbytes(self) -> int:
        """Bytes of both."""
        return self.entries.nbytes + self.usd.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class TierRules:
    """Tiers of several venues, one after another, as opponents take them.

    Attributes
    ----------
    spans : list of (int, int)
        First tier of each venue, and the one after its last.
    weights : list of float
        What a position's USD counts under each.
    caps, rates, amounts : (tiers,) float64
        USD; share of value with the closing fee; USD.
    leverages, shares : (k,) float64
        How positions are split.
    """

    spans: list[tuple[int, int]]
    weights: list[float]
    caps: FloatArray
    rates: FloatArray
    amounts: FloatArray
    leverages: FloatArray
    shares: FloatArray


def random_positions(n: int, *, on_ticks: bool = False, usd_spread: float = 1.2) -> Positions:
    """Entries around 60,000, lognormal sizes: the wider their spread, the more reach the larger margin tiers."""
    random = np.random.default_rng(5)
    entries, usd = 60_000 * np.exp(random.normal(0, 0.08, n)), random.lognormal(8, usd_spread, n)
    if on_ticks:
        entries = np.round(entries / TICK) * TICK
    return Positions(entries, np.minimum(usd, LARGEST_USD))


def flat_multipliers() -> tuple[FloatArray, FloatArray]:
    """Liquidation price over entry, and weight, of each rate, leverage and side: longs and shorts in turn."""
    multipliers = [
        multiplier
        for rate in RATES
        for leverage in LEVERAGES
        for multiplier in ((1 - 1 / leverage) / (1 - rate), (1 + 1 / leverage) / (1 + rate))
    ]
    return np.array(multipliers), np.full(len(multipliers), 1 / LEVERAGES.size / len(RATES))


def venue_tiers() -> TierRules:
    """The tiers on file of four venues, equally weighted."""
    spans: list[tuple[int, int]] = []
    caps: list[float] = []
    rates: list[float] = []
    amounts: list[float] = []
    for venue in VENUES:
        rule = resolve_margin_rule(venue, SYMBOL)
        spans.append((len(caps), len(caps) + len(rule.tiers)))
        caps += [tier.cap for tier in rule.tiers]
        rates += [tier.maintenance_margin_rate + rule.closing_fee_rate for tier in rule.tiers]
        amounts += [tier.maintenance_amount for tier in rule.tiers]
    weights = [1.0 / len(VENUES)] * len(VENUES)
    return TierRules(spans, weights, np.array(caps), np.array(rates), np.array(amounts), LEVERAGES, SHARES)


def state_axis(middle: float, n_buckets: int) -> PriceAxis:
    """The state's own buckets around a price."""
    _, edges = price_grid(BUCKET_RATIO, middle, middle, n_buckets // 2)
    return PriceAxis("log", np.ascontiguousarray(edges[: n_buckets + 1]), BUCKET_RATIO)


def random_market(n_bars: int, seed: int = 1) -> MarketHistory:
    """Five-minute bars with 12 bp of volatility that come back to 60,000, open interest near 80,000 coins."""
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 0.0012, n_bars))
    close = 60_000 * np.exp(walk - np.linspace(0, walk[-1], n_bars))
    opened = np.concatenate([[60_000.0], close[:-1]])
    high = np.maximum(opened, close) * (1 + np.abs(random.normal(0, 0.0008, n_bars)))
    low = np.minimum(opened, close) * (1 - np.abs(random.normal(0, 0.0008, n_bars)))
    return MarketHistory(
        venue="binanceusdm",
        symbol=SYMBOL,
        contract_kind="linear",
        interval_ms=300_000,
        open_time_ms=START_MS + np.arange(n_bars) * 300_000,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=random.lognormal(6.4, 0.7, n_bars),
        open_interest=80_000 * np.exp(0.3 * np.cumsum(random.normal(0, 0.0008, n_bars))),
        mark_low=low,
        mark_high=high,
        origin="simulated",
    )
