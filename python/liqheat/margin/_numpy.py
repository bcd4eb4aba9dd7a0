"""The readable reference of `price` and `margin` in `rust/liqheat-core/src`: same operations, same order, same bits.

Arguments were checked by :mod:`liqheat.margin._inputs`. Columns are one-dimensional and hold one value for all
positions or one for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records import ContractKind

    FloatArray = NDArray[np.float64]
    SideArray = NDArray[np.int8]
    CodeArray = NDArray[np.uint8]

LIQUIDATABLE, NEVER, AT_OPEN = 0, 1, 2


def liquidation_price_of(
    position_side: SideArray,
    entry_price: FloatArray,
    quantity: FloatArray,
    margin: FloatArray,
    maintenance_margin_rate: FloatArray,
    maintenance_amount: FloatArray,
    closing_fee_rate: FloatArray,
    kind: ContractKind,
) -> tuple[FloatArray, CodeArray]:
    """Solve ``equity(p) = maintenance(p)`` for each position; see the module text of `price/mod.rs`."""
    sign = position_side.astype(np.float64)
    rate = maintenance_margin_rate + closing_fee_rate
    with np.errstate(all="ignore"):
        if kind == "linear":
            value = quantity * entry_price
            price = (sign * value - margin - maintenance_amount) / (quantity * (sign - rate))
        else:
            value = quantity / entry_price
            price = quantity * (sign + rate) / (margin + maintenance_amount + sign * value)
        possible = (price > 0.0) & (price < np.inf)
        # The second test catches a price that rounding puts on the entry although the first one just passed.
        at_open = (margin + maintenance_amount <= value * rate) | (sign * (entry_price - price) <= 0.0)
    code = np.where(possible, np.where(at_open, AT_OPEN, LIQUIDATABLE), NEVER).astype(np.uint8)
    return np.where(code == LIQUIDATABLE, price, np.nan), code


def bankruptcy_price_of(
    position_side: SideArray, entry_price: FloatArray, quantity: FloatArray, margin: FloatArray, kind: ContractKind
) -> FloatArray:
    """Liquidation price when nothing needs to be maintained."""
    nothing = np.zeros(1)
    return liquidation_price_of(position_side, entry_price, quantity, margin, nothing, nothing, nothing, kind)[0]


def liquidation_price_grid_into(
    entry_prices: FloatArray,
    leverages: FloatArray,
    maintenance_margin_rate: FloatArray,
    closing_fee_rate: float,
    kind: ContractKind,
    out: FloatArray,
) -> None:
    """Fill `out` (n, 2, k) with entry price times the factor of each side and leverage."""
    margin = 1.0 / leverages
    rate = maintenance_margin_rate + closing_fee_rate
    with np.errstate(all="ignore"):
        if kind == "linear":
            long, short = (1.0 - margin) / (1.0 - rate), (1.0 + margin) / (1.0 + rate)
        else:
            long, short = (1.0 + rate) / (1.0 + margin), (1.0 - rate) / (1.0 - margin)
        opens = margin > rate
        factors = np.empty((2, leverages.size))
        factors[0] = np.where(opens & (long > 0.0) & (long < 1.0), long, np.nan)
        factors[1] = np.where(opens & (short > 1.0) & (short < np.inf), short, np.nan)
        np.multiply(entry_prices[:, None, None], factors, out=out)


def tiered_liquidation_price_of(
    position_side: SideArray,
    entry_price: FloatArray,
    quantity: FloatArray,
    margin: FloatArray,
    closing_fee_rate: float,
    tier_caps: FloatArray,
    tier_rates: FloatArray,
    tier_amounts: FloatArray,
    contract_size: float | None,
    kind: ContractKind,
) -> tuple[FloatArray, CodeArray, NDArray[np.int64]]:
    """Nearest liquidation price over the tiers that may apply; see the module text of `margin.rs`."""
    n = np.broadcast_shapes(position_side.shape, entry_price.shape, quantity.shape, margin.shape)
    best, tier = np.full(n, np.nan), np.full(n, -1, dtype=np.int64)
    at_open = np.zeros(n, dtype=np.bool_)
    fee, is_long = np.array([closing_fee_rate]), position_side > 0
    own = None if contract_size is None else np.searchsorted(tier_caps, quantity / contract_size, side="left")
    for index in range(tier_caps.size):
        rate, amount = tier_rates[index : index + 1], tier_amounts[index : index + 1]
        price, code = liquidation_price_of(position_side, entry_price, quantity, margin, rate, amount, fee, kind)
        applies = np.True_ if own is None else own == index
        nearer = np.where(is_long, price > best, price < best) | (tier < 0)
        take = applies & (code == LIQUIDATABLE) & nearer
        best, tier = np.where(take, price, best), np.where(take, index, tier)
        at_open |= applies & (code == AT_OPEN)
    code = np.where(at_open, AT_OPEN, np.where(tier < 0, NEVER, LIQUIDATABLE)).astype(np.uint8)
    return np.where(at_open, np.nan, best), code, np.where(at_open, -1, tier)
