"""Books of one coin at several venues, looked at together: now, and at each hour of a span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from liqheat import heatmap
from liqheat.errors import InputError, NoDataError, check_each
from liqheat.records import BookEstimate, Column, FlowEstimate, HeatmapView, Quantity, base_of
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.density import NotionalCurves
from liqheat.setups.tracker import ClusterTracker
from liqheat.units import Moment, format_interval, parse_interval_ms, read_moment_ms

Estimate = BookEstimate | FlowEstimate
"""One venue's book, or its expected forced flow."""
Estimates = Estimate | Sequence[Estimate]
"""One estimate, or those of one coin at several venues, all held or all flow; the first one's price counts."""


def read_curves(
    estimate: Estimates,
    *,
    cohort: str = "none",
    leverage: Sequence[float] | None = None,
    as_of_ms: Moment | None = None,
) -> NotionalCurves:
    """Exact notional by price, side, leverage band and venue, at one moment."""
    estimates = as_estimates(estimate)
    end_ms = common_end_ms(estimates, as_of_ms)
    columns = {}
    for one in estimates:
        view = _last_view(one, end_ms, cohort, leverage)
        columns[one.market.venue] = heatmap.draw_column(one, view, view.n_columns - 1)
    return NotionalCurves(columns)


def read_backed(
    estimate: Estimates,
    *,
    cohort: str = "none",
    leverage: Sequence[float] | None = None,
    as_of_ms: Moment | None = None,
) -> NotionalCurves | None:
    """The part of expected forced flow that the train window backs; None of held notional."""
    estimates = as_estimates(estimate)
    end_ms = common_end_ms(estimates, as_of_ms)
    columns = {}
    for one in estimates:
        if not isinstance(one, FlowEstimate):
            return None
        view = _last_view(one, end_ms, cohort, leverage)
        columns[one.market.venue] = heatmap.backed_column(one, view, view.n_columns - 1)
    return NotionalCurves(columns)


def read_asymmetry_interval(
    estimate: Estimates, *, cohort: str, band: float, price: float, as_of_ms: Moment | None = None
) -> tuple[float, float] | None:
    """5 to 95 % range over refits of longs below over shorts above within a band; None of held notional."""
    estimates = as_estimates(estimate)
    flows = [one for one in estimates if isinstance(one, FlowEstimate)]
    if not flows or not flows[0].ensemble.size:
        return None
    end_ms = common_end_ms(estimates, as_of_ms)
    by_class: list[dict[str, Column]] = [{} for _ in flows[0].classes]
    for one in flows:
        view = _last_view(one, end_ms, cohort, None)
        for columns, column in zip(by_class, heatmap.class_columns(one, view, view.n_columns - 1), strict=True):
            columns[one.market.venue] = column
    curves = [NotionalCurves(columns) for columns in by_class]
    longs = np.array([one.usd_between("long", price * (1.0 - band), price) for one in curves])
    shorts = np.array([one.usd_between("short", price, price * (1.0 + band)) for one in curves])
    below, above = flows[0].ensemble[:, 0] @ longs, flows[0].ensemble[:, 1] @ shorts
    if not np.all(above > 0.0):
        return None
    low, high = np.percentile(below / above, (5.0, 95.0))
    return float(low), float(high)


