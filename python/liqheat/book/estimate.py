"""An estimated book of one venue: a leverage mix becomes distances by the venue's formula, and the engine runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat import margin
from liqheat.book.engine import DEFAULT_HOLDERS, estimate_class, run_book
from liqheat.book.leverage import build_distance_tiers, cap_leverage, load_leverage_mix
from liqheat.book.running import BUCKET_RATIO, Backend
from liqheat.errors import InputError, check_type
from liqheat.history import check_market
from liqheat.records import (
    DistanceTiers,
    Estimate,
    HolderClass,
    Layer,
    LeverageMix,
    MarginTiers,
    MarketHistory,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

TYPICAL_NOTIONAL_USD = 10_000.0
"""Size whose margin tier sets the distances: the first tier of every venue."""


def venue_distance_tiers(
    venue: str,
    symbol: str,
    leverage_mix: str | Path | LeverageMix = "classic",
    *,
    reference_price: float | None = None,
    fetched_tiers: MarginTiers | None = None,
) -> DistanceTiers:
    """Distance tiers of a leverage mix at a venue, by the venue's own liquidation formula.

    Leverages that the venue does not offer are moved to its maximum.

    Parameters
    ----------
    venue, symbol : str
        Venue id and ccxt unified symbol.
    leverage_mix : str, Path or LeverageMix
        ``classic``, ``uniform``, a JSON file, or a mix.
    reference_price : float, optional
        Price for venues whose tiers count coins or contracts.
    fetched_tiers : MarginTiers, optional
        Margin tiers as the venue answered, in place of the shipped ones.

    Examples
    --------
    >>> tiers = venue_distance_tiers("bybit", "BTC/USDT:USDT")
    >>> [f"{leverage:g}x {distance:.4%}" for leverage, distance in zip(tiers.leverages, tiers.distances[0])][:2]
    ['100x 0.5038%', '50x 1.5190%']
    """
    rule = margin.resolve_margin_rule(margin.rules_of(venue), symbol)
    if fetched_tiers is not None:
        rule = margin.apply_fetched_tiers(rule, fetched_tiers)
    mix = load_leverage_mix(leverage_mix)
    limit = float(margin.rule_maximum_leverage(rule, TYPICAL_NOTIONAL_USD, reference_price))
    mix = cap_leverage(mix, limit)
    distances = margin.rule_liquidation_distances(rule, mix.leverages, TYPICAL_NOTIONAL_USD, reference_price)
    return build_distance_tiers(mix, distances)


def estimate_book(
    market: MarketHistory,
    *,
    leverage_mix: str | Path | LeverageMix = "classic",
    tiers: DistanceTiers | None = None,
    holder_classes: tuple[HolderClass, ...] = DEFAULT_HOLDERS,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> Estimate:
    """Estimate where a market's open positions would be liquidated, bar by bar.

    Parameters
    ----------
    market : MarketHistory
        Checked history; from `align_market`, `load_markets` or the simulator.
    leverage_mix : str, Path or LeverageMix
        Which leverages new positions choose; the venue's formula makes distances of them.
    tiers : DistanceTiers, optional
        Distance tiers in place of a mix.
    holder_classes : tuple of HolderClass
        One book each, side by side; a quantity is their weighted sum.
    bucket_ratio : float, default 1.0005
        Edge ratio of the state's price buckets.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    Estimate
        Of held notional; with ``swept_usd`` (bars, 2, tiers), side 0 long, tiers nearest first, and all that a heatmap
        needs.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.

    Examples
    --------
    >>> import liqheat
    >>> market = liqheat.simulate_market(days=2).history
    >>> estimate = liqheat.estimate_book(market)
    >>> estimate.swept_usd.shape == (market.n_bars, 2, 5), [f"{x:g}" for x in estimate.tiers.leverages]
    (True, ['100', '50', '25', '10', '5'])
    """
    check_type("market", market, MarketHistory, "must be a MarketHistory")
    if tiers is None:
        # The first close: tiers that count coins must not know how the price ends.
        price = float(market.close[0]) if market.n_bars else None
        tiers = venue_distance_tiers(
            market.venue, market.symbol, leverage_mix, reference_price=price, fetched_tiers=market.margin_tiers
        )
    return run_book(market, tiers, holder_classes=holder_classes, bucket_ratio=bucket_ratio, backend=backend)


def extend_estimate(estimate: Estimate, market: MarketHistory) -> Estimate:
    """The same estimate a few bars later: new books; weights and scale as they were known at the last bar.

    Parameters
    ----------
    estimate : Estimate
        Of one venue.
    market : MarketHistory
        Its history with bars more at the end, of which as many may be missing at the start.

    Raises
    ------
    InputError
        When the estimate is a sum of venues.
    """
    if estimate.combination is not None:
        raise InputError("estimate", "must be of one venue", ", ".join(estimate.venues))
    market = check_market(market)
    n_more = max(market.n_bars - estimate.n_bars, 0)

    def carry(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, np.repeat(values[-1:], n_more)])[-market.n_bars :]

    calibration = estimate.calibration
    if calibration is not None:
        calibration = replace(
            calibration,
            open_interest_usd=_open_interest_usd(market),
            scale=carry(calibration.scale),
            is_tracked=carry(calibration.is_tracked),
            placed_usd=carry(calibration.placed_usd),
            expected_usd=carry(calibration.expected_usd),
        )
    layers = tuple(_extend_layer(layer, market, carry(layer.factor)) for layer in estimate.layers)
    return replace(estimate, market=market, layers=layers, calibration=calibration)


def _open_interest_usd(market: MarketHistory) -> FloatArray:
    return market.open_interest * (1.0 if market.contract_kind == "inverse" else market.close)


def _extend_layer(layer: Layer, market: MarketHistory, factor: FloatArray) -> Layer:
    before = layer.book
    book = estimate_class(market, before.tiers, before.holder, before.bucket_ratio, "rust")
    return replace(layer, book=book, factor=factor, price_shift=np.zeros(market.n_bars, np.int64))
