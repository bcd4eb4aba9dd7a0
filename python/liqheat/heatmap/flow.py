"""Drawing expected forced flow: the class books' own kernels, weighted by side, times the trailing scale.

A weight stands in each class's factor by side, so all classes are drawn in one pass, and several venues by the same
pass as their held notional. The scale of a column is that of its last bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.heatmap.combined import accumulate_combined, build_combined_column
from liqheat.heatmap.grid import Backend, accumulate_grid, build_column
from liqheat.records import BookEstimate, Column, CombinedEstimate, FlowEstimate, HeatmapView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray

BAND = (5.0, 95.0)
"""Percentiles over the ensemble's weights."""
ROWS_AT_ONCE = 32


def weigh_classes(
    classes: Sequence[BookEstimate] | Sequence[CombinedEstimate], weights: FloatArray, tier_factors: FloatArray | None
) -> BookEstimate | CombinedEstimate:
    """One estimate that draws the sum of several classes, each side times its weight.

    Parameters
    ----------
    classes : sequence of BookEstimate or CombinedEstimate
        Books of one market (or of the same venues) with the same tiers.
    weights : (2, k) float64
        By side and class.
    tier_factors : (2, t) float64, optional
        Factor of each tier, besides.
    """
    combined = [one for one in classes if isinstance(one, CombinedEstimate)]
    if combined:
        venues = [
            replace(
                venue,
                estimate=_weigh_books([one.venues[index].estimate for one in combined], weights, tier_factors),
            )
            for index, venue in enumerate(combined[0].venues)
        ]
        return replace(combined[0], venues=tuple(venues))
    return _weigh_books([one for one in classes if isinstance(one, BookEstimate)], weights, tier_factors)


def draw_flow(
    flow: FlowEstimate,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    out: NDArray[np.float32] | None = None,
    tier_factors: FloatArray | None = None,
) -> NDArray[np.float32]:
    """Draw expected forced flow, (buckets, columns) float32 USD; parameters and errors as `accumulate_grid`."""
    grid = _draw(weigh_classes(flow.classes, flow.weights, tier_factors), view, backend, out)
    factors = _column_scale(flow, view)
    if (factors != 1.0).any():
        grid *= factors
    return grid


def draw_support(flow: FlowEstimate, view: HeatmapView, *, backend: Backend = "rust") -> NDArray[np.float32]:
    """How much of each cell the train window backs: (buckets, columns) float32, 0 to 1; 0 in empty cells."""
    whole = draw_flow(flow, view, backend=backend)
    backed = draw_flow(flow, view, backend=backend, tier_factors=flow.support)
    np.divide(backed, whole, out=backed, where=whole > 0)
    backed[whole <= 0] = 0.0
    return np.clip(backed, 0.0, 1.0, out=backed)


