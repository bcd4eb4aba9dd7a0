"""Book and grid, the best that we could write in numba: same rules, same data layout, compiled for this very processor.

Import this module only where numba is installed.
"""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# ruff: noqa: D103
import numpy as np
from numba import njit, prange

SURVIVAL_FLOOR = 2.0**-120


@njit
def locate(edges, price, hint):
    at = hint
    while at < edges.size - 2 and edges[at + 1] <= price:
        at += 1
    while at > 0 and edges[at] > price:
        at -= 1
    return at


@njit
def run_book(
    edges, low, high, mark_low, mark_high, volume, open_interest, shifts, weights, hazards, kappa, swept_usd, inert_out
):
    """The position book over a whole history; `edges` must reach beyond every liquidation price."""
    n, k = low.size, shifts.shape[1]
    cells = np.zeros((edges.size, 2, k))
    survival, totals = np.ones((2, k)), np.zeros((2, k))
    frontier = np.empty((2, k), np.int64)
    frontier[0], frontier[1] = -(2**40), 2**40
    inert = np.full(2, open_interest[0])
    inert_share = 1.0 - weights.sum(axis=1)
    added = np.empty((2, k))
    inert_out[0] = inert
    hint = locate(edges, low[0], 0)
    for t in range(1, n):
        swept = np.zeros(2)
        low_bucket = locate(edges, mark_low[t], hint)
        first_swept = low_bucket + (edges[low_bucket] != mark_low[t])
        last_swept = locate(edges, mark_high[t], low_bucket) - 1
        for side in range(2):
            for tier in range(k):
                shift = shifts[side, tier]
                if side == 0:
                    start, end, sign = first_swept + shift, frontier[0, tier], -1
                else:
                    start, end, sign = frontier[1, tier], last_swept - shift, 1
                if start > end:
                    continue
                units, usd = 0.0, 0.0
                for entry in range(max(start, 0), min(end, edges.size - 1) + 1):
                    value = cells[entry, side, tier]
                    cells[entry, side, tier] = 0.0
                    units += value
                    bucket = entry + sign * shift
                    usd += value * ((edges[bucket] + edges[bucket + 1]) * 0.5)
                units *= survival[side, tier]
                totals[side, tier] = max(totals[side, tier] - units, 0.0)
                swept_usd[t, side, tier] = usd * survival[side, tier]
                swept[side] += units
                frontier[side, tier] = start - 1 if side == 0 else end + 1
        change = open_interest[t] - open_interest[t - 1]
        low_bucket = locate(edges, low[t], hint)
        high_bucket = locate(edges, high[t], low_bucket)
        hint = low_bucket
        for side in range(2):
            renewal = max(min(kappa * volume[t], open_interest[t], open_interest[t - 1] - swept[side]), 0.0)
            opened = max(change + swept[side], 0.0) + renewal
            closed = max(opened - change - swept[side], 0.0)
            slope = inert[side]
            for tier in range(k):
                slope += totals[side, tier] * hazards[side, tier]
            if slope > 0.0 and closed > 0.0:
                rate = closed / slope
                if rate * max(hazards[side, 0], 1.0) > 1.0:
                    rate = saturating_rate(totals[side], hazards[side], inert[side], closed)
                for tier in range(k):
                    keep = 1.0 - min(rate * hazards[side, tier], 1.0)
                    survival[side, tier] *= keep
                    totals[side, tier] *= keep
                inert[side] *= 1.0 - min(rate, 1.0)
                for tier in range(k):
                    if survival[side, tier] < SURVIVAL_FLOOR:
                        closed_out = survival[side, tier] == 0.0
                        cells[:, side, tier] *= 0.0 if closed_out else SURVIVAL_FLOOR
                        survival[side, tier] = 1.0 if closed_out else survival[side, tier] / SURVIVAL_FLOOR
            for tier in range(k):
                units = opened * weights[side, tier]
                totals[side, tier] += units
                added[side, tier] = units / survival[side, tier]
                if side == 0:
                    frontier[0, tier] = max(frontier[0, tier], high_bucket)
                else:
                    frontier[1, tier] = min(frontier[1, tier], low_bucket)
            inert[side] += opened * inert_share[side]
        inert_out[t] = inert
        for bucket in range(low_bucket, high_bucket + 1):
            share = 1.0
            if high_bucket > low_bucket:
                share = (min(edges[bucket + 1], high[t]) - max(edges[bucket], low[t])) / (high[t] - low[t])
            for side in range(2):
                for tier in range(k):
                    cells[bucket, side, tier] += added[side, tier] * share


