"""Prices and maps in numba, written for even edges, which they are told of; into buffers that are there already.

Import this module only where numba is installed. Functions on several threads take as many parts as there are threads.
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
    if edges[at + 1] <= price:
        at += 1
    elif edges[at] > price:
        at -= 1
    return at


@njit
def scale_of(edges):
    return (edges.size - 1) / (edges[-1] - edges[0])


@njit
def fill_prices(entries, multipliers, out):
    for row in range(entries.size):
        for at in range(multipliers.size):
            out[row, at] = entries[row] * multipliers[at]


@njit(parallel=True)
def fill_prices_in_parts(entries, multipliers, out, n_parts):
    each = -(-entries.size // n_parts)
    for part in prange(n_parts):
        rows = slice(part * each, (part + 1) * each)
        fill_prices(entries[rows], multipliers, out[rows])


@njit
def fill_venue_prices(is_long, entries, leverages, usd, caps, limits, rates, amounts, out):
    """Linear contracts: the nearest price over the tiers; those that the value cannot reach are not looked at."""
    for row in range(entries.size):
        entry, value, leverage = entries[row], usd[row], leverages[row]
        sign = 1.0 if is_long[row] else -1.0
        quantity, margin = value / entry, value / leverage
        own = 0
        while own < caps.size and caps[own] < value:
            own += 1
        valid = entry > 0.0 and entry < np.inf and value > 0.0 and own < caps.size and leverage > 0.0
        if not valid or leverage > limits[own]:
            raise ValueError("a position breaks a rule")
        value = quantity * entry
        best, at_open = -sign * np.inf, False
        for tier in range(caps.size):
            if tier > 0 and 1.01 * max(value, abs(quantity * best)) < caps[tier - 1]:
                break
            price = (sign * value - margin - amounts[tier]) / (quantity * (sign - rates[tier]))
            if price > 0.0 and price < np.inf:
                if margin + amounts[tier] <= value * rates[tier] or sign * (entry - price) <= 0.0:
                    at_open = True
                elif sign * price > sign * best:
                    best = price
        out[row] = np.nan if at_open or not np.isfinite(best) else best


@njit(parallel=True)
def fill_venue_prices_in_parts(is_long, entries, leverages, usd, caps, limits, rates, amounts, out, n_parts):
    each = -(-entries.size // n_parts)
    for part in prange(n_parts):
        rows = slice(part * each, (part + 1) * each)
        fill_venue_prices(
            is_long[rows], entries[rows], leverages[rows], usd[rows], caps, limits, rates, amounts, out[rows]
        )


@njit
def aggregate(prices, usd, edges, out):
    """Static map of given prices; nothing is checked."""
    scale = scale_of(edges)
    for row in range(prices.size):
        bucket = bucket_of(prices[row], edges, scale)
        if bucket >= 0:
            out[bucket] += usd[row]


@njit(parallel=True)
def aggregate_in_parts(prices, usd, edges, parts):
    each = -(-prices.size // parts.shape[0])
    for part in prange(parts.shape[0]):
        rows = slice(part * each, (part + 1) * each)
        aggregate(prices[rows], usd[rows], edges, parts[part])
    return parts.sum(axis=0)


@njit
def sum_all(entries, usd, edges, multipliers, weights, out):
    """The plain loop: every price of every position."""
    scale = scale_of(edges)
    for row in range(entries.size):
        for at in range(multipliers.size):
            bucket = bucket_of(entries[row] * multipliers[at], edges, scale)
            if bucket >= 0:
                out[at % 2, bucket] += usd[row] * weights[at]


@njit(parallel=True)
def sum_in_parts(entries, usd, edges, multipliers, weights, parts):
    each = -(-entries.size // parts.shape[0])
    for part in prange(parts.shape[0]):
        rows = slice(part * each, (part + 1) * each)
        sum_all(entries[rows], usd[rows], edges, multipliers, weights, parts[part])
    return parts.sum(axis=0)


@njit
def sum_by_tick(entries, usd, edges, multipliers, weights, tick, lowest, summed, out):
    """Entries on ticks: USD summed by tick into the caller's buffer, then the plain loop over ticks that have any."""
    summed[:] = 0.0
    for row in range(entries.size):
        summed[int(entries[row] / tick - lowest + 0.5)] += usd[row]
    scale = scale_of(edges)
    for at_tick in range(summed.size):
        if summed[at_tick] > 0.0:
            entry = (at_tick + lowest) * tick
            for at in range(multipliers.size):
                bucket = bucket_of(entry * multipliers[at], edges, scale)
                if bucket >= 0:
                    out[at % 2, bucket] += summed[at_tick] * weights[at]


