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

LIQUIDATABLE, NEVER, AT_OPEN, REFUSED = 0, 1, 2, 3
TINY = np.finfo(np.float64).tiny


def liquidation_price_of(
    position_side: SideArray,
    entry_price: FloatArray,
    quantity: FloatArray,
    margin: FloatArray,
    maintenance_margin_rate: FloatArray,
    maintenance_amount: FloatArray,
    closing_fee_rate: FloatArray,
    kind: ContractKind,
) -> tuple[FloatArray, CodeArray, int]:
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
        valid = (np.abs(sign) == 1) & (value >= TINY) & (value < np.inf) & (rate < 1.0) & (maintenance_amount < np.inf)
        for column in (entry_price, quantity, margin):
            valid = valid & (column > 0.0) & (column < np.inf)
        for column in (maintenance_margin_rate, maintenance_amount, closing_fee_rate):
            valid = valid & (column >= 0.0)
    code = np.where(possible, np.where(at_open, AT_OPEN, LIQUIDATABLE), NEVER)
    code = np.where(valid, code, REFUSED).astype(np.uint8)
    return np.where(code == LIQUIDATABLE, price, np.nan), code, int(np.count_nonzero(code == REFUSED))


def liquidation_price_grid_into(
    entry_prices: FloatArray,
    leverages: FloatArray,
    maintenance_margin_rate: FloatArray,
    closing_fee_rate: float,
    kind: ContractKind,
    out: FloatArray,
) -> bool:
    """Fill `out` (n, 2, k) with entry × factor of each side and leverage; returns whether all entries are valid."""
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
    return bool(np.all((entry_prices > 0.0) & (entry_prices < np.inf)))


def venue_liquidation_price_of(
    position_side: SideArray,
    entry_price: FloatArray,
    leverage: FloatArray,
    notional_usd: FloatArray,
    tiers: FloatArray,
    contract_size: float | None,
    by_coins: bool,
    covers_all_sizes: bool,
    closing_fee_rate: float,
    kind: ContractKind,
) -> tuple[FloatArray, CodeArray, int]:
    """Nearest liquidation price over the tiers that may apply; see the module text of `margin/mod.rs`."""
    n = np.broadcast_shapes(position_side.shape, entry_price.shape, leverage.shape, notional_usd.shape)
    caps, limits, rates, amounts = np.ascontiguousarray(tiers.T)
    sign = position_side.astype(np.float64)
    with np.errstate(all="ignore"):
        if kind == "linear":
            quantity, margin = notional_usd / entry_price, notional_usd / leverage
            value = quantity * entry_price
        else:
            quantity, margin = notional_usd, notional_usd / (entry_price * leverage)
            value = quantity / entry_price
        size = notional_usd / entry_price if by_coins else notional_usd
        size = size / contract_size if contract_size is not None else size
        own = np.minimum(np.searchsorted(caps, size, side="left"), caps.size - 1)
        valid = (
            (np.abs(sign) == 1) & (size <= caps[-1]) & (leverage <= limits[own]) & (value >= TINY) & (value < np.inf)
        )
        for column in (entry_price, leverage, notional_usd, quantity, margin):
            valid = valid & (column > 0.0) & (column < np.inf)
        best, at_open = np.broadcast_to(-sign * np.inf, n), np.zeros(n, dtype=np.bool_)
        for index in range(caps.size):
            rate, amount = rates[index : index + 1], amounts[index : index + 1]
            fee = np.array([closing_fee_rate])
            price, code, _ = liquidation_price_of(position_side, entry_price, quantity, margin, rate, amount, fee, kind)
            applies = True if contract_size is None else own == index
            best = np.where(applies & (code == LIQUIDATABLE) & (sign * price > sign * best), price, best)
            at_open |= applies & (code == AT_OPEN)
        known = np.isfinite(best) & ~at_open
        if not covers_all_sizes and contract_size is None:
            worth = quantity * best if kind == "linear" else quantity / best
            valid = valid & ~(known & (worth > caps[-1]))
    valid = np.broadcast_to(valid, n)
    code = np.where(at_open, AT_OPEN, np.where(known, LIQUIDATABLE, NEVER))
    code = np.where(valid, code, REFUSED).astype(np.uint8)
    return np.where(valid & known, best, np.nan), code, int(np.count_nonzero(~valid))