class Looks:
    """One venue's columns over a span, drawn in two passes: all longs, all shorts."""

    def __init__(
        self,
        estimate: Estimate,
        start_ms: int,
        end_ms: int,
        interval: str,
        cohort: str,
        leverage: Sequence[float] | None,
    ) -> None:
        market = estimate.market
        step_ms = max(parse_interval_ms(interval) // market.interval_ms, 1) * market.interval_ms
        self.venue = market.venue
        self._quantity: Quantity = "flow" if isinstance(estimate, FlowEstimate) else "held"
        self._views: list[HeatmapView] = []
        self._grids = []
        self.ends_ms: list[int] = []
        try:
            for side in ("long", "short"):
                view = heatmap.build_view(
                    estimate,
                    start_ms=start_ms,
                    as_of_ms=end_ms,
                    interval=format_interval(step_ms),
                    cohort=cohort,
                    side=side,
                    leverage=leverage,
                )
                self._views.append(view)
                self._grids.append(heatmap.draw_grid(estimate, view))
        except NoDataError:
            # Less than a whole look since the last one: the exact look at the end is all there is.
            return
        bars = [self._views[0].last_bar_of(column) for column in range(self._views[0].n_columns)]
        self.ends_ms = [int(market.open_time_ms[bar]) + market.interval_ms for bar in bars]
        self._close = market.close[bars]

    def column(self, time_ms: int) -> Column:
        """The column that ends at a time, all leverages in one band."""
        at = self.ends_ms.index(time_ms)
        usd = np.stack([grid[:, at].astype(np.float64) for grid in self._grids])
        edges = self._views[0].axis.edges
        return Column(time_ms, time_ms, edges, np.zeros(1), usd[:, None, :], float(self._close[at]), self._quantity)


def take_look(
    tracker: ClusterTracker,
    estimates: Sequence[Estimate],
    curves: NotionalCurves,
    last_ms: int | None,
    time_ms: int,
    support: Mapping[float, float] | None,
    backed: NotionalCurves | None = None,
) -> None:
    """Give the tracker a later book, with the path of the mark price since its last look."""
    lows, highs = [], []
    for one in estimates:
        market = one.market
        ends = market.open_time_ms + market.interval_ms
        since = time_ms - market.interval_ms if last_ms is None else last_ms
        bars = slice(*np.searchsorted(ends, [since, time_ms], side="right"))
        if market.mark_low[bars].size:
            lows.append(float(market.mark_low[bars].min()))
            highs.append(float(market.mark_high[bars].max()))
    tracker.update(
        extract_clusters(curves, support=support, backed=backed),
        curves,
        path_low=min(lows, default=None),
        path_high=max(highs, default=None),
    )


def as_estimates(estimate: Estimates) -> list[Estimate]:
    """Books of one coin, one for each venue.

    Raises
    ------
    InputError
        When there is none, a venue comes twice, the coins differ, or held notional and flow are mixed.
    """
    estimates = [estimate] if isinstance(estimate, BookEstimate | FlowEstimate) else estimate
    rule = "must be what estimate_book or estimate_flow returned, or a sequence of them"
    check_each("estimate", estimates, (BookEstimate, FlowEstimate), rule)
    estimates = list(estimates)
    if not estimates:
        raise InputError("estimate", "must hold at least one book", "none")
    venues = [one.market.venue for one in estimates]
    coins = {base_of(one.market.symbol) for one in estimates}
    if len(set(venues)) < len(venues):
        raise InputError("estimate", "must hold one book for each venue", ", ".join(venues))
    if len(coins) > 1:
        raise InputError("estimate", "must be of one coin", ", ".join(sorted(coins)))
    if len({isinstance(one, FlowEstimate) for one in estimates}) > 1:
        raise InputError("estimate", "must be all held or all flow", ", ".join(venues))
    return estimates


def common_end_ms(estimates: Sequence[Estimate], as_of_ms: Moment | None) -> int:
    """Close of the last bar that every book has."""
    last_ms = None if as_of_ms is None else read_moment_ms("as_of_ms", as_of_ms)
    ends = []
    for one in estimates:
        closes = one.market.open_time_ms + one.market.interval_ms
        known = closes if last_ms is None else closes[closes <= last_ms]
        if not known.size:
            raise NoDataError("as_of_ms", f"must not be before {int(closes[0])}", as_of_ms)
        ends.append(int(known[-1]))
    return min(ends)


def _last_view(estimate: Estimate, end_ms: int, cohort: str, leverage: Sequence[float] | None) -> HeatmapView:
    interval_ms = estimate.market.interval_ms
    return heatmap.build_view(
        estimate,
        start_ms=end_ms - interval_ms,
        as_of_ms=end_ms,
        interval=format_interval(interval_ms),
        cohort=cohort,
        leverage=leverage,
    )
