"""An estimate looked at by venue: now, and at each hour of a span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liqheat import heatmap
from liqheat.errors import NoDataError
from liqheat.heatmap import check_estimate
from liqheat.records import Column, Estimate, HeatmapView, LeveragePreset, ViewRequest
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.density import NotionalCurves
from liqheat.setups.tracker import ClusterTracker
from liqheat.units import Moment, format_interval, parse_interval_ms, read_moment_ms

Bands = Sequence[float] | LeveragePreset | None
"""Leverage bands to count: labels, or one of the article's presets; all by default."""
BAND = (5.0, 95.0)
"""Percentiles over refits."""


def read_curves(
    estimate: Estimate,
    *,
    cohort: str = "none",
    leverage: Bands = None,
    as_of_ms: Moment | None = None,
) -> NotionalCurves:
    """Exact notional by price, side, leverage band and venue, at one moment."""
    return _read(estimate, _last_view(estimate, cohort, leverage, as_of_ms))


def read_backed(
    estimate: Estimate,
    *,
    cohort: str = "none",
    leverage: Bands = None,
    as_of_ms: Moment | None = None,
) -> NotionalCurves | None:
    """The part of a calibrated estimate that the train window backs; None of one without calibration."""
    view = _last_view(estimate, cohort, leverage, as_of_ms)
    return None if estimate.calibration is None else _read(heatmap.backed_part(estimate), view)


def read_asymmetry_interval(
    estimate: Estimate, *, cohort: str, band: float, price: float, as_of_ms: Moment | None = None
) -> tuple[float, float] | None:
    """5 to 95 % range over refits of longs below over shorts above within a band; None without refits."""
    if estimate.calibration is None or not estimate.calibration.law.ensemble.size:
        return None
    ensemble = estimate.calibration.law.ensemble
    view = _last_view(estimate, cohort, None, as_of_ms)
    curves = [_read(term, view) for term in heatmap.unit_terms(estimate)]
    longs = np.array([one.usd_between("long", price * (1.0 - band), price) for one in curves])
    shorts = np.array([one.usd_between("short", price, price * (1.0 + band)) for one in curves])
    below, above = ensemble[:, 0] @ longs, ensemble[:, 1] @ shorts
    if not np.all(above > 0.0):
        return None
    low, high = np.percentile(below / above, BAND)
    return float(low), float(high)


def unseen_share(estimate: Estimate, request: ViewRequest) -> float:
    """Share of the quantity that lies beyond the prices where clusters are looked for, 0 to 1."""
    view = _last_view(estimate, request.cohort, request.leverage, request.as_of_ms)
    return heatmap.measure_outside(estimate, view, view.n_columns - 1)


class Looks:
    """An estimate's columns over a span, each venue drawn in two passes: all longs, all shorts."""

    def __init__(
        self,
        estimate: Estimate,
        start_ms: int,
        end_ms: int,
        interval: str,
        cohort: str,
        leverage: Bands,
    ) -> None:
        market = estimate.market
        step_ms = max(parse_interval_ms(interval) // market.interval_ms, 1) * market.interval_ms
        self._quantity = estimate.quantity
        self._views: dict[str, HeatmapView] = {}
        self._grids = {}
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
                self._views[side] = view
                for venue in estimate.venues:
                    self._grids[venue, side] = heatmap.accumulate_grid(estimate.of_venue(venue), view)
        except NoDataError:
            # Less than a whole look since the last one: the exact look at the end is all there is.
            return
        bars = self._views["long"].last_bars()
        self.ends_ms = (market.open_time_ms[bars] + market.interval_ms).tolist()
        self._close = market.close[bars]
        self._venues = estimate.venues

    def curves(self, time_ms: int) -> NotionalCurves:
        """What stood at a time, all leverages in one band."""
        at = self.ends_ms.index(time_ms)
        edges, price = self._views["long"].axis.edges, float(self._close[at])
        columns = {}
        for venue in self._venues:
            usd = np.stack([self._grids[venue, side][:, at].astype(np.float64) for side in ("long", "short")])
            columns[venue] = Column(time_ms, time_ms, edges, np.zeros(1), usd[:, None, :], price, self._quantity)
        return NotionalCurves(columns)


def take_look(
    tracker: ClusterTracker,
    estimate: Estimate,
    curves: NotionalCurves,
    last_ms: int | None,
    time_ms: int,
    backed: NotionalCurves | None = None,
) -> None:
    """Give the tracker a later book, with the path of every venue's mark price since its last look."""
    market = estimate.market
    ends = market.open_time_ms + market.interval_ms
    since = time_ms - market.interval_ms if last_ms is None else last_ms
    bars = np.arange(*np.searchsorted(ends, [since, time_ms], side="right"))
    lows, highs = [], []
    for layer in estimate.layers if bars.size else ():
        to_reference = estimate.bucket_ratio ** layer.price_shift[bars].astype(np.float64)
        own = bars + layer.first_bar
        lows.append(float((layer.market.mark_low[own] * to_reference).min()))
        highs.append(float((layer.market.mark_high[own] * to_reference).max()))
    tracker.update(
        extract_clusters(curves, backed=backed),
        curves,
        path_low=min(lows, default=None),
        path_high=max(highs, default=None),
    )


def last_close_ms(estimate: Estimate, as_of_ms: Moment | None) -> int:
    """Close of the last bar that may be known.

    Raises
    ------
    NoDataError
        When no bar had closed by then.
    """
    check_estimate(estimate)
    market = estimate.market
    closes = market.open_time_ms + market.interval_ms
    known = closes if as_of_ms is None else closes[closes <= read_moment_ms("as_of_ms", as_of_ms)]
    if not known.size:
        raise NoDataError("as_of_ms", f"must not be before {int(closes[0])}", as_of_ms)
    return int(known[-1])


def _read(estimate: Estimate, view: HeatmapView) -> NotionalCurves:
    at = view.n_columns - 1
    return NotionalCurves(
        {venue: heatmap.build_column(estimate.of_venue(venue), view, at) for venue in estimate.venues}
    )


def _last_view(estimate: Estimate, cohort: str, leverage: Bands, as_of_ms: Moment | None) -> HeatmapView:
    end_ms = last_close_ms(estimate, as_of_ms)
    interval_ms = estimate.market.interval_ms
    return heatmap.build_view(
        estimate,
        start_ms=end_ms - interval_ms,
        as_of_ms=end_ms,
        interval=format_interval(interval_ms),
        cohort=cohort,
        leverage=leverage,
    )