@njit
def saturating_rate(totals, hazards, inert, amount):
    """Walk the breakpoints of the closing rate from the highest hazard."""
    closed_out, inert_closed = 0.0, False
    for first in range(totals.size + 1):
        slope, hazard = 0.0, 0.0
        for tier in range(first, totals.size):
            slope += totals[tier] * hazards[tier]
        if not inert_closed:
            slope += inert
        if slope <= 0.0:
            break
        rate = (amount - closed_out) / slope
        hazard = hazards[first] if first < totals.size else 0.0
        if not inert_closed and hazard < 1.0:
            if rate <= 1.0:
                return rate
            inert_closed = True
            closed_out += inert
            slope -= inert
            if slope <= 0.0:
                break
            rate = (amount - closed_out) / slope
        if rate * hazard <= 1.0:
            return rate
        if first < totals.size:
            closed_out += totals[first]
    return np.inf


def draw_grid(parallel):
    """A compiled function that draws a grid over the state's own buckets; over price if `parallel`."""

    @njit(parallel=parallel)
    def draw(
        edges,
        low,
        high,
        mark_low,
        mark_high,
        opened,
        survival,
        shifts,
        weights,
        event_bars,
        event_slots,
        event_factors,
        first_bar,
        first_bucket,
        out,
    ):
        """Rows are buckets ``first_bucket ..``, columns are bars from `first_bar` on; linear contract, in USD."""
        n, k = low.size, shifts.shape[1]
        n_buckets = out.shape[0]
        n_parts = 2 if parallel else 1
        each = -(-n_buckets // n_parts)
        for part in prange(n_parts):
            row_from, row_to = part * each, min((part + 1) * each, n_buckets)
            width = row_to - row_from
            base = first_bucket + row_from
            planes = np.zeros((2, k, width))
            block = np.zeros((64, width), np.float32)
            sums = np.empty(width)
            in_block, block_start, hint, event = 0, 0, locate(edges, low[0], 0), 0
            for t in range(n):
                low_bucket = locate(edges, mark_low[t], hint)
                first_swept = low_bucket + (edges[low_bucket] != mark_low[t]) - base
                after_swept = locate(edges, mark_high[t], low_bucket) - base
                low_bucket = locate(edges, low[t], hint)
                high_bucket = locate(edges, high[t], low_bucket)
                hint = low_bucket
                for side in range(2):
                    for tier in range(k):
                        plane = planes[side, tier]
                        if side == 0:
                            plane[max(first_swept, 0) :] = 0.0
                        else:
                            plane[: max(after_swept, 0)] = 0.0
                        while (
                            event < event_bars.size and event_bars[event] == t and event_slots[event] == side * k + tier
                        ):
                            plane *= event_factors[event]
                            event += 1
                        units = opened[t, side] * weights[side, tier] / survival[t, side, tier]
                        offset = (shifts[side, tier] if side == 1 else -shifts[side, tier]) - base
                        for bucket in range(max(low_bucket, -offset), min(high_bucket, width - 1 - offset) + 1):
                            share = 1.0
                            if high_bucket > low_bucket:
                                share = (min(edges[bucket + 1], high[t]) - max(edges[bucket], low[t])) / (
                                    high[t] - low[t]
                                )
                            plane[bucket + offset] += units * share
                if t < first_bar:
                    continue
                sums[:] = 0.0
                for side in range(2):
                    for tier in range(k):
                        scale = survival[t, side, tier]
                        plane = planes[side, tier]
                        for bucket in range(width):
                            sums[bucket] += plane[bucket] * scale
                for bucket in range(width):
                    block[in_block, bucket] = sums[bucket] * ((edges[base + bucket] + edges[base + bucket + 1]) * 0.5)
                in_block += 1
                if in_block == 64 or t == n - 1:
                    for bucket in range(width):
                        for column in range(in_block):
                            out[row_from + bucket, block_start + column] = block[column, bucket]
                    block_start += in_block
                    in_block = 0

    return draw


@njit
def quantise(values, bits, thresholds, first_key, guesses, out):
    """Levels by a table over the upper bits of a float, set right by one threshold."""
    last = guesses.size - 1
    for at in range(values.size):
        value = values[at]
        if not value > 0.0:
            out[at] = 0
            continue
        guess = guesses[min(max((bits[at] >> 15) - first_key, 0), last)]
        out[at] = 1 + guess + (value >= thresholds[guess])


@njit(parallel=True)
def quantise_in_parts(values, bits, thresholds, first_key, guesses, out, n_parts):
    each = -(-values.size // n_parts)
    for part in prange(n_parts):
        rows = slice(part * each, (part + 1) * each)
        quantise(values[rows], bits[rows], thresholds, first_key, guesses, out[rows])
