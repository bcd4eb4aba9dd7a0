"""The whole story on one page: history in, checked and aligned; a book estimated; a heatmap drawn.

Stages never import each other: this module, `histories`, `combine`, `looks`, `decisions` and `feeds` chain them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from liqheat import book, flows, heatmap, margin
from liqheat.book import BUCKET_RATIO, MODEL_VERSION, Backend, load_leverage_mix
from liqheat.errors import InputError, UnknownNameError
from liqheat.histories import (
    fetch_market,
    load_market_files,
    load_markets,
    read_market,
    rules_of,
    simulated_markets,
)
from liqheat.records import (
    BookEstimate,
    CombinedEstimate,
    DistanceTiers,
    FlowEstimate,
    HolderClass,
    LeverageMix,
    MarginTiers,
    MarketHistory,
    Side,
)
from liqheat.units import BucketWidth, parse_bucket_width

__all__ = [
    "BUCKET_RATIO",
    "MODEL_VERSION",
    "build_heatmap",
    "draw_heatmap",
    "estimate_book",
    "fetch_market",
    "load_leverage_mix",
    "load_market_files",
    "load_markets",
    "read_market",
    "simulated_markets",
    "venue_distance_tiers",
]

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
    rule = margin.resolve_margin_rule(rules_of(venue), symbol)
    if fetched_tiers is not None:
        rule = margin.apply_fetched_tiers(rule, fetched_tiers)
    mix = load_leverage_mix(leverage_mix)
    mix = book.cap_leverage(mix, margin.rule_maximum_leverage(rule, TYPICAL_NOTIONAL_USD, reference_price))
    distances = margin.rule_liquidation_distances(rule, mix.leverages, TYPICAL_NOTIONAL_USD, reference_price)
    return book.build_distance_tiers(mix, distances)


def estimate_book(
    market: MarketHistory,
    *,
    leverage_mix: str | Path | LeverageMix = "classic",
    tiers: DistanceTiers | None = None,
    holder_classes: tuple[HolderClass, ...] = book.DEFAULT_HOLDERS,
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
    if tiers is None:
        price = float(market.close[-1]) if market.n_bars else None
        tiers = venue_distance_tiers(
            market.venue, market.symbol, leverage_mix, reference_price=price, fetched_tiers=market.margin_tiers
        )
    return book.estimate_book(market, tiers, holder_classes=holder_classes, bucket_ratio=bucket_ratio, backend=backend)


def draw_heatmap(
    estimate: BookEstimate | CombinedEstimate | FlowEstimate,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    interval: str | None = None,
    cohort: str = "none",
    side: Side = "both",
    leverage: Sequence[float] | None = None,
    quantity: str = "held",
    price_axis: Literal["log", "linear"] = "log",
    bucket_width: str | float | BucketWidth | None = None,
    buckets: int | None = None,
    as_of_ms: int | None = None,
    backend: Backend = "rust",
) -> heatmap.Heatmap:
    """Draw an estimated book, or its expected forced flow.

    Parameters
    ----------
    estimate : BookEstimate, CombinedEstimate or FlowEstimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    start_ms, end_ms : int, optional
        Time range, UTC milliseconds; the whole history by default.
    interval : str, optional
        Column length such as ``15m``, a multiple of the bars'; by default the shortest that makes at most 9,000.
    cohort : str
        ``none``, or ``24h``, ``3d``, ``7d``, ``30d``, ``90d``, ``180d``, ``1y``: only positions opened within that span
        before each column's end. Up to the oldest 24th of the span may be left out; nothing older is shown.
    side : {'both', 'long', 'short'}
        Side of the positions.
    leverage : sequence of float, optional
        Bands to draw, such as ``[50, 100]``; all by default.
    quantity : {'held', 'flow'}
        Held notional of a book, or expected forced flow of a `FlowEstimate`; never one drawn as the other.
    price_axis : {'log', 'linear'}
        Buckets of constant ratio or of constant width.
    bucket_width : str, float or BucketWidth, optional
        Exact bucket width: ``10bp`` on a log axis; quote currency (``50``) or dirham (``50AED``) on a linear one.
    buckets : int, optional
        Without a width: most price buckets, 1000 by default.
    as_of_ms : int, optional
        Leave out every bar that closed after this time.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    Heatmap
        Estimated USD of the quantity; drawn when first looked at.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.
    NoDataError
        When no bar lies in the range.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=2).history)
    >>> heat = liqheat.draw_heatmap(estimate, interval="1h", side="long", leverage=[25, 50])
    >>> heat.view.n_columns, heat.leverages
    (48, (25.0, 50.0))
    """
    check_quantity(quantity)
    if quantity == "flow" and not isinstance(estimate, FlowEstimate):
        raise InputError("quantity", "must be held for a book; make a FlowEstimate with estimate_flow", quantity)
    if quantity == "held" and isinstance(estimate, FlowEstimate):
        raise InputError("quantity", "must be flow for a FlowEstimate; make a book with estimate_book", quantity)
    view = heatmap.build_view(
        estimate,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,
        leverage=leverage,
        price_axis=price_axis,
        bucket_width=bucket_width,
        buckets=buckets,
        as_of_ms=as_of_ms,
    )
    return heatmap.Heatmap(estimate, view, backend)


def build_heatmap(
    candles: Any,
    open_interest: Any,
    mark: Any = None,
    *,
    venue: str,
    symbol: str,
    backend: Backend = "rust",
    leverage_mix: str | Path | LeverageMix = "classic",
    holder_classes: tuple[HolderClass, ...] = book.DEFAULT_HOLDERS,
    start_ms: int | None = None,
    end_ms: int | None = None,
    interval: str | None = None,
    cohort: str = "none",
    side: Side = "both",
    leverage: Sequence[float] | None = None,
    quantity: str = "held",
    price_axis: Literal["log", "linear"] = "log",
    bucket_width: str | float | BucketWidth | None = None,
    buckets: int | None = None,
    as_of_ms: int | None = None,
    model: str | Path | None = None,
) -> heatmap.Heatmap:
    """Build a liquidation heatmap from candles and open interest.

    Parameters
    ----------
    candles : table
        Trade candles without gaps: numpy, pandas, polars, Arrow, a dict of columns, or ccxt's rows. Volume and open
        interest are in coins for linear contracts, in USD for inverse ones.
    open_interest : table
        Open interest, ONE side, at instants.
    mark : table, optional
        Mark price candles at the candles' interval or finer; without them the trade extremes trigger.
    venue, symbol : str
        Whose liquidation formula applies: ``binance`` and ``BTC/USDT:USDT``, say.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    leverage_mix : str, Path or LeverageMix
        ``classic``, ``uniform``, a JSON file, or a mix.
    holder_classes : tuple of HolderClass
        Books of different renewal speed, and their weights.
    start_ms, end_ms, interval, cohort, side, leverage, quantity, price_axis, bucket_width, buckets, as_of_ms
        What to draw, as in `draw_heatmap`. ``flow`` uses the calibrated law: mix and classes do not apply.
    model : str or Path, optional
        With ``quantity="flow"``: calibrated parameters in place of the shipped ones.

    Returns
    -------
    Heatmap
        With ``values_usd`` (buckets, columns), ``price_edges``, ``time_edges_ms``, ``profile()``, ``column(t)``,
        ``to_pandas()`` and ``save(path)``. Estimated held notional, uncalibrated; or expected forced flow, untracked.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.

    Examples
    --------
    >>> import numpy as np, liqheat
    >>> time_ms = 1_767_225_600_000 + np.arange(288) * 300_000
    >>> close = 95_000 + 800 * np.sin(np.arange(288) / 30)
    >>> candles = {"open_time_ms": time_ms, "open": close, "high": close + 60, "low": close - 60, "close": close,
    ...            "volume": np.full(288, 400.0)}
    >>> open_interest = {"time_ms": time_ms + 300_000, "quantity": np.full(288, 90_000.0)}
    >>> heat = liqheat.build_heatmap(candles, open_interest, venue="binance", symbol="BTC/USDT:USDT")
    >>> heat.values_usd.shape == (heat.price_edges.size - 1, 288)
    True
    """
    market = read_market(candles, open_interest, mark, venue=venue, symbol=symbol)
    width = parse_bucket_width(bucket_width)
    ratio = heatmap.finest_state_ratio(width, float(market.high.max()), BUCKET_RATIO)
    estimate: BookEstimate | FlowEstimate
    if check_quantity(quantity) == "flow":
        estimate = flows.estimate_flow(market, model, bucket_ratio=ratio, backend=backend)
    elif model is not None:
        raise InputError("model", 'must be given with quantity="flow" only', model)
    else:
        estimate = estimate_book(
            market, leverage_mix=leverage_mix, holder_classes=holder_classes, bucket_ratio=ratio, backend=backend
        )
    return draw_heatmap(
        estimate,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,
        leverage=leverage,
        quantity=quantity,
        price_axis=price_axis,
        bucket_width=bucket_width,
        buckets=buckets,
        as_of_ms=as_of_ms,
        backend=backend,
    )


def check_quantity(quantity: str) -> str:
    """Refuse what is neither ``held`` nor ``flow``."""
    if not isinstance(quantity, str) or quantity not in ("held", "flow"):
        raise UnknownNameError("quantity", "must be held or flow", quantity)
    return quantity
