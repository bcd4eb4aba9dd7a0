"""One door for whatever is drawn: a book, several venues' books as one, or expected forced flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liqheat.heatmap.combined import accumulate_combined, build_combined_column
from liqheat.heatmap.flow import build_flow_column, draw_flow
from liqheat.heatmap.grid import Backend, accumulate_grid, build_column
from liqheat.heatmap.view import check_estimate, check_view
from liqheat.records import BookEstimate, Column, CombinedEstimate, FlowEstimate, HeatmapView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Drawable = BookEstimate | CombinedEstimate | FlowEstimate
"""What a heatmap can be drawn from."""


def draw_grid(
    estimate: Drawable,
    view: HeatmapView,
    *,
    backend: Backend = "rust",
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw an estimate, (buckets, columns) float32 USD; parameters and errors as `accumulate_grid`."""
    check_estimate(estimate)
    check_view(view)
    if isinstance(estimate, FlowEstimate):
        return draw_flow(estimate, view, backend=backend, out=out)
    if isinstance(estimate, CombinedEstimate):
        return accumulate_combined(estimate, view, backend=backend, out=out)
    return accumulate_grid(estimate, view, backend=backend, out=out)


def draw_column(estimate: Drawable, view: HeatmapView, column: int, *, backend: Backend = "rust") -> Column:
    """Draw one column of an estimate by side and band; errors as `build_column`."""
    if isinstance(estimate, FlowEstimate):
        return build_flow_column(estimate, view, column, backend=backend)
    if isinstance(estimate, CombinedEstimate):
        return build_combined_column(estimate, view, column, backend=backend)
    return build_column(estimate, view, column, backend=backend)
