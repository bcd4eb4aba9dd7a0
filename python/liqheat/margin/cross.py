"""The margin that backs one position of a cross-margined account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat.margin import _inputs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def cross_margin(
    wallet_balance: float,
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    mark_price: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    maintenance_amount: ArrayLike = 0.0,
    contract_kind: str = "linear",
) -> float:
    """Compute what is left for one position once an account's OTHER positions are provided for.

    Wallet balance, less the maintenance margin of the other positions, plus their unrealised profit, at mark:
    the `margin` of :func:`liquidation_price` for the position that is not among them.

    Parameters
    ----------
    wallet_balance : float
        Settle currency, without unrealised profit.
    position_side, entry_price, quantity, mark_price : scalar or array
        The other positions; units as in :func:`liquidation_price`.
    maintenance_margin_rate, maintenance_amount : float or array
        Their tiers.
    contract_kind : {'linear', 'inverse'}, default 'linear'
        Of all of them: one wallet has one settle currency.

    Returns
    -------
    float
        Settle currency; may be negative, and then the account is past liquidation.

    Raises
    ------
    InputError
        As :func:`liquidation_price`.

    Notes
    -----
    Source: Binance support b3c689c1, read 2026-11-22, whose worked example this is:

    Examples
    --------
    >>> margin = cross_margin(1_535_443.01, "long", 32_481.98, 109.488, 31_967.27, 0.025, 16_300)
    >>> from liqheat.margin.price import liquidation_price
    >>> float(round(liquidation_price("long", 1_456.84, 3_683.979, margin, 0.1, 135_365), 2))
    1153.26
    """
    kind = _inputs.read_contract_kind(contract_kind)
    wallet = _inputs.read_number("wallet_balance", wallet_balance, _inputs.FINITE)
    sides = _inputs.read_sides(position_side)
    entries = _inputs.read_numbers("entry_price", entry_price)
    quantities = _inputs.read_numbers("quantity", quantity)
    marks = _inputs.read_numbers("mark_price", mark_price)
    rates = _inputs.read_numbers("maintenance_margin_rate", maintenance_margin_rate, _inputs.NOT_NEGATIVE)
    amounts = _inputs.read_numbers("maintenance_amount", maintenance_amount, _inputs.NOT_NEGATIVE)
    _inputs.broadcast_shape(
        position_side=sides,
        entry_price=entries,
        quantity=quantities,
        mark_price=marks,
        maintenance_margin_rate=rates,
        maintenance_amount=amounts,
    )
    if kind == "linear":
        value = quantities * marks
        profit = sides * quantities * (marks - entries)
    else:
        value = quantities / marks
        profit = sides * quantities * (1.0 / entries - 1.0 / marks)
    maintenance = np.maximum(value * rates - amounts, 0.0)
    return wallet + float(np.sum(profit - maintenance))
