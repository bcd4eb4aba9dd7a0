"""Every formula a venue is on record with, by the id that the rule table names.

The two general ones are :func:`liquidation_price`; the others are older or display rules of single venues. They are
rows here and never arguments of the general function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from liqheat.margin import _inputs
from liqheat.margin.price import liquidation_price

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    Solver = Callable[..., float | FloatArray]


@dataclass(frozen=True, slots=True)
class Formula:
    """One liquidation price formula.

    Attributes
    ----------
    formula_id : str
        Name in the rule table.
    solve : callable
        Keyword arguments in, price out (NaN where there is none on the losing side).
    statement : str
        The formula in symbols: s = ±1, E entry, q quantity, M margin, r maintenance rate, a amount, f closing fee.
    source : str
        Where it is documented.
    """

    formula_id: str
    solve: Solver
    statement: str
    source: str


def entry_mm_linear(
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    margin: ArrayLike,
    maintenance_margin_rate: ArrayLike,
) -> float | FloatArray:
    """Liquidation price where the maintenance margin is frozen at the entry price.

    Examples
    --------
    >>> entry_mm_linear("long", 20_000, 1, 400, 0.005)
    19700.0
    """
    entry = _inputs.read_numbers("entry_price", entry_price)
    size = _inputs.read_numbers("quantity", quantity)
    rate = _inputs.read_numbers("maintenance_margin_rate", maintenance_margin_rate, _inputs.NOT_NEGATIVE)
    _inputs.broadcast_shape(entry_price=entry, quantity=size, maintenance_margin_rate=rate)
    return entry_mm_abs(position_side, entry, size, margin, size * entry * rate)


def entry_mm_abs(
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    margin: ArrayLike,
    maintenance_margin: ArrayLike,
) -> float | FloatArray:
    """Liquidation price from the maintenance margin that the venue itself reports, in quote currency."""
    sign = _inputs.read_sides(position_side).astype(np.float64)
    entry = _inputs.read_numbers("entry_price", entry_price)
    size = _inputs.read_numbers("quantity", quantity)
    backing = _inputs.read_numbers("margin", margin)
    required = _inputs.read_numbers("maintenance_margin", maintenance_margin, _inputs.NOT_NEGATIVE)
    _inputs.broadcast_shape(
        position_side=sign, entry_price=entry, quantity=size, margin=backing, maintenance_margin=required
    )
    return _on_losing_side(entry - sign * (backing - required) / size, sign, entry)


def cross_equity_mark(
    position_side: ArrayLike,
    mark_price: ArrayLike,
    quantity: ArrayLike,
    equity: ArrayLike,
    other_maintenance_margin: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    maintenance_amount: ArrayLike = 0.0,
    closing_fee_rate: ArrayLike = 0.0,
) -> float | FloatArray:
    """Cross-margin price from the account's equity at mark (dYdX: oracle) price; linear contracts."""
    value = _inputs.read_numbers("equity", equity, _inputs.FINITE)
    others = _inputs.read_numbers("other_maintenance_margin", other_maintenance_margin, _inputs.NOT_NEGATIVE)
    _inputs.broadcast_shape(equity=value, other_maintenance_margin=others)
    free = np.asarray(value - others)
    _inputs.refuse_first("equity", "must exceed other_maintenance_margin", value, free > 0.0)
    return liquidation_price(
        position_side, mark_price, quantity, free, maintenance_margin_rate, maintenance_amount, closing_fee_rate
    )


def kucoin_cross_amr(
    position_side: ArrayLike,
    mark_price: ArrayLike,
    quantity: ArrayLike,
    total_margin: ArrayLike,
    total_mark_value: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    closing_fee_rate: ArrayLike = 0.0,
) -> float | FloatArray:
    """Cross-margin price that KuCoin displays, by the account's available margin ratio; linear contracts."""
    sign = _inputs.read_sides(position_side).astype(np.float64)
    mark = _inputs.read_numbers("mark_price", mark_price)
    size = _inputs.read_numbers("quantity", quantity)
    margin = _inputs.read_numbers("total_margin", total_margin)
    total = _inputs.read_numbers("total_mark_value", total_mark_value)
    rate = _inputs.read_numbers("maintenance_margin_rate", maintenance_margin_rate, _inputs.NOT_NEGATIVE)
    fee = _inputs.read_numbers("closing_fee_rate", closing_fee_rate, _inputs.NOT_NEGATIVE)
    _inputs.broadcast_shape(position_side=sign, mark_price=mark, quantity=size, total_margin=margin)
    _inputs.check_rates(rate, fee)
    value = sign * size * mark
    price = (value - np.abs(value) * (margin / total)) / (1.0 - sign * rate - sign * fee) / (sign * size)
    return _on_losing_side(price, sign, mark)


def _on_losing_side(price: FloatArray, sign: FloatArray, entry: FloatArray) -> float | FloatArray:
    kept = np.where((price > 0.0) & (sign * (entry - price) > 0.0), price, np.nan)
    return float(kept) if kept.shape == () else kept


FORMULAS: dict[str, Formula] = {
    formula.formula_id: formula
    for formula in (
        Formula(
            "unified_linear",
            partial(liquidation_price, contract_kind="linear"),
            "p = (s·q·E − M − a) / (q·(s − r − f))",
            "Binance support b3c689c1 (USD-M liquidation price)",
        ),
        Formula(
            "unified_inverse",
            partial(liquidation_price, contract_kind="inverse"),
            "p = Q·(s + r + f) / (M + a + s·Q/E)",
            "Binance support ceccfcfb (COIN-M liquidation price)",
        ),
        Formula(
            "entry_mm_linear",
            entry_mm_linear,
            "p = E − s·(M − q·E·r)/q",
            "Bybit help, liquidation price before mid-2025; KuCoin support 4408061803033",
        ),
        Formula("entry_mm_abs", entry_mm_abs, "p = E − s·(M − MM)/q", "KuCoin position fields posMargin, posMaint"),
        Formula(
            "cross_equity_mark",
            cross_equity_mark,
            "unified_linear with E = mark and M = equity − maintenance of the others",
            "Hyperliquid docs, liquidations; dYdX v4-web calculators/subaccount.ts",
        ),
        Formula(
            "kucoin_cross_amr",
            kucoin_cross_amr,
            "p = (MV − |MV|·AMR) / (1 − s·r − s·f) / (s·q), AMR = total margin / Σ|MV|",
            "KuCoin support 35084431335065",
        ),
    )
}