@njit
def sum_by_tick_and_breakpoints(entries, usd, edges, multipliers, weights, tick, lowest, summed, out):
    """Our own algorithm where entries lie on ticks, which it is told: summed by tick, then each tick located once."""
    summed[:] = 0.0
    for row in range(entries.size):
        summed[int(entries[row] / tick - lowest + 0.5)] += usd[row]
    ordered, ranks, starts, low, scale = sort_breakpoints(edges, multipliers)
    sums = np.zeros(ordered.size)
    sum_intervals((np.arange(summed.size) + lowest) * tick, summed, ordered, starts, low, scale, sums)
    hand_out(sums, ranks, edges.size - 1, weights, out)


@njit
def sum_tiers(entries, usd, edges, starts, ends, rule_weights, caps, rates, amounts, leverages, shares, out):
    """The plain loop over venues whose tiers have maintenance amounts; linear contracts."""
    scale = scale_of(edges)
    for row in range(entries.size):
        entry, value = entries[row], usd[row]
        for rule in range(starts.size):
            tier = starts[rule]
            while tier < ends[rule] - 1 and caps[tier] < value:
                tier += 1
            rate, amount = rates[tier], amounts[tier] / value
            below, above = entry / (1.0 - rate), entry / (1.0 + rate)
            for at in range(leverages.size):
                margin = 1.0 / leverages[at] + amount
                if margin > rate:
                    weighted = value * rule_weights[rule] * shares[at]
                    bucket = bucket_of((1.0 - margin) * below, edges, scale)
                    if bucket >= 0:
                        out[0, bucket] += weighted
                    bucket = bucket_of((1.0 + margin) * above, edges, scale)
                    if bucket >= 0:
                        out[1, bucket] += weighted


@njit(parallel=True)
def sum_tiers_in_parts(entries, usd, edges, starts, ends, rule_weights, caps, rates, amounts, leverages, shares, parts):
    each = -(-entries.size // parts.shape[0])
    for part in prange(parts.shape[0]):
        rows = slice(part * each, (part + 1) * each)
        sum_tiers(
            entries[rows],
            usd[rows],
            edges,
            starts,
            ends,
            rule_weights,
            caps,
            rates,
            amounts,
            leverages,
            shares,
            parts[part],
        )
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
def sort_breakpoints(edges, multipliers):
    """Sorted breakpoints, the rank of each, and a guide of even cells."""
    n, cells = edges.size, 1
    while cells < 2 * n * multipliers.size:
        cells *= 2
    points = np.empty(multipliers.size * n)
    for at in range(multipliers.size):
        for edge in range(n):
            points[at * n + edge] = breakpoint_of(edges[edge], multipliers[at])
    low = points.min()
    scale = cells / (points.max() - low)
    own, starts = np.empty(points.size, np.int32), np.zeros(cells + 1, np.int32)
    for at in range(points.size):
        own[at] = min(int((points[at] - low) * scale), cells - 1)
        starts[own[at] + 1] += 1
    for cell in range(cells):
        starts[cell + 1] += starts[cell]
    order, taken = np.empty(points.size, np.int32), np.zeros(cells, np.int32)
    for at in range(points.size):
        place = starts[own[at]] + taken[own[at]]
        taken[own[at]] += 1
        while place > starts[own[at]] and points[order[place - 1]] > points[at]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = at
    ranks, ordered = np.empty(points.size, np.int32), np.empty(points.size + 3)
    for rank in range(points.size):
        ranks[order[rank]] = rank
        ordered[rank] = points[order[rank]]
    ordered[points.size :] = np.nan
    return ordered, ranks, starts, low, scale


@njit
def sum_intervals(entries, usd, ordered, starts, low, scale, sums):
    last = starts.size - 2
    for row in range(entries.size):
        entry = entries[row]
        at = starts[min(max(int((entry - low) * scale), 0), last)]
        at += ordered[at] <= entry
        at += ordered[at] <= entry
        while ordered[at] <= entry:
            at += 1
        sums[at] += usd[row]


@njit
def hand_out(sums, ranks, n_buckets, weights, out):
    for at in range(weights.size):
        first = at * (n_buckets + 1)
        for bucket in range(n_buckets):
            total = 0.0
            for interval in range(ranks[first + bucket] + 1, ranks[first + bucket + 1] + 1):
                total += sums[interval]
            out[at % 2, bucket] += total * weights[at]


@njit(parallel=True)
def sum_by_breakpoints(entries, usd, edges, multipliers, weights, n_parts, out):
    """Our own algorithm: all prices at which anything crosses an edge sorted once, each entry located once."""
    ordered, ranks, starts, low, scale = sort_breakpoints(edges, multipliers)
    parts = np.zeros((n_parts, ordered.size))
    each = -(-entries.size // n_parts)
    for part in prange(n_parts):
        rows = slice(part * each, (part + 1) * each)
        sum_intervals(entries[rows], usd[rows], ordered, starts, low, scale, parts[part])
    hand_out(parts.sum(axis=0), ranks, edges.size - 1, weights, out)
