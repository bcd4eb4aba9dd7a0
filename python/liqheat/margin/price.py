"""Liquidation and bankruptcy prices of positions under one margin rate and amount, on scalars and arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.margin import _inputs
from liqheat.margin._backends import find_backend

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

STATUSES = np.array(["liquidatable", "never", "at_open"])
"""Names of the status codes 0, 1 and 2 of both backends."""
BACKED = ("entry_price", "quantity", "margin")
REQUIREMENT = ("maintenance_margin_rate", "maintenance_amount", "closing_fee_rate")


def liquidation_price(
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    margin: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    maintenance_amount: ArrayLike = 0.0,
    closing_fee_rate: ArrayLike = 0.0,
    contract_kind: str = "linear",
    *,
    errors: str = "raise",
    backend: str = "rust",
) -> float | FloatArray:
    """Compute the price at which a position's equity falls to its maintenance requirement.

    All arguments but `contract_kind` broadcast; scalars in give a float, arrays in give an array.

    Parameters
    ----------
    position_side : str, int or array of either
        ``long`` / ``short``, or +1 / -1.
    entry_price : float or array
        Average entry, quote currency per coin. For venues that value at mark or oracle price, that price, with
        the equity at it as `margin`.
    quantity : float or array
        Coins (linear), or USD = contracts × contract size (inverse). Always above 0; the side is separate.
    margin : float or array
        What backs the position, settle currency: quote (linear) or coins (inverse). Isolated: initial margin plus
        top-ups. Cross: see :func:`cross_margin`.
    maintenance_margin_rate : float or array
        Rate of the tier that applies at the liquidation price, share of position value.
    maintenance_amount : float or array, default 0
        That tier's deduction, settle currency.
    closing_fee_rate : float or array, default 0
        Fee that the venue adds to the requirement, share of position value.
    contract_kind : {'linear', 'inverse'}, default 'linear'
        Settled in quote currency or in coins.
    errors : {'raise', 'nan'}, default 'raise'
        What becomes of positions whose numbers break a rule: an error that names the first, or NaN for each.
    backend : {'rust', 'numpy'}, default 'rust'
        Both give the same bits.

    Returns
    -------
    float or ndarray
        Quote currency per coin. NaN where the position can never be liquidated and where it would be at the open;
        :func:`liquidation_status` tells which.

    Raises
    ------
    InputError
        Unless `errors` is ``nan``: a value that is not finite, not above 0 (rates, amount: below 0), or rates that
        reach 1 together; the first is named with its index. Always: an unknown side or kind, or shapes that do not
        broadcast.

    Notes
    -----
    Linear: ``p = (s·q·E − M − a) / (q·(s − (r + f)))``; inverse: ``p = Q·(s + r + f) / (M + a + s·Q/E)`` with
    ``s`` = ±1. No rounding to the venue's tick.
    Source: Binance support b3c689c1 (USD-M) and ceccfcfb (COIN-M), read 2026-11-22.

    Examples
    --------
    20x at 95,000 on Binance's first BTC tier, long and short:

    >>> float(round(liquidation_price("long", 95_000, 1, 4_750, 0.004), 2))
    90612.45
    >>> liquidation_price(["long", "short"], 95_000, 1, 4_750, 0.004).round(2).tolist()
    [90612.45, 99352.59]
    """
    position = (position_side, entry_price, quantity, margin)
    requirement = (maintenance_margin_rate, maintenance_amount, closing_fee_rate)
    prices, _, shape = _solve(position, requirement, contract_kind, backend, errors)
    return float(prices[0]) if shape == () else prices.reshape(shape)


def liquidation_status(
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    margin: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    maintenance_amount: ArrayLike = 0.0,
    closing_fee_rate: ArrayLike = 0.0,
    contract_kind: str = "linear",
    *,
    backend: str = "rust",
) -> str | NDArray[np.str_]:
    """Name the case behind each result of :func:`liquidation_price`, which takes the same arguments.

    Returns
    -------
    str or ndarray of str
        ``liquidatable``; ``never`` where no price does it (a long linear or short inverse position at leverage of
        one or less); ``at_open`` where margin plus maintenance amount do not exceed the requirement at the entry:
        1/leverage + amount/value ≤ rate + fee.

    Raises
    ------
    InputError
        As :func:`liquidation_price`.

    Examples
    --------
    >>> liquidation_status("long", 100.0, 1.0, [10.0, 100.0, 0.4], 0.004).tolist()
    ['liquidatable', 'never', 'at_open']
    """
    position = (position_side, entry_price, quantity, margin)
    requirement = (maintenance_margin_rate, maintenance_amount, closing_fee_rate)
    _, codes, shape = _solve(position, requirement, contract_kind, backend, "raise")
    return str(STATUSES[codes[0]]) if shape == () else STATUSES[codes].reshape(shape)


def bankruptcy_price(
    position_side: ArrayLike,
    entry_price: ArrayLike,
    quantity: ArrayLike,
    margin: ArrayLike,
    contract_kind: str = "linear",
    *,
    backend: str = "rust",
) -> float | FloatArray:
    """Compute the price at which a position's whole margin is gone: where a venue takes it over.

    Parameters
    ----------
    position_side, entry_price, quantity, margin, contract_kind, backend
        As in :func:`liquidation_price`.

    Returns
    -------
    float or ndarray
        Quote currency per coin; NaN where no price takes the whole margin.

    Raises
    ------
    InputError
        As :func:`liquidation_price`.

    Notes
    -----
    Linear ``E·(1 − s/L)``, inverse ``E / (1 + s/L)`` at leverage ``L``. Liquidation feeds of Bybit and OKX report
    this price. Source: KuCoin support 27619032569113, Bybit help "Bankruptcy Price", read 2026-11-22.

    Examples
    --------
    >>> bankruptcy_price("long", 95_000, 1, 4_750)
    90250.0
    """
    position = (position_side, entry_price, quantity, margin)
    prices, _, shape = _solve(position, (0.0, 0.0, 0.0), contract_kind, backend, "raise")
    return float(prices[0]) if shape == () else prices.reshape(shape)


def _solve(
    position: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    requirement: tuple[ArrayLike, ArrayLike, ArrayLike],
    contract_kind: str,
    backend: str,
    errors: str,
) -> tuple[FloatArray, NDArray[np.uint8], tuple[int, ...]]:
    """Flat prices, codes of `STATUSES`, and the shape of both; arguments are those of `liquidation_price`, in order."""
    compute = find_backend(backend)
    kind, raises = _inputs.read_contract_kind(contract_kind), _inputs.read_errors(errors)
    arrays: dict[str, NDArray[Any]] = {"position_side": _inputs.read_sides(position[0])}
    for name, value in zip((*BACKED, *REQUIREMENT), (*position[1:], *requirement), strict=True):
        arrays[name] = _inputs.read_numbers(name, value, None)
    shape = _inputs.broadcast_shape(**arrays)
    columns = [_inputs.as_column(array, shape) for array in arrays.values()]
    prices, codes, refused = compute.liquidation_price_of(*columns, kind)
    if refused and raises:
        for names, allowed in ((REQUIREMENT, _inputs.NOT_NEGATIVE), (BACKED, _inputs.POSITIVE)):
            for name in names:
                _inputs.refuse_first(name, allowed.rule, arrays[name], allowed.holds(arrays[name]))
        _inputs.check_value(arrays["entry_price"], arrays["quantity"], kind)
        _inputs.check_rates(arrays["maintenance_margin_rate"], arrays["closing_fee_rate"])
    return prices, codes, shape
