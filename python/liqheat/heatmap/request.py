"""What is asked of an estimate: the one door to its heatmap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liqheat.book import Backend
from liqheat.heatmap.backends import find_kernel
from liqheat.heatmap.export import save_heatmap
from liqheat.heatmap.result import HeatmapFigures
from liqheat.heatmap.view import build_view
from liqheat.records import Estimate, ViewRequest
from liqheat.units import USD, Currency


@dataclass(frozen=True, repr=False)
class Heatmap(HeatmapFigures):
    """A liquidation heatmap: estimated held notional, or expected forced flow, in USD by price bucket and column.

    Attributes
    ----------
    estimate : Estimate
        What it is drawn from.
    view : HeatmapView
        What of the book is drawn.
    backend : {'rust', 'numpy'}
        Which kernel draws.
    """

    def save(self, path: str | Path, *, currency: Currency = USD) -> Path:
        """Write the heatmap by the ending of `path`: ``.png``, ``.csv``, ``.json``, ``.npz`` or ``.lqh`` (bytes).

        A picture shows amounts in `currency`; numbers in files stay USD.

        Raises
        ------
        InputError
            When the ending is not one of these.
        """
        return save_heatmap(self, Path(path), currency)


def draw_heatmap(
    estimate: Estimate, request: ViewRequest | None = None, *, backend: Backend = "rust", **query: Any
) -> Heatmap:
    """Draw an estimate: held notional, or expected forced flow.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    request : ViewRequest, optional
        What is asked of it.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    **query
        In place of a request, its names, such as ``interval="1h"``; `ViewRequest` explains them.

    Returns
    -------
    Heatmap
        Estimated USD of the estimate's quantity; drawn when first looked at.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.
    NoDataError
        When no bar lies in the range.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=2).history)
    >>> heat = liqheat.draw_heatmap(estimate, interval="1h", side="long", leverage=[25, 50])
    >>> heat.view.n_columns, heat.leverages
    (48, (25.0, 50.0))
    >>> 0.0 <= heat.outside_share < 0.5
    True
    """
    view = build_view(estimate, request, **query)
    find_kernel(backend)
    return Heatmap(estimate, view, backend)
