"""Liquidation prices by venue and symbol, tier chosen at the liquidation price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat.margin import _inputs
from liqheat.margin._backends import find_backend
from liqheat.margin._numpy import REFUSED
from liqheat.margin.contract import MarginRule, find_tiers, read_reference, resolve_margin_rule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def venue_liquidation_price(
    venue: str,
    symbol: str,
    position_side: ArrayLike,
    entry_price: ArrayLike,
    leverage: ArrayLike,
    notional_usd: ArrayLike,
    *,
    errors: str = "raise",
    backend: str = "rust",
) -> float | FloatArray:
    """Compute an isolated position's liquidation price as a venue does, tier chosen at the liquidation price.

    Where tiers count value, the one used is the one that holds the position's value AT the liquidation price; the
    maintenance amount makes it unique. Where they count contracts (OKX, MEXC) it does not depend on price, no amount
    exists, and the tier's rate applies to the whole position, so the requirement jumps from tier to tier.

    Parameters
    ----------
    venue, symbol : str
        As in :func:`resolve_margin_rule`, which tells whether a default stood in for the symbol's tiers.
    position_side, entry_price : scalar or array
        As in :func:`liquidation_price`.
    leverage : float or array
        Notional over initial margin, at entry.
    notional_usd : float or array
        Position value at entry, quote currency.
    errors : {'raise', 'nan'}, default 'raise'
        What becomes of positions whose numbers break a rule: an error that names the first, or NaN for each.
    backend : {'rust', 'numpy'}, default 'rust'
        Both give the same bits.

    Returns
    -------
    float or ndarray
        Quote currency per coin; NaN where the position can never be liquidated.

    Raises
    ------
    InputError
        Unless `errors` is ``nan``: leverage above the maximum at that notional (the venue would reject the order),
        notional above the last tier's cap at entry or, where larger tiers exist but are not on file, at the
        liquidation price. Always as :func:`resolve_margin_rule`; else as :func:`liquidation_price`.

    Examples
    --------
    >>> float(round(venue_liquidation_price("binance", "BTC/USDT:USDT", "long", 95_000, 20, 95_000), 2))
    90612.45
    """
    rule = resolve_margin_rule(venue, symbol)
    raises = _inputs.read_errors(errors)
    sides = _inputs.read_sides(position_side)
    entries = _inputs.read_numbers("entry_price", entry_price, None)
    leverages = _inputs.read_numbers("leverage", leverage, None)
    notionals = _inputs.read_numbers("notional_usd", notional_usd, None)
    shape = _inputs.broadcast_shape(
        position_side=sides, entry_price=entries, leverage=leverages, notional_usd=notionals
    )
    prices, codes, refused = _solve(rule, sides, entries, leverages, notionals, shape, backend)
    if refused and raises:
        _explain(rule, entries, leverages, notionals, codes.reshape(shape))
    return float(prices[0]) if shape == () else prices.reshape(shape)


def venue_liquidation_distances(
    venue: str,
    symbol: str,
    leverages: ArrayLike,
    notional_usd: float = 10_000.0,
    reference_price: float | None = None,
    *,
    backend: str = "rust",
) -> FloatArray:
    """Compute how far from entry, in log price, a venue liquidates isolated positions at each leverage.

    Parameters
    ----------
    venue, symbol : str
        As in :func:`resolve_margin_rule`.
    leverages : (k,) array
        None above the venue's maximum at this notional.
    notional_usd : float, default 10_000
        Position value at entry, quote currency.
    reference_price : float, optional
        Entry price. Needed only where tiers count coins or contracts; elsewhere the distance does not depend on it.

    Returns
    -------
    (2, k) float64 ndarray
        ``|ln(liquidation price / entry price)|``, row 0 long, row 1 short; NaN where never liquidated.

    Raises
    ------
    InputError
        As :func:`venue_liquidation_price`; or a reference price that is needed and missing.

    Examples
    --------
    >>> venue_liquidation_distances("bybit", "BTC/USDT:USDT", [10, 100]).round(5).tolist()
    [[0.10035, 0.00504], [0.09032, 0.00496]]
    """
    rule = resolve_margin_rule(venue, symbol)
    return rule_liquidation_distances(rule, leverages, notional_usd, reference_price, backend=backend)


def rule_liquidation_distances(
    rule: MarginRule,
    leverages: ArrayLike,
    notional_usd: float = 10_000.0,
    reference_price: float | None = None,
    *,
    backend: str = "rust",
) -> FloatArray:
    """As :func:`venue_liquidation_distances`, for a rule at hand: one with tiers that were fetched, say."""
    columns = _inputs.read_column("leverages", leverages)
    notional = np.asarray(_inputs.read_number("notional_usd", notional_usd))
    reference = read_reference(reference_price)
    limit = rule.tiers[int(find_tiers(rule, notional, reference))].maximum_leverage
    _check_leverages("leverages", rule, columns, np.asarray(limit))
    entry = np.ones(()) if reference is None else reference
    shape = (2, columns.size)
    sides = np.array([[1], [-1]], dtype=np.int8)
    prices, codes, refused = _solve(rule, sides, entry, columns, notional, shape, backend)
    if refused:
        _explain(rule, entry, columns, notional, codes.reshape(shape))
    return np.abs(np.log(prices.reshape(shape) / entry))


def _check_leverages(argument: str, rule: MarginRule, leverages: FloatArray, limits: FloatArray) -> None:
    holds = np.asarray(leverages <= limits)
    if not holds.all():
        limit = float(np.broadcast_to(limits, holds.shape)[~holds][0])
        words = f"must not exceed {limit:g}, the maximum of {rule.venue} {rule.symbol} at this notional"
        _inputs.refuse_first(argument, words, leverages, holds)


def _solve(
    rule: MarginRule,
    sides: NDArray[np.int8],
    entries: FloatArray,
    leverages: FloatArray,
    notionals: FloatArray,
    shape: tuple[int, ...],
    backend: str,
) -> tuple[FloatArray, NDArray[np.uint8], int]:
    """Flat prices and status codes, and how many positions break a rule."""
    tiers = [
        (tier.cap, tier.maximum_leverage, tier.maintenance_margin_rate, tier.maintenance_amount) for tier in rule.tiers
    ]
    found: tuple[FloatArray, NDArray[np.uint8], int] = find_backend(backend).venue_liquidation_price_of(
        *(_inputs.as_column(np.asarray(array), shape) for array in (sides, entries, leverages, notionals)),
        np.array(tiers),
        rule.contract_size,
        rule.counts_coins,
        rule.covers_all_sizes,
        rule.closing_fee_rate,
        rule.contract_kind,
    )
    return found


def _explain(
    rule: MarginRule, entries: FloatArray, leverages: FloatArray, notionals: FloatArray, codes: NDArray[np.uint8]
) -> None:
    """Raise for the first rule that a position breaks."""
    for name, values in (("entry_price", entries), ("leverage", leverages), ("notional_usd", notionals)):
        _inputs.refuse_first(name, _inputs.POSITIVE.rule, values, _inputs.POSITIVE.holds(values))
    limits = np.array([tier.maximum_leverage for tier in rule.tiers])[find_tiers(rule, notionals, entries)]
    _check_leverages("leverage", rule, leverages, limits)
    linear = rule.contract_kind == "linear"
    with np.errstate(all="ignore"):
        quantities = notionals / entries if linear else notionals
        margins = notionals / leverages if linear else notionals / (entries * leverages)
    _inputs.check_value(entries, quantities, rule.contract_kind)
    _inputs.refuse_first("notional_usd", "must give a margin within the range of float64", margins, margins > 0.0)
    # What is left is known at the liquidation price alone.
    limit = rule.tiers[-1].cap
    words = f"must keep the value at the liquidation price within {limit:.12g} {rule.unit}, the last tier on file"
    _inputs.refuse_first("notional_usd", words, notionals, codes != REFUSED)
