"""Price axes.

Log axes fall on edges of the state, so nothing is split; linear ones share the state's buckets by overlap.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from liqheat._core import price_grid
from liqheat.errors import InputError
from liqheat.records import PriceAxis
from liqheat.records.arrays import FloatArray
from liqheat.units import BucketWidth

DEFAULT_BUCKETS = 1000
MAXIMUM_BUCKETS = 20_000
RANGE_PADDING = 0.12
"""Share of price shown beyond the candles: 10x liquidations (9.6 % away) stay in view."""
BASIS_POINT = 1e-4


def build_price_axis(
    low: float,
    high: float,
    *,
    kind: Literal["log", "linear"] = "log",
    bucket_width: BucketWidth | None = None,
    buckets: int | None = None,
    bucket_ratio: float,
    padding: float = RANGE_PADDING,
) -> PriceAxis:
    """Build the axis that shows the candles' range and the liquidations around it.

    Parameters
    ----------
    low, high : float
        Price range of the candles in view.
    kind : {'log', 'linear'}
        Buckets of constant ratio or of constant width.
    bucket_width : BucketWidth, optional
        Exact width: basis points for log axes, quote currency or AED for linear ones.
    buckets : int, optional
        Without a width: most buckets to make (default 1000).
    bucket_ratio : float
        Edge ratio of the book's state.
    padding : float
        Share of price shown beyond the range.

    Raises
    ------
    InputError
        When the width is of the wrong unit, finer than the state (log), or makes more than 20,000 buckets.

    Examples
    --------
    >>> axis = build_price_axis(95_000, 105_000, kind="linear", bucket_width=BucketWidth(50, "quote"),
    ...                         bucket_ratio=1.0005)
    >>> axis.step, float(axis.edges[0])
    (50.0, 83600.0)
    """
    low, high = low * (1.0 - padding), high * (1.0 + padding)
    most = DEFAULT_BUCKETS if buckets is None else buckets
    if not 1 <= most <= MAXIMUM_BUCKETS:
        raise InputError("buckets", f"must be from 1 to {MAXIMUM_BUCKETS}", most)
    if kind == "log":
        return _log_axis(low, high, bucket_width, most, bucket_ratio)
    if kind == "linear":
        return _linear_axis(low, high, bucket_width, most)
    raise InputError("price_axis", "must be log or linear", kind)


def finest_state_ratio(bucket_width: BucketWidth | None, high: float, default: float) -> float:
    """Edge ratio that the book's state needs for this width, a step of 5, 2, 1 or 0.5 bp, so nothing shows a comb.

    Examples
    --------
    >>> finest_state_ratio(BucketWidth(50, "aed"), 95_000.0, 1.0005)
    1.0001
    """
    if bucket_width is None:
        return default
    wanted = bucket_width.value * BASIS_POINT if bucket_width.unit == "bp" else bucket_width.quote / high
    if wanted >= default - 1.0:
        return default
    for step in (2e-4, 1e-4, 5e-5):
        if step <= wanted:
            return 1.0 + step
    return 1.00005


def _log_axis(low: float, high: float, width: BucketWidth | None, most: int, bucket_ratio: float) -> PriceAxis:
    first, edges = price_grid(bucket_ratio, low, high, 0)
    if width is None:
        per_bucket = math.ceil((edges.size - 1) / most)
    elif width.unit != "bp":
        raise InputError("bucket_width", "must be in bp on a log axis", f"{width.value} {width.unit}")
    else:
        per_bucket = round(math.log1p(width.value * BASIS_POINT) / math.log(bucket_ratio))
        if per_bucket < 1:
            raise InputError("bucket_width", "must be at least 0.5 bp", f"{width.value} bp")
        if (edges.size - 1) / per_bucket > MAXIMUM_BUCKETS:
            raise InputError("bucket_width", f"must make at most {MAXIMUM_BUCKETS} buckets", f"{width.value} bp")
    # Start on a multiple, so that buckets keep their place when the range moves.
    first -= first % per_bucket
    span = math.ceil((edges.size + per_bucket) / per_bucket) * per_bucket
    _, edges = _edges_from(bucket_ratio, first, span)
    kept = edges[::per_bucket]
    end = int(np.searchsorted(kept, high, side="left"))
    return PriceAxis("log", np.ascontiguousarray(kept[: end + 1]), bucket_ratio**per_bucket)


def _edges_from(bucket_ratio: float, first: int, span: int) -> tuple[int, FloatArray]:
    start = bucket_ratio**first
    base, edges = price_grid(bucket_ratio, start, start, span + 2)
    offset = first - base
    return first, edges[offset : offset + span + 1]


def _linear_axis(low: float, high: float, width: BucketWidth | None, most: int) -> PriceAxis:
    if width is None:
        step = _round_step((high - low) / most)
    elif width.unit == "bp":
        raise InputError("bucket_width", "must be money on a linear axis, not bp", f"{width.value} bp")
    else:
        step = float(width.quote)
    n_buckets = math.ceil(high / step) - math.floor(low / step)
    if n_buckets > MAXIMUM_BUCKETS:
        raise InputError("bucket_width", f"must make at most {MAXIMUM_BUCKETS} buckets", f"{step}: {n_buckets} buckets")
    edges = (math.floor(low / step) + np.arange(n_buckets + 1, dtype=np.float64)) * step
    # A coarse width on a cheap coin may put the first edge at 0; prices are above it anyway.
    return PriceAxis("linear", edges, step)


def _round_step(step: float) -> float:
    """Smallest of 1, 2, 2.5, 5 times a power of ten that is at least `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= step * (1 - 1e-12))