def draw_band(
    flow: FlowEstimate, view: HeatmapView, *, backend: Backend = "rust"
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Low and high end of each cell over the ensemble, (buckets, columns) float32 USD each.

    Takes seconds where `draw_flow` takes a fraction of one: every refit is summed in every filled cell.
    """
    whole = draw_flow(flow, view, backend=backend)
    low, high = whole.copy(), whole.copy()
    sides = [side for side in ("long", "short") if view.side in ("both", side)]
    parts = [
        _draw(weigh_classes([one], np.ones((2, 1)), None), replace(view, side=side), backend, None)  # type: ignore[arg-type]
        for side in sides
        for one in flow.classes
    ]
    rows_of = [0 if side == "long" else 1 for side in sides]
    members = flow.ensemble[:, rows_of, :].reshape(flow.ensemble.shape[0], -1).astype(np.float32)
    factors = _column_scale(flow, view)
    if members.shape[0]:
        for row in range(0, whole.shape[0], ROWS_AT_ONCE):
            rows = slice(row, row + ROWS_AT_ONCE)
            filled = whole[rows] > 0
            held = np.stack([part[rows][filled] for part in parts])
            ends = np.percentile(members @ held, BAND, axis=0).astype(np.float32)
            ends *= np.broadcast_to(factors, filled.shape)[filled]
            low[rows][filled] = np.minimum(ends[0], whole[rows][filled])
            high[rows][filled] = np.maximum(ends[1], whole[rows][filled])
    return low, high


def build_flow_column(flow: FlowEstimate, view: HeatmapView, column: int, *, backend: Backend = "rust") -> Column:
    """Draw one column of expected forced flow by side and band, with range and support; errors as `build_column`."""
    bar = view.last_bar_of(column)
    scale = float(flow.scale[bar])
    held = [_build(one, view, column, backend) for one in flow.classes]
    usd = np.stack([one.notional_usd for one in held])
    notional = np.einsum("sc,cskb->skb", flow.weights, usd) * scale
    whole = notional.sum(axis=(0, 1))
    members = np.einsum("esc,cskb->eb", flow.ensemble, usd) * scale if flow.ensemble.size else whole[None]
    low, high = np.percentile(members, BAND, axis=0)
    backed = _build(weigh_classes(flow.classes, flow.weights, flow.support), view, column, backend)
    support = np.zeros_like(whole)
    np.divide(backed.notional_usd.sum(axis=(0, 1)) * scale, whole, out=support, where=whole > 0)
    return replace(
        held[0],
        notional_usd=notional,
        quantity="flow",
        low_usd=np.minimum(low, whole),
        high_usd=np.maximum(high, whole),
        support=np.clip(support, 0.0, 1.0),
    )


def build_plain_column(flow: FlowEstimate, view: HeatmapView, column: int, *, backend: Backend = "rust") -> Column:
    """As `build_flow_column` without range and support, in a third of the time: what a stream pushes."""
    drawn = _build(weigh_classes(flow.classes, flow.weights, None), view, column, backend)
    return replace(drawn, notional_usd=drawn.notional_usd * flow.scale[view.last_bar_of(column)], quantity="flow")


def backed_column(flow: FlowEstimate, view: HeatmapView, column: int) -> Column:
    """The part of one column of expected forced flow that the train window backs."""
    backed = _build(weigh_classes(flow.classes, flow.weights, flow.support), view, column, "rust")
    return replace(backed, notional_usd=backed.notional_usd * flow.scale[view.last_bar_of(column)], quantity="flow")


def class_columns(flow: FlowEstimate, view: HeatmapView, column: int) -> list[Column]:
    """One column of each class, held notional times the scale: what an ensemble's weights are applied to."""
    scale = flow.scale[view.last_bar_of(column)]
    held = [_build(one, view, column, "rust") for one in flow.classes]
    return [replace(one, notional_usd=one.notional_usd * scale, quantity="flow") for one in held]


def _weigh_books(books: Sequence[BookEstimate], weights: FloatArray, tier_factors: FloatArray | None) -> BookEstimate:
    classes = tuple(
        replace(
            record,
            holder=replace(record.holder, side_factors=(float(weights[0, index]), float(weights[1, index]))),
        )
        for index, book in enumerate(books)
        for record in book.classes
    )
    tiers = books[0].tiers
    if tier_factors is not None:
        tiers = replace(tiers, weights=tiers.weights * tier_factors)
    return replace(books[0], classes=classes, tiers=tiers)


def _column_scale(flow: FlowEstimate, view: HeatmapView) -> NDArray[np.float32]:
    bars = np.minimum(view.first_bar + np.arange(1, view.n_columns + 1) * view.bars_per_column, view.end_bar) - 1
    factors: NDArray[np.float32] = flow.scale[bars].astype(np.float32)
    return factors


def _draw(
    estimate: BookEstimate | CombinedEstimate,
    view: HeatmapView,
    backend: Backend,
    out: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    if isinstance(estimate, CombinedEstimate):
        return accumulate_combined(estimate, view, backend=backend, out=out)
    return accumulate_grid(estimate, view, backend=backend, out=out)


def _build(estimate: BookEstimate | CombinedEstimate, view: HeatmapView, column: int, backend: Backend) -> Column:
    if isinstance(estimate, CombinedEstimate):
        return build_combined_column(estimate, view, column, backend=backend)
    return build_column(estimate, view, column, backend=backend)
