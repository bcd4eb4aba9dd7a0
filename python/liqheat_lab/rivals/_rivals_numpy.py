"""Maps by other systems' rules in numpy: the readable reference of ``rust/liqheat-simulator/src/rivals/``.

Same operations in the same order, so the same input gives the same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from liqheat import _core

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray

SCALE_FLOOR = 2.0**-30


def run_rival_map(
    *,
    factors: FloatArray,
    shares: FloatArray,
    keep: FloatArray,
    hazards: FloatArray,
    entries: FloatArray,
    blur: float,
    clears_range: bool,
    closes_pooled: bool,
    fade: float,
    fade_after: int,
    follows_open_interest: bool,
    unit_is_usd: bool,
    low: FloatArray,
    high: FloatArray,
    close: FloatArray,
    mark_low: FloatArray,
    mark_high: FloatArray,
    opened: FloatArray,
    closed: FloatArray,
    change: FloatArray,
    refill: FloatArray,
    bucket_ratio: float,
    idle: tuple[float, float],
    looks: IndexArray,
    n_window: int,
    swept_usd: FloatArray,
    columns: FloatArray,
) -> None:
    """Twin of ``liqheat._core.run_rival_map``; ``swept_usd`` (n, 2, k) and ``columns`` (s, 2, n_window) are filled."""
    lowest = min(low.min(), mark_low.min(), close.min()) * min(factors.min(), 1.0)
    highest = max(high.max(), mark_high.max(), close.max()) * max(factors.max(), 1.0)
    _, edges = _core.price_grid(bucket_ratio, lowest, highest, n_window + 4)
    middles = (edges[:-1] + edges[1:]) * 0.5
    n_tiers = shares.size
    cells = np.zeros((2, n_tiers, middles.size))
    born = np.zeros(cells.shape, np.int64)
    scale, total, stock = np.ones((2, n_tiers)), np.zeros((2, n_tiers)), list(idle)
    next_look = 0

    def locate(price: float) -> int:
        return int(np.searchsorted(edges, price, side="right")) - 1

    def add(side: int, tier: int, bucket: int, units: float, bar: int) -> None:
        if cells[side, tier, bucket] == 0.0:
            born[side, tier, bucket] = bar
        cells[side, tier, bucket] += units

    for bar in range(low.size):
        low_bucket = locate(mark_low[bar])
        first = low_bucket + int(edges[low_bucket] != mark_low[bar])
        end = locate(mark_high[bar])
        swept = 0.0
        for side in range(2):
            start = first if side == 0 or clears_range else 0
            stop = end if side == 1 or clears_range else middles.size
            for tier in range(n_tiers):
                taken = cells[side, tier, start:stop] if start < stop else cells[side, tier, :0]
                # accumulate adds in order; sum would add pairwise.
                units = np.add.accumulate(taken)[-1] * scale[side, tier] if taken.size else 0.0
                value = units
                if not unit_is_usd and taken.size:
                    value = np.add.accumulate(taken * middles[start:stop])[-1] * scale[side, tier]
                taken[:] = 0.0
                total[side, tier] = max(total[side, tier] - units, 0.0)
                swept += units
                swept_usd[bar, side, tier] = value

        scale *= keep
        total *= keep
        if fade > 0.0:
            old = (bar - born > fade_after) & (cells > 0.0)
            cells[old] = np.maximum(cells[old] - fade, 0.0)

        added, amounts = opened[bar].tolist(), closed[bar].tolist()
        if follows_open_interest:
            net = float(change[bar]) + swept
            added = [added[side] + max(net, 0.0) * refill[bar, side] for side in range(2)]
            amounts = [amounts[side] + 0.5 * max(-net, 0.0) for side in range(2)]
        stocks = [float(np.add.accumulate(total[side] * hazards)[-1]) + stock[side] for side in range(2)]
        if closes_pooled:
            amounts, stocks = [amounts[0] + amounts[1]] * 2, [stocks[0] + stocks[1]] * 2
        for side in range(2):
            if amounts[side] > 0.0 and stocks[side] > 0.0:
                rate = amounts[side] / stocks[side]
                survives = 1.0 - np.minimum(rate * hazards, 1.0)
                scale[side] *= survives
                total[side] *= survives
                stock[side] *= 1.0 - min(rate, 1.0)
        for side, tier in np.argwhere(scale < SCALE_FLOOR):
            cells[side, tier] *= scale[side, tier]
            scale[side, tier] = 1.0

        for side in range(2):
            if follows_open_interest:
                stock[side] += added[side] * max(1.0 - float(np.add.accumulate(shares)[-1]), 0.0)
            for tier in range(n_tiers):
                amount = added[side] * shares[tier]
                if amount <= 0.0:
                    continue
                factor = factors[side, tier]
                total[side, tier] += amount
                unit = amount / scale[side, tier]
                for point, weight in zip((close[bar], high[bar], low[bar]), entries[side], strict=False):
                    if weight > 0.0:
                        bucket, part = locate(point * factor), unit * weight
                        if blur > 0.0:
                            add(side, tier, bucket - 1, part * blur, bar)
                            add(side, tier, bucket, part * (1.0 - 2.0 * blur), bar)
                            add(side, tier, bucket + 1, part * blur, bar)
                        else:
                            add(side, tier, bucket, part, bar)
                if entries[side, 3] > 0.0:
                    part = unit * entries[side, 3]
                    for bucket, share in _spread(edges, low[bar] * factor, high[bar] * factor):
                        add(side, tier, bucket, part * share, bar)

        if next_look < looks.size and looks[next_look] == bar:
            bucket = locate(close[bar])
            for side in range(2):
                at = bucket + np.arange(n_window) * (1 if side else -1)
                units_at = np.zeros(n_window)
                for tier in range(n_tiers):
                    units_at += cells[side, tier, at] * scale[side, tier]
                columns[next_look, side] = units_at if unit_is_usd else units_at * middles[at]
            next_look += 1


def _spread(edges: FloatArray, low: float, high: float) -> list[tuple[int, float]]:
    """Buckets of a range with the share of it in each, uniform in price."""
    first, last = (int(np.searchsorted(edges, price, side="right")) - 1 for price in (low, high))
    if first == last:
        return [(first, 1.0)]
    borders = edges[first : last + 2].copy()
    borders[0], borders[-1] = low, high
    return list(zip(range(first, last + 1), np.diff(borders) * (1.0 / (high - low)), strict=True))
