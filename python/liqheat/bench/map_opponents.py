"""Opponents of the fused map in numba, written for even edges, which they are told of.

Import this module only where numba is installed.
"""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# ruff: noqa: D103
import numpy as np
from numba import njit, prange


@njit
def bucket_of(price, edges, scale):
    """Bucket on even edges: a guess by arithmetic, which the edges correct; below 0 for none."""
    last = edges.size - 2
    if not (price >= edges[0] and price < edges[-1]):
        return -1
    at = min(int((price - edges[0]) * scale), last)
    while edges[at] > price:
        at -= 1
    while edges[at + 1] <= price:
        at += 1
    return at


@njit
def sum_part(entries, usd, edges, multipliers, weights, out):
    """The plain loop: every price of every position, side by side."""
    scale = (edges.size - 1) / (edges[-1] - edges[0])
    for row in range(entries.size):
        for at in range(multipliers.size):
            bucket = bucket_of(entries[row] * multipliers[at], edges, scale)
            if bucket >= 0:
                out[at % 2, bucket] += usd[row] * weights[at]


@njit(parallel=True)
def sum_parts(entries, usd, edges, multipliers, weights, parts):
    """The plain loop on as many threads as there are parts."""
    each = -(-entries.size // parts.shape[0])
    for part in prange(parts.shape[0]):
        rows = slice(part * each, (part + 1) * each)
        sum_part(entries[rows], usd[rows], edges, multipliers, weights, parts[part])
    return parts.sum(axis=0)


@njit
def breakpoint_of(edge, multiplier):
    entry = edge / multiplier
    while entry * multiplier >= edge:
        entry = np.nextafter(entry, 0.0)
    while entry * multiplier < edge:
        entry = np.nextafter(entry, np.inf)
    return entry


@njit
def sum_by_breakpoints(entries, usd, edges, multipliers, weights, out):
    """Our own algorithm: all prices at which anything crosses an edge sorted once, each entry located once."""
    n = edges.size
    points = np.empty(multipliers.size * n)
    for at in range(multipliers.size):
        for edge in range(n):
            points[at * n + edge] = breakpoint_of(edges[edge], multipliers[at])
    order = np.argsort(points)
    ranks = np.empty(points.size, np.int64)
    ranks[order] = np.arange(points.size)
    points = points[order]
    cells = points.size
    scale = cells / (points[-1] - points[0])
    starts = np.zeros(cells + 1, np.int64)
    for point in points:
        starts[min(int((point - points[0]) * scale), cells - 1) + 1] += 1
    starts = np.cumsum(starts)
    sums = np.zeros(points.size + 1)
    for row in range(entries.size):
        entry = entries[row]
        at = starts[min(max(int((entry - points[0]) * scale), 0), cells - 1)]
        while at < points.size and points[at] <= entry:
            at += 1
        sums[at] += usd[row]
    for at in range(multipliers.size):
        for bucket in range(n - 1):
            total = 0.0
            for interval in range(ranks[at * n + bucket] + 1, ranks[at * n + bucket + 1] + 1):
                total += sums[interval]
            out[at % 2, bucket] += total * weights[at]
