"""Price axes.

Log axes fall on edges of the state, so nothing is split; linear ones share the state's buckets by overlap.
"""

from __future__ import annotations

import math

import numpy as np

from liqheat._core import price_grid
from liqheat.errors import InputError
from liqheat.records import PriceAxis, PriceAxisKind
from liqheat.units import BucketWidth

DEFAULT_BUCKETS = 1000
MAXIMUM_BUCKETS = 20_000
RANGE_PADDING = 0.12
"""Share of price shown beyond the candles: 10x liquidations (9.6 % away) stay in view."""
BASIS_POINT = 1e-4
STATE_STEPS = (2e-4, 1e-4, 5e-5)
"""Finer states than the default one, tried in turn."""
FINEST_STEP = STATE_STEPS[-1]
WIDTH_TOLERANCE = 5e-3
"""A group of whole state buckets within this of the width that was asked for is taken: 10.0025 bp for 10."""


def build_price_axis(
    low: float,
    high: float,
    *,
    kind: PriceAxisKind = "log",
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
    if kind == "log":
        return _log_axis(low, high, bucket_width, most, bucket_ratio)
    return _linear_axis(low, high, bucket_width, most)


def finest_state_ratio(bucket_width: BucketWidth | None, high: float, default: float) -> float:
    """Edge ratio that the book's state needs for this width, a step of 5, 2, 1 or 0.5 bp, so nothing shows a comb.

    Examples
    --------
    >>> finest_state_ratio(BucketWidth(50, "AED"), 95_000.0, 1.0005)
    1.0001
    """
    if bucket_width is None:
        return default
    wanted = bucket_width.value * BASIS_POINT if bucket_width.unit == "bp" else bucket_width.quote / high
    if wanted >= default - 1.0:
        return default
    return 1.0 + next((step for step in STATE_STEPS if step <= wanted * (1 + 1e-9)), FINEST_STEP)


def _log_axis(low: float, high: float, width: BucketWidth | None, most: int, bucket_ratio: float) -> PriceAxis:
    if width is None:
        n_state = math.log(high / low) / math.log(bucket_ratio)
        return _grouped_axis(low, high, bucket_ratio, math.ceil(n_state / max(most - 1, 1)))
    if width.unit != "bp":
        raise InputError("bucket_width", "must be in bp on a log axis", f"{width.value} {width.unit}")
    step = width.value * BASIS_POINT
    if step < FINEST_STEP * (1 - 1e-9):
        raise InputError("bucket_width", f"must be at least {FINEST_STEP / BASIS_POINT:g} bp", f"{width.value} bp")
    if step < (bucket_ratio - 1.0) * (1 - 1e-6):
        rule = f"must not be finer than the book's state ({(bucket_ratio - 1.0) / BASIS_POINT:.4g} bp)"
        raise InputError("bucket_width", rule, f"{width.value} bp")
    n_buckets = math.log(high / low) / math.log1p(step)
    if not n_buckets <= MAXIMUM_BUCKETS:
        raise InputError("bucket_width", f"must make at most {MAXIMUM_BUCKETS} buckets", f"{width.value} bp")
    per_bucket = round(math.log1p(step) / math.log(bucket_ratio))
    if abs(bucket_ratio**per_bucket - 1.0 - step) <= WIDTH_TOLERANCE * step:
        return _grouped_axis(low, high, bucket_ratio, per_bucket)
    _, edges = price_grid(1.0 + step, low, high, 0)
    return PriceAxis("log", edges, 1.0 + step)


def _grouped_axis(low: float, high: float, bucket_ratio: float, per_bucket: int) -> PriceAxis:
    """Buckets of a whole number of the state's: nothing is split."""
    first, edges = price_grid(bucket_ratio, low, high, per_bucket)
    # Start on a multiple, so that buckets keep their place when the range moves.
    kept = edges[-first % per_bucket :: per_bucket]
    start = int(np.searchsorted(kept, low, side="right")) - 1
    end = int(np.searchsorted(kept, high, side="left"))
    return PriceAxis("log", np.ascontiguousarray(kept[start : end + 1]), bucket_ratio**per_bucket)


def _linear_axis(low: float, high: float, width: BucketWidth | None, most: int) -> PriceAxis:
    if width is None:
        step = _round_step((high - low) / most)
    elif width.unit == "bp":
        raise InputError("bucket_width", "must be money on a linear axis, not bp", f"{width.value} bp")
    else:
        step = float(width.quote)
        if not (high - low) / step <= MAXIMUM_BUCKETS:
            found = f"{step:g}: {(high - low) / step:.3g} buckets"
            raise InputError("bucket_width", f"must make at most {MAXIMUM_BUCKETS} buckets", found)
    n_buckets = math.ceil(high / step) - math.floor(low / step)
    edges = (math.floor(low / step) + np.arange(n_buckets + 1, dtype=np.float64)) * step
    # A coarse width on a cheap coin may put the first edge at 0; prices are above it anyway.
    return PriceAxis("linear", edges, step)


def _round_step(step: float) -> float:
    """Smallest of 1, 2, 2.5, 5 times a power of ten that is at least `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= step * (1 - 1e-12))
