"""The hot loop: liquidation prices of many entries at many leverages, both sides at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError
from liqheat.margin import _inputs
from liqheat.margin._backends import find_backend

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def liquidation_prices(
    entry_prices: ArrayLike,
    leverages: ArrayLike,
    maintenance_margin_rate: ArrayLike,
    closing_fee_rate: float = 0.0,
    contract_kind: str = "linear",
    backend: str = "rust",
    out: FloatArray | None = None,
) -> FloatArray:
    """Compute isolated liquidation prices of every entry price at every leverage, long and short.

    Closed forms of a position without maintenance amount (every venue's first tier); for positions that reach
    larger tiers use :func:`venue_liquidation_price`.

    Parameters
    ----------
    entry_prices : (n,) array
        Quote currency per coin.
    leverages : (k,) array
        Position value over initial margin.
    maintenance_margin_rate : float or (k,) array
        Share of position value, one for all leverages or one for each.
    closing_fee_rate : float, default 0
        Fee that the venue adds to the requirement, share of position value.
    contract_kind : {'linear', 'inverse'}, default 'linear'
        Settled in quote currency or in coins.
    backend : {'rust', 'numpy'}, default 'rust'
        Both give the same bits.
    out : (n, 2, k) float64 array, optional
        Buffer to fill: C-contiguous, writeable, apart from the inputs. It is also returned. Its content is
        undefined if an error is raised.

    Returns
    -------
    (n, 2, k) float64 ndarray
        ``[:, 0]`` long, ``[:, 1]`` short. NaN where the position is never liquidated or would be at the open.

    Raises
    ------
    InputError
        A price or leverage that is not finite and above 0, rates outside [0, 1), or shapes that do not match.

    Examples
    --------
    >>> liquidation_prices([100_000.0], [10, 100], 0.004).round(1).tolist()
    [[[90361.4, 99397.6], [109561.8, 100597.6]]]
    """
    compute = find_backend(backend)
    kind = _inputs.read_contract_kind(contract_kind)
    entries = _inputs.read_column("entry_prices", entry_prices, None)
    columns = _inputs.read_column("leverages", leverages)
    rates = _inputs.read_numbers("maintenance_margin_rate", maintenance_margin_rate, _inputs.NOT_NEGATIVE)
    fee = _inputs.read_number("closing_fee_rate", closing_fee_rate, _inputs.NOT_NEGATIVE)
    if rates.shape not in ((), columns.shape):
        rule = f"must be one number or one for each of {columns.size} leverages"
        raise InputError("maintenance_margin_rate", rule, f"shape {rates.shape}")
    _inputs.check_rates(rates, np.asarray(fee))
    rates = _inputs.as_column(rates, rates.shape)
    shape = (entries.size, 2, columns.size)
    filled = np.empty(shape) if out is None else _check_output(out, shape, entries, columns, rates)
    if not compute.liquidation_price_grid_into(entries, columns, rates, fee, kind, filled):
        _inputs.refuse_first("entry_prices", _inputs.POSITIVE.rule, entries, _inputs.POSITIVE.holds(entries))
    return filled


def _check_output(out: object, shape: tuple[int, ...], *inputs: FloatArray) -> FloatArray:
    """Check a caller's output buffer: shape, dtype, layout, and that it is not one of the inputs."""
    if not isinstance(out, np.ndarray):
        raise InputError("out", "must be a numpy array", type(out).__name__)
    if out.shape != shape:
        raise InputError("out", f"must have shape {shape}", out.shape)
    if out.dtype != np.float64:
        raise InputError("out", "must be float64", out.dtype)
    if not out.flags.carray:
        raise InputError("out", "must be C-contiguous, aligned and writeable", out.flags)
    if any(np.may_share_memory(out, array) for array in inputs):
        raise InputError("out", "must not share memory with an input", "overlapping memory")
    return out
