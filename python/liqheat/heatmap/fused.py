"""The static liquidation map straight from entries: liquidation prices are never written to memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from liqheat.errors import InputError
from liqheat.heatmap.aggregate import read_vector
from liqheat.heatmap.backends import N_THREADS, Backend, check_buffer, check_threads, find_kernel
from liqheat.margin import MarginRule, resolve_margin_rule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from liqheat.records.arrays import FloatArray, IndexArray

Rule: TypeAlias = "float | tuple[str, str] | MarginRule"
"""A maintenance margin rate of a linear contract, a venue with a symbol, or a margin rule."""
Rules: TypeAlias = "Rule | Sequence[tuple[Rule, float]]"
"""One rule, or some with what a position's USD counts under each."""


class MapRest(NamedTuple):
    """USD that no bucket holds."""

    never_usd: float
    """Of positions that are never liquidated, or would be at once."""
    outside_usd: float
    """Of positions that are liquidated below the first edge, or from the last one on."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleRows:
    """Rules as the kernel takes them.

    Attributes
    ----------
    rows : (rules, 3) int64
        1 where the contract is inverse, 1 where caps count coins, number of tiers.
    weights : (rules,) float64
        What a position's USD counts under each.
    tiers : (tiers, 3) float64
        Cap in USD or coins, rate with closing fee, maintenance amount in settle currency; those of each rule in turn.
    """

    rows: IndexArray
    weights: FloatArray
    tiers: FloatArray


def liquidation_map(
    entry_prices: ArrayLike,
    notional_usd: ArrayLike,
    price_edges: ArrayLike,
    *,
    leverages: ArrayLike,
    shares: ArrayLike,
    rules: Rules,
    threads: int | None = None,
    out: FloatArray | None = None,
) -> FloatArray:
    """Sum positions into the price buckets in which they would be liquidated, in one pass over the entries.

    The same as `liquidation_prices` and `aggregate_liquidations` for every rule, leverage and side, without the prices
    in between: some fifty times as fast as a loop over them in numpy (`liqheat bench --only fused_random`).

    Parameters
    ----------
    entry_prices : (n,) array_like of float64
        Quote currency per coin, above 0.
    notional_usd : (n,) array_like of float64
        USD of each position at entry, at least 0. It picks the margin tier whole; shares split weight only.
    price_edges : (b + 1,) array_like of float64
        Increasing edges, at least 0; bucket ``i`` is ``[edges[i], edges[i + 1])``. They are compared with entry price ×
        multiplier as floats multiply.
    leverages, shares : (k,) array_like of float64
        Leverages above 0, and the share of each position's USD that is held at it.
    rules : float, (venue, symbol), MarginRule, or sequence of (rule, weight)
        A maintenance margin rate of a linear contract, or what applies at a venue; several are added up by weight.
    threads : int, optional
        By default as many as there are processors, 8 at most. The result is the same bits for any number.
    out : (2, b) float64, optional
        Buffer to fill, C-contiguous.

    Returns
    -------
    (2, b) float64
        `out`, or a new array: USD by side and bucket, row 0 long. What no bucket holds, tells `LiquidationMap.rest`.

    Raises
    ------
    InputError
        When an argument breaks its rule, or a size lies beyond the last margin tier on file; `out` is then unchanged.

    Notes
    -----
    Isolated margin. Without a maintenance amount the price is the entry times ``(1 ∓ 1/L) / (1 ∓ r)`` (linear, long and
    short; inverse ``(1 ± r) / (1 ± 1/L)``), so entries are located once among the prices at which any of these crosses
    an edge. Tiers with an amount ``a`` have ``1/L + a/value`` in place of ``1/L``, and each price is computed.
    Source of the formulas: Binance support b3c689c1 (USD-M) and ceccfcfb (COIN-M), read 2026-11-22.

    Examples
    --------
    >>> edges = [80.0, 90.0, 100.0, 110.0]
    >>> liquidation_map([100.0, 101.0], [8.0, 2.0], edges, leverages=[10, 50], shares=[0.5, 0.5], rules=0.004).tolist()
    [[0.0, 10.0, 0.0], [0.0, 0.0, 9.0]]
    """
    summed = LiquidationMap(price_edges, leverages=leverages, shares=shares, rules=rules)
    shape = (2, summed._n_buckets)
    buckets = np.empty(shape) if out is None else check_buffer("out", out, shape, np.float64)
    summed.add(entry_prices, notional_usd, threads=threads)
    summed._kernel.values(buckets)
    return buckets


class LiquidationMap:
    """The running form of `liquidation_map`: positions come and go.

    Parameters
    ----------
    price_edges, leverages, shares, rules
        As in `liquidation_map`.
    backend : {'rust', 'numpy'}
        The numpy one is the readable reference: the same buckets, sums within rounding.

    Examples
    --------
    >>> book = LiquidationMap([80.0, 90.0, 100.0], leverages=[10, 1], shares=[0.5, 0.5], rules=0.004)
    >>> book.add([100.0, 110.0], [8.0, 4.0]).values.tolist()
    [[0.0, 6.0], [0.0, 0.0]]
    >>> book.remove([110.0], [4.0]).rest
    MapRest(never_usd=4.0, outside_usd=8.0)
    """

    def __init__(
        self,
        price_edges: ArrayLike,
        *,
        leverages: ArrayLike,
        shares: ArrayLike,
        rules: Rules,
        backend: Backend = "rust",
    ) -> None:
        edges = read_vector("price_edges", price_edges)
        held, parts, known = read_vector("leverages", leverages), read_vector("shares", shares), read_rules(rules)
        kernel = find_kernel(backend).LiquidationMap
        self._kernel = kernel(edges, held, parts, known.rows, known.weights, known.tiers)
        self._n_buckets = edges.size - 1

    def __repr__(self) -> str:
        return f"LiquidationMap({self._n_buckets} buckets)"

    def add(self, entry_prices: ArrayLike, notional_usd: ArrayLike, *, threads: int | None = None) -> LiquidationMap:
        """Add positions; with an error nothing is added."""
        return self._take(entry_prices, notional_usd, 1.0, threads)

    def remove(self, entry_prices: ArrayLike, notional_usd: ArrayLike, *, threads: int | None = None) -> LiquidationMap:
        """Take positions away that were added. What is left is right within the rounding of the sums."""
        return self._take(entry_prices, notional_usd, -1.0, threads)

    @property
    def values(self) -> FloatArray:
        """(2, b) float64: USD by side and bucket, row 0 long; a new array each time."""
        buckets = np.empty((2, self._n_buckets))
        self._kernel.values(buckets)
        return buckets

    @property
    def rest(self) -> MapRest:
        """USD that no bucket holds."""
        return MapRest(*self._kernel.values(np.empty((2, self._n_buckets))))

    def _take(self, entries: ArrayLike, usd: ArrayLike, sign: float, threads: int | None) -> LiquidationMap:
        n_threads = N_THREADS if threads is None else threads
        check_threads(n_threads, "threads")
        columns = read_vector("entry_prices", entries), read_vector("notional_usd", usd)
        self._kernel.add(*columns, sign, n_threads)
        return self


def read_rules(rules: Rules) -> RuleRows:
    """Rules with their tiers as the kernel takes them.

    Raises
    ------
    InputError
        When they are none of what `liquidation_map` takes.
    """
    weighted = [(rules, 1.0)] if _is_one(rules) else _pairs(rules)
    rows, tiers = [], []
    for rule, _ in weighted:
        resolved = _resolve(rule)
        rows.append(resolved[0])
        tiers += resolved[1]
    weights = np.array([_weight(weight) for _, weight in weighted])
    return RuleRows(np.array(rows, np.int64), weights, np.array(tiers, np.float64))


NUMBERS = (float, int, np.floating, np.integer)
_RULES = "must be a rate, a (venue, symbol), a MarginRule, or (rule, weight) pairs of these"


def _is_one(rules: object) -> bool:
    if isinstance(rules, (*NUMBERS, MarginRule)):
        return not isinstance(rules, bool)
    return isinstance(rules, tuple) and len(rules) == 2 and all(isinstance(word, str) for word in rules)


def _pairs(rules: object) -> list[tuple[object, object]]:
    is_sequence = isinstance(rules, Sequence) and not isinstance(rules, str)
    if not is_sequence or not rules or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in rules):  # type: ignore[attr-defined]
        raise InputError("rules", _RULES, rules)
    return [(rule, weight) for rule, weight in rules]  # type: ignore[attr-defined]


def _weight(weight: object) -> float:
    if not isinstance(weight, NUMBERS) or isinstance(weight, bool):
        raise InputError("rules", "must have numbers as weights", weight)
    return float(weight)


def _resolve(rule: object) -> tuple[tuple[int, int, int], list[tuple[float, float, float]]]:
    if not _is_one(rule):
        raise InputError("rules", _RULES, rule)
    if isinstance(rule, NUMBERS):
        return (0, 0, 1), [(math.inf, float(rule), 0.0)]
    known = rule if isinstance(rule, MarginRule) else resolve_margin_rule(*rule)  # type: ignore[misc]
    is_inverse = known.contract_kind == "inverse"
    size = known.contract_size or 1.0
    tiers = [
        (tier.cap * size, tier.maintenance_margin_rate + known.closing_fee_rate, tier.maintenance_amount)
        for tier in known.tiers
    ]
    if known.covers_all_sizes:
        tiers[-1] = (math.inf, *tiers[-1][1:])
    return (int(is_inverse), int(known.counts_coins), len(tiers)), tiers
