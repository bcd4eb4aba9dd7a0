"""An estimated book of one venue: a leverage mix becomes distances by the venue's formula, and the engine runs."""

from __future__ import annotations

from pathlib import Path

from liqheat import margin
from liqheat.book.engine import BUCKET_RATIO, DEFAULT_HOLDERS, Backend, run_book
from liqheat.book.leverage import build_distance_tiers, cap_leverage, load_leverage_mix
from liqheat.errors import check_type
from liqheat.records import (
    BookEstimate,
    DistanceTiers,
    HolderClass,
    LeverageMix,
    MarginTiers,
    MarketHistory,
)

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
    mix = cap_leverage(mix, margin.rule_maximum_leverage(rule, TYPICAL_NOTIONAL_USD, reference_price))
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
) -> BookEstimate:
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
    BookEstimate
        With ``swept_usd`` (bars, 2, tiers), side 0 long, tiers nearest first, and all that a heatmap needs.

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
        price = float(market.close[-1]) if market.n_bars else None
        tiers = venue_distance_tiers(
            market.venue, market.symbol, leverage_mix, reference_price=price, fetched_tiers=market.margin_tiers
        )
    return run_book(market, tiers, holder_classes=holder_classes, bucket_ratio=bucket_ratio, backend=backend)
