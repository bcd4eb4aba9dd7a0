"""The static map straight from entries in numpy: the readable reference of ``rust/liqheat-core/src/fused/``.

The same prices, and the same buckets to the bit; sums are added up in another order, so they agree within rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from liqheat.errors import InputError

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray


class _Rule(NamedTuple):
    is_inverse: bool
    by_coins: bool
    weight: float
    caps: FloatArray
    rates: FloatArray
    amounts: FloatArray


class LiquidationMap:
    """Twin of ``liqheat._core.LiquidationMap``; see there for the arguments."""

    def __init__(
        self,
        price_edges: FloatArray,
        leverages: FloatArray,
        shares: FloatArray,
        rows: IndexArray,
        weights: FloatArray,
        tiers: FloatArray,
    ) -> None:
        self._edges = _check_edges(price_edges)
        if shares.size != leverages.size:
            raise InputError("shares", f"must hold {leverages.size} values", shares.size)
        _refuse("leverages", "must be finite and above 0", leverages, (leverages > 0) & np.isfinite(leverages))
        for name, values in (("shares", shares), ("rules", weights), ("rules", tiers[:, 1:].ravel())):
            _refuse(name, "must be finite and at least 0", values, (values >= 0) & np.isfinite(values))
        _refuse("rules", "must have rates below 1", tiers[:, 1], tiers[:, 1] < 1.0)
        self._margins, self._shares = 1.0 / leverages, shares
        ends = np.cumsum(rows[:, 2])
        self._rules = [
            _Rule(bool(row[0]), bool(row[1]), float(weight), *np.ascontiguousarray(tiers[end - row[2] : end].T))
            for row, weight, end in zip(rows.tolist(), weights, ends.tolist(), strict=True)
        ]
        self._map = np.zeros((2, self._edges.size - 1))
        self._never_usd, self._outside_usd = 0.0, 0.0

    def add(self, entries: FloatArray, notional_usd: FloatArray, sign: float, n_threads: int) -> None:
        """Add positions, or with `sign` -1 take them away; numpy has one thread for it."""
        del n_threads
        if notional_usd.size != entries.size:
            raise InputError("notional_usd", f"must hold {entries.size} values", notional_usd.size)
        _refuse_row("entry_prices", "must be finite and above 0", entries, (entries > 0) & np.isfinite(entries))
        valid = (notional_usd >= 0) & np.isfinite(notional_usd)
        _refuse_row("notional_usd", "must be finite and at least 0", notional_usd, valid)
        tiers = [self._tiers_of(rule, entries, notional_usd) for rule in self._rules]
        for rule, tier in zip(self._rules, tiers, strict=True):
            value = notional_usd / entries if rule.is_inverse else notional_usd
            # A position of no value has no price either way; its USD count nothing.
            amount = np.divide(rule.amounts[tier], value, out=np.zeros_like(value), where=rule.amounts[tier] > 0)
            for margin, share in zip(self._margins, self._shares, strict=True):
                for side in (0, 1):
                    multiplier = _multiplier(rule.is_inverse, side, margin + amount, rule.rates[tier])
                    self._count(side, entries * multiplier, notional_usd * (share * rule.weight * sign))

    def values(self, out: FloatArray) -> tuple[float, float]:
        """Fill `out` (2, b); returns USD never liquidated and USD outside the edges."""
        out[...] = self._map
        return self._never_usd, self._outside_usd

    @staticmethod
    def _tiers_of(rule: _Rule, entries: FloatArray, notional_usd: FloatArray) -> IndexArray:
        sizes = notional_usd / entries if rule.by_coins else notional_usd
        tier = np.searchsorted(rule.caps, sizes, side="left")
        _refuse_row("notional_usd", "must be within the last margin tier on file", notional_usd, tier < rule.caps.size)
        return np.asarray(tier, np.int64)

    def _count(self, side: int, prices: FloatArray, usd: FloatArray) -> None:
        n_buckets = self._edges.size - 1
        never = np.isnan(prices)
        bucket = np.searchsorted(self._edges, prices, side="right") - 1
        inside = ~never & (bucket >= 0) & (bucket < n_buckets)
        self._map[side] += np.bincount(bucket[inside], usd[inside], n_buckets)
        self._never_usd += float(usd[never].sum())
        self._outside_usd += float(usd[~never & ~inside].sum())


def _multiplier(is_inverse: bool, side: int, margin: FloatArray, rate: FloatArray) -> FloatArray:
    """Liquidation price over entry price; NaN where there is none or it would be reached at once."""
    with np.errstate(all="ignore"):
        if is_inverse:
            found = (1.0 + rate) / (1.0 + margin) if side == 0 else (1.0 - rate) / (1.0 - margin)
        else:
            found = (1.0 - margin) / (1.0 - rate) if side == 0 else (1.0 + margin) / (1.0 + rate)
        is_losing = (found > 0.0) & (found < 1.0) if side == 0 else (found > 1.0) & (found < np.inf)
    return np.where(is_losing & (margin > rate), found, np.nan)


def _check_edges(edges: FloatArray) -> FloatArray:
    if edges.size < 2:
        raise InputError("price_edges", "must hold at least 2 edges", edges.size)
    if not (np.all(np.diff(edges) > 0) and np.isfinite(edges[[0, -1]]).all()):
        raise InputError("price_edges", "must be finite and strictly increase", "edges that do not")
    if edges[0] < 0:
        raise InputError("price_edges", "must be at least 0", f"{edges[0]:g}")
    return edges


def _refuse(argument: str, rule: str, values: FloatArray, holds: object) -> None:
    bad = np.flatnonzero(~np.asarray(holds))
    if bad.size:
        raise InputError(argument, rule, f"{values[bad[0]]:g}")


def _refuse_row(argument: str, rule: str, values: FloatArray, holds: object) -> None:
    bad = np.flatnonzero(~np.asarray(holds))
    if bad.size:
        raise InputError(argument, f"{rule} (row {bad[0]})", f"{values[bad[0]]:g}")
