"""USD in one byte: four decades below a maximum."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, check_type
from liqheat.heatmap.backends import N_THREADS, Backend, check_buffer, check_threads, find_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

SMALLEST_MAXIMUM = 1e-30
"""Below, four decades leave the range in which single precision is exact to its last digits: nothing is drawn."""


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
    check_threads(n_threads)
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


def _check_maximum(maximum: float) -> float:
    check_type("maximum", maximum, Real, "must be finite and at least 0")
    if not 0.0 <= maximum < np.inf:
        raise InputError("maximum", "must be finite and at least 0", maximum)
    return float(maximum)
