"""Positions summed into price buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError
from liqheat.heatmap.backends import check_buffer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from liqheat.records.arrays import FloatArray


def aggregate_liquidations(
    prices: ArrayLike, notional_usd: ArrayLike, price_edges: ArrayLike, out: FloatArray | None = None
) -> FloatArray:
    """Add notional to the price buckets in which it would be liquidated.

    Parameters
    ----------
    prices : (n,) array_like of float64
        Liquidation prices; NaN (never liquidated) and prices outside the edges are left out.
    notional_usd : (n,) array_like of float64
        USD of each position, finite and at least 0.
    price_edges : (b + 1,) array_like of float64
        Increasing edges; bucket ``i`` is ``[edges[i], edges[i + 1])``.
    out : (b,) float64, optional
        Buffer to ADD to, C-contiguous.

    Returns
    -------
    (b,) float64
        `out`, or a new array.

    Raises
    ------
    InputError
        When lengths differ, edges do not increase, or a notional is negative or not finite; `out` is then unchanged.

    Examples
    --------
    >>> aggregate_liquidations([90.0, 99.5, float("nan")], [10.0, 5.0, 7.0], [80.0, 95.0, 100.0]).tolist()
    [10.0, 5.0]
    """
    edges = read_vector("price_edges", price_edges)
    shape = (max(edges.size - 1, 0),)
    buckets = np.zeros(shape) if out is None else check_buffer("out", out, shape, np.float64)
    _core.aggregate_liquidations(
        read_vector("prices", prices), read_vector("notional_usd", notional_usd), edges, buckets
    )
    return buckets


def read_vector(argument: str, values: ArrayLike) -> FloatArray:
    """A one-dimensional array of float64, contiguous; what is none is refused by name."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise InputError(argument, "must hold no masked value", f"{int(np.ma.getmaskarray(values).sum())} masked")
    try:
        vector = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(argument, "must hold numbers", error) from error
    if vector.ndim != 1:
        raise InputError(argument, "must be one-dimensional", f"shape {vector.shape}")
    return vector
