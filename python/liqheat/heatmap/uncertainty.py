"""How far a calibrated estimate is borne out: its band over refits, and the part that the train window backs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError
from liqheat.heatmap._kernel import SIDES
from liqheat.heatmap.backends import Backend
from liqheat.heatmap.layers import accumulate_grid, build_column
from liqheat.records import Calibration, Column, Estimate, HeatmapView

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAND = (5.0, 95.0)
"""Percentiles over the ensemble's weights."""
ROWS_AT_ONCE = 32


def backed_part(estimate: Estimate) -> Estimate:
    """The part of a calibrated estimate that the train window's sweeps back.

    Raises
    ------
    InputError
        When the estimate is not calibrated.
    """
    support = _calibration(estimate).support
    layers = []
    for layer in estimate.layers:
        tiers = replace(layer.book.tiers, weights=layer.book.tiers.weights * support)
        layers.append(replace(layer, book=replace(layer.book, tiers=tiers)))
    return replace(estimate, layers=tuple(layers))


def unit_terms(estimate: Estimate) -> tuple[Estimate, ...]:
    """A calibrated estimate by term of its law, each as if its weights were 1: what an ensemble's weights apply to.

    Raises
    ------
    InputError
        When the estimate is not calibrated.
    """
    n_terms = _calibration(estimate).law.book_weights.shape[1]
    by_term = ([layer for layer in estimate.layers if layer.term == term] for term in range(n_terms))
    return tuple(
        replace(estimate, layers=tuple(replace(layer, side_weights=(1.0, 1.0)) for layer in layers))
        for layers in by_term
    )


def draw_support(estimate: Estimate, view: HeatmapView, *, backend: Backend = "rust") -> NDArray[np.float32]:
    """How much of each cell the train window backs: (buckets, columns) float32, 0 to 1; 0 in empty cells."""
    whole = accumulate_grid(estimate, view, backend=backend)
    backed = accumulate_grid(backed_part(estimate), view, backend=backend)
    np.divide(backed, whole, out=backed, where=whole > 0)
    backed[whole <= 0] = 0.0
    return np.clip(backed, 0.0, 1.0, out=backed)


def draw_band(
    estimate: Estimate, view: HeatmapView, *, backend: Backend = "rust"
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Low and high end of each cell over the ensemble, (buckets, columns) float32 USD each.

    Takes seconds where the grid takes a fraction of one: every refit is summed in every filled cell.
    """
    ensemble = _calibration(estimate).law.ensemble
    whole = accumulate_grid(estimate, view, backend=backend)
    low, high = whole.copy(), whole.copy()
    sides = [side for side in ("long", "short") if view.side in ("both", side)]
    terms = unit_terms(estimate)
    parts = [
        accumulate_grid(term, replace(view, side=side), backend=backend)  # type: ignore[arg-type]
        for side in sides
        for term in terms
    ]
    members = ensemble[:, list(SIDES[view.side]), :].reshape(ensemble.shape[0], -1).astype(np.float32)
    if members.shape[0]:
        for row in range(0, whole.shape[0], ROWS_AT_ONCE):
            rows = slice(row, row + ROWS_AT_ONCE)
            filled = whole[rows] > 0
            held = np.stack([part[rows][filled] for part in parts])
            ends = np.percentile(members @ held, BAND, axis=0).astype(np.float32)
            low[rows][filled] = np.minimum(ends[0], whole[rows][filled])
            high[rows][filled] = np.maximum(ends[1], whole[rows][filled])
    return low, high


def measure_column(column: Column, estimate: Estimate, view: HeatmapView, at: int, backend: Backend) -> Column:
    """A column of a calibrated estimate with the range of each bucket over refits, and its support."""
    ensemble = _calibration(estimate).law.ensemble
    whole = column.long_usd + column.short_usd
    usd = np.stack([build_column(term, view, at, backend=backend).notional_usd for term in unit_terms(estimate)])
    members = np.einsum("esc,cskb->eb", ensemble, usd) if ensemble.size else whole[None]
    low, high = np.percentile(members, BAND, axis=0)
    backed = build_column(backed_part(estimate), view, at, backend=backend)
    support = np.zeros_like(whole)
    np.divide(backed.long_usd + backed.short_usd, whole, out=support, where=whole > 0)
    return replace(
        column,
        low_usd=np.minimum(low, whole),
        high_usd=np.maximum(high, whole),
        support=np.clip(support, 0.0, 1.0),
    )


def _calibration(estimate: Estimate) -> Calibration:
    if estimate.calibration is None:
        raise InputError("quantity", "must be flow: held notional has neither band nor support", estimate.quantity)
    return estimate.calibration
