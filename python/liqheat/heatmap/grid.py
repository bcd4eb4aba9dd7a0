"""Front door of the render kernels: grids over time, single columns, the static profile, bytes."""

from __future__ import annotations

import os
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.heatmap import _numpy
from liqheat.heatmap._kernel import ViewArguments, replay_arrays, selected_slots
from liqheat.heatmap.view import band_labels, check_view
from liqheat.records import BookEstimate, Column, HeatmapView, Profile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from liqheat.records.arrays import FloatArray

Backend = Literal["rust", "numpy"]
_BACKENDS: dict[str, Any] = {"rust": _core, "numpy": _numpy}
SMALLEST_MAXIMUM = 1e-30
"""Below, four decades leave the range in which single precision is exact to its last digits: nothing is drawn."""
MOST_THREADS = 1024
N_THREADS = min(os.cpu_count() or 1, 8)


def accumulate_grid(
    estimate: BookEstimate,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    n_threads: int = N_THREADS,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw a book as a grid: held notional in USD by price bucket and column.

    Parameters
    ----------
    estimate : BookEstimate
        What `estimate_book` returned.
    view : HeatmapView
        What to draw; from `build_view`.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    n_threads : int
        Threads of the Rust backend; the result does not depend on it.
    out : (buckets, columns) float32, optional
        C-contiguous buffer to write to: fresh memory costs as much as the work.

    Returns
    -------
    (buckets, columns) float32
        `out`, or a new array. Row 0 is the lowest bucket.

    Raises
    ------
    InputError
        When `out` has the wrong shape, type or layout.
    """
    check_type("estimate", estimate, BookEstimate, "must be what estimate_book returned")
    check_view(view)
    _check_threads(n_threads)
    if view.bars_per_column < 1:
        raise InputError("view.bars_per_column", "must be at least 1", view.bars_per_column)
    shape = (view.axis.n_buckets, view.n_columns)
    grid = np.empty(shape, np.float32) if out is None else check_buffer("out", out, shape, np.float32)
    find_kernel(backend).render_grid(replay_arrays(estimate), _arguments(estimate, view), n_threads, grid)
    return grid


def build_column(estimate: BookEstimate, view: HeatmapView, column: int, *, backend: Backend = "rust") -> Column:
    """Draw one column of a view split by side and leverage band, in float64.

    Raises
    ------
    InputError
        When the view has no such column.
    """
    if not 0 <= column < view.n_columns:
        raise InputError("column", f"must be from 0 to {view.n_columns - 1}", column)
    bar = view.last_bar_of(column)
    arguments = _arguments(estimate, view)
    rows = np.zeros((int(arguments.selected.sum()), view.axis.n_buckets))
    find_kernel(backend).render_column(replay_arrays(estimate), arguments, bar, rows)
    labels = band_labels(estimate.tiers)
    bands = sorted({labels[tier] for tier in view.tiers})
    notional = np.zeros((2, len(bands), view.axis.n_buckets))
    for row, slot in zip(rows, np.flatnonzero(arguments.selected), strict=True):
        side, tier = divmod(int(slot), estimate.tiers.n_tiers)
        notional[side, bands.index(labels[tier])] += row
    market = estimate.market
    first = view.first_bar + column * view.bars_per_column
    return Column(
        start_ms=int(market.open_time_ms[first]),
        end_ms=int(market.open_time_ms[bar]) + market.interval_ms,
        price_edges=view.axis.edges,
        leverages=np.array(bands),
        notional_usd=notional,
        reference_price=float(market.close[bar]),
    )


def build_profile(column: Column) -> Profile:
    """Add the cumulative curves to a column: what a move from the reference price to each bucket would sweep."""
    price, edges = column.reference_price, column.price_edges
    below = np.where(edges[:-1] < price, column.long_usd, 0.0)
    above = np.where(edges[1:] > price, column.short_usd, 0.0)
    return Profile(
        column=column,
        cumulative_long_usd=np.cumsum(below[::-1])[::-1] * (edges[:-1] < price),
        cumulative_short_usd=np.cumsum(above) * (edges[1:] > price),
    )


def quantise_log(
    values_usd: NDArray[np.float32],
    maximum: float | None = None,
    *,
    backend: Backend = "rust",
    n_threads: int = N_THREADS,
    out: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.uint8], float]:
    """Quantise USD to one byte on four decades below the maximum: 0 is nothing, 255 the maximum.

    Parameters
    ----------
    values_usd : float32 array, C-contiguous
        Grid of any shape.
    maximum : float, optional
        Value of level 255; the largest value by default.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    n_threads : int
        Threads of the Rust backend.
    out : uint8 array of the same shape, optional
        C-contiguous buffer to write to.

    Returns
    -------
    levels : uint8 array of the same shape
        Level ``q >= 1`` stands for ``maximum * 10 ** (4 * ((q - 1) / 254 - 1))``, within 1.9 %.
    maximum : float
        The maximum that was used.

    Examples
    --------
    >>> levels, maximum = quantise_log(np.array([[0.0, 1.0, 100.0, 10_000.0]], dtype=np.float32))
    >>> levels.tolist(), maximum
    ([[0, 1, 128, 255]], 10000.0)
    """
    try:
        values = np.ascontiguousarray(values_usd, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError("values_usd", "must be an array of numbers", error) from error
    top = float(values.max(initial=0.0)) if maximum is None else _check_maximum(maximum)
    _check_threads(n_threads)
    levels = np.empty(values.shape, np.uint8) if out is None else check_buffer("out", out, values.shape, np.uint8)
    if top < SMALLEST_MAXIMUM:
        levels[...] = 0
    else:
        find_kernel(backend).quantise_log(values, top, n_threads, levels)
    return levels, top


def dequantise_log(levels: NDArray[np.uint8], maximum: float) -> FloatArray:
    """USD that a level stands for.

    Examples
    --------
    >>> dequantise_log(np.array([0, 255], dtype=np.uint8), 5.0).tolist()
    [0.0, 5.0]
    """
    check_type("levels", levels, np.ndarray, "must be an array of uint8")
    if levels.dtype.kind not in "uif":
        raise InputError("levels", "must be an array of uint8", levels.dtype)
    maximum = _check_maximum(maximum)
    exponent = 4.0 * ((levels.astype(np.float64) - 1.0) / 254.0 - 1.0)
    values: FloatArray = np.where(levels > 0, maximum * 10.0**exponent, 0.0)
    return values


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
    edges = _vector("price_edges", price_edges)
    shape = (max(edges.size - 1, 0),)
    buckets = np.zeros(shape) if out is None else check_buffer("out", out, shape, np.float64)
    _core.aggregate_liquidations(_vector("prices", prices), _vector("notional_usd", notional_usd), edges, buckets)
    return buckets


def _check_threads(n_threads: int) -> None:
    rule = f"must be a whole number from 1 to {MOST_THREADS}"
    check_type("n_threads", n_threads, Integral, rule)
    if not 1 <= n_threads <= MOST_THREADS:
        raise InputError("n_threads", rule, n_threads)


def check_buffer(argument: str, buffer: Any, shape: tuple[int, ...], dtype: type[np.generic]) -> Any:
    """Check a caller's output buffer; return it.

    Raises
    ------
    InputError
        When it is not a writeable C-contiguous array of `shape` and `dtype`.
    """
    if not isinstance(buffer, np.ndarray) or buffer.shape != shape or buffer.dtype != dtype:
        found = f"{buffer.dtype}{buffer.shape}" if isinstance(buffer, np.ndarray) else type(buffer).__name__
        raise InputError(argument, f"must be a {np.dtype(dtype)} array of shape {shape}", found)
    if not buffer.flags.c_contiguous or not buffer.flags.writeable:
        raise InputError(argument, "must be C-contiguous and writeable", "an array that is not")
    return buffer


def _check_maximum(maximum: float) -> float:
    check_type("maximum", maximum, Real, "must be finite and at least 0")
    if not 0.0 <= maximum < np.inf:
        raise InputError("maximum", "must be finite and at least 0", maximum)
    return float(maximum)


def _vector(argument: str, values: ArrayLike) -> FloatArray:
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise InputError(argument, "must hold no masked value", f"{int(np.ma.getmaskarray(values).sum())} masked")
    try:
        vector = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(argument, "must hold numbers", error) from error
    if vector.ndim != 1:
        raise InputError(argument, "must be one-dimensional", f"shape {vector.shape}")
    return vector


def find_kernel(backend: str) -> Any:
    """The kernel of a backend; what is none is refused."""
    if not isinstance(backend, str) or backend not in _BACKENDS:
        raise UnknownNameError("backend", f"must be one of {', '.join(_BACKENDS)}", backend)
    return _BACKENDS[backend]


def _arguments(estimate: BookEstimate, view: HeatmapView) -> ViewArguments:
    return ViewArguments(
        selected=selected_slots(estimate.tiers.n_tiers, view.side, view.tiers),
        first_bar=view.first_bar,
        end_bar=view.end_bar,
        bars_per_column=view.bars_per_column,
        cohort_bars=view.cohort_bars,
        price_edges=np.ascontiguousarray(view.axis.edges),
    )
