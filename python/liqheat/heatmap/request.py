"""What is asked of an estimate: the one door from a book or a flow to its heatmap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from liqheat.book import Backend
from liqheat.errors import InputError, UnknownNameError
from liqheat.heatmap.backends import find_kernel
from liqheat.heatmap.export import save_heatmap
from liqheat.heatmap.result import HeatmapFigures
from liqheat.heatmap.view import build_view, check_estimate
from liqheat.records import Estimate, Quantity, Side
from liqheat.units import USD, BucketWidth, Currency, Moment


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
    estimate: Estimate,
    *,
    start_ms: Moment | None = None,
    end_ms: Moment | None = None,
    interval: str | None = None,
    cohort: str = "none",
    side: Side = "both",
    leverage: Sequence[float] | None = None,
    quantity: Quantity | None = None,
    price_axis: Literal["log", "linear"] = "log",
    bucket_width: str | float | BucketWidth | None = None,
    buckets: int | None = None,
    as_of_ms: Moment | None = None,
    backend: Backend = "rust",
) -> Heatmap:
    """Draw an estimated book, or its expected forced flow.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    start_ms, end_ms : int, datetime, date or str, optional
        Time range: UTC milliseconds, a moment, or ISO text; the whole history by default.
    interval : str, optional
        Column length such as ``15m``, a multiple of the bars'; by default the shortest that makes at most 9,000.
    cohort : str
        ``none``, or ``24h``, ``3d``, ``7d``, ``30d``, ``90d``, ``180d``, ``1y``: only positions opened within that span
        before each column's end. Up to the oldest 24th of the span may be left out; nothing older is shown.
    side : {'both', 'long', 'short'}
        Side of the positions.
    leverage : sequence of float, optional
        Bands to draw, such as ``[50, 100]``; all by default.
    quantity : {'held', 'flow'}, optional
        What the estimate must be of: held notional, or expected forced flow. One is never drawn as the other.
    price_axis : {'log', 'linear'}
        Buckets of constant ratio or of constant width.
    bucket_width : str, float or BucketWidth, optional
        Exact bucket width: ``10bp`` on a log axis; quote currency (``50``) or dirham (``50AED``) on a linear one.
    buckets : int, optional
        Without a width: most price buckets, 1000 by default.
    as_of_ms : int, datetime, date or str, optional
        Leave out every bar that closed after this time.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    Heatmap
        Estimated USD of the quantity; drawn when first looked at.

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
    """
    check_estimate(estimate)
    find_kernel(backend)
    if quantity is not None and check_quantity(quantity) != estimate.quantity:
        made = {"held": "estimate_book", "flow": "estimate_flow"}
        rule = f"must be {estimate.quantity}, as the estimate is; {made[quantity]} makes the other"
        raise InputError("quantity", rule, quantity)
    view = build_view(
        estimate,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,
        leverage=leverage,
        price_axis=price_axis,
        bucket_width=bucket_width,
        buckets=buckets,
        as_of_ms=as_of_ms,
    )
    return Heatmap(estimate, view, backend)


def check_quantity(quantity: str) -> Quantity:
    """Refuse what is neither ``held`` nor ``flow``."""
    if not isinstance(quantity, str) or quantity not in ("held", "flow"):
        raise UnknownNameError("quantity", "must be held or flow", quantity)
    return quantity  # type: ignore[return-value]
