"""From a request in people's words (times, interval, cohort, leverages) to a view in bars and tiers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from liqheat.errors import InputError, NoDataError, UnknownNameError, check_type
from liqheat.heatmap.axes import RANGE_PADDING, build_price_axis
from liqheat.heatmap.bands import band_labels, preset_leverages
from liqheat.records import DistanceTiers, Estimate, HeatmapView, LeveragePreset, MarketHistory, ViewRequest
from liqheat.units import COHORTS_MS, format_interval, parse_interval_ms
from liqheat.venues import resolve_alias

MOST_AUTOMATIC_COLUMNS = 9_000
"""30 days of 5-minute columns are 8,640."""
MAXIMUM_CELLS = 20_000_000
MOST_PADDING = 0.8
_INTERVALS_MS = tuple(parse_interval_ms(name) for name in ("1m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "1d"))


def as_request(request: ViewRequest | None, query: Mapping[str, Any]) -> ViewRequest:
    """A request that was made, or one of the names given.

    Raises
    ------
    InputError
        When both are given; and as `ViewRequest`.
    """
    if request is None:
        return ViewRequest.read(**query)
    check_type("request", request, ViewRequest, "must be a ViewRequest")
    if query:
        raise InputError(next(iter(query)), "must be left out beside a request: the request has it", "both")
    return request


def build_view(estimate: Estimate, request: ViewRequest | None = None, **query: Any) -> HeatmapView:
    """Resolve what to draw.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    request : ViewRequest, optional
        What is asked of it.
    **query
        In place of a request, its names: ``interval="1h", side="long"``.

    Raises
    ------
    InputError
        When a value breaks a rule, the estimate is of another symbol, venue or quantity, or the view would have more
        than 20 million cells.
    NoDataError
        When no closed bar lies in the range.
    """
    check_estimate(estimate)
    request = as_request(request, query)
    _check_market(estimate, request)
    market = estimate.market
    tiers = select_tiers(estimate.tiers, request.leverage)
    first_bar, end_bar = _bar_range(market, request)
    bars_per_column = _bars_per_column(request.interval, market.interval_ms, end_bar - first_bar)
    column_ms = bars_per_column * market.interval_ms
    # Columns start on multiples of their interval, as candles do.
    misaligned = int(market.open_time_ms[first_bar]) % column_ms
    if misaligned:
        first_bar += (column_ms - misaligned) // market.interval_ms
    if first_bar >= end_bar:
        raise NoDataError("start_ms, end_ms", f"must cover a whole {format_interval(column_ms)} column", "none")
    low, high, padding = float(market.low[first_bar:end_bar].min()), float(market.high[first_bar:end_bar].max()), 0.0
    if request.price_range is None:
        padding = _padding(estimate.tiers, tiers)
    else:
        low, high = request.price_range
    view = HeatmapView(
        first_bar=first_bar,
        end_bar=end_bar,
        bars_per_column=bars_per_column,
        cohort_bars=_cohort_bars(request.cohort, market.interval_ms),
        side=request.side,
        tiers=tiers,
        axis=build_price_axis(
            low,
            high,
            kind=request.price_axis,
            bucket_width=request.bucket_width,
            buckets=request.buckets,
            bucket_ratio=estimate.bucket_ratio,
            padding=padding,
        ),
        cohort=request.cohort,
    )
    n_buckets = view.axis.n_buckets
    cells = view.n_columns * n_buckets
    if cells > MAXIMUM_CELLS:
        raise InputError(
            "bucket_width, interval",
            f"must make at most {MAXIMUM_CELLS} cells",
            f"{view.n_columns} columns x {n_buckets} buckets = {cells}",
        )
    return view


def check_estimate(estimate: object) -> None:
    """Refuse what is no estimate that can be drawn."""
    check_type("estimate", estimate, Estimate, "must be what estimate_book, combine_venues or estimate_flow returned")


def check_view(view: object) -> None:
    """Refuse what is no view."""
    check_type("view", view, HeatmapView, "must be what build_view returned")


def select_tiers(tiers: DistanceTiers, leverage: Iterable[float] | LeveragePreset | None) -> tuple[int, ...]:
    """Indices of the tiers whose band is asked for, by label or by preset; all without a filter.

    Raises
    ------
    UnknownNameError
        When a leverage is not one of the bands, or no band is in a preset's range.
    """
    labels = band_labels(tiers)
    wanted = preset_leverages(labels, leverage) if isinstance(leverage, str) else leverage
    if wanted is None:
        return tuple(range(len(labels)))
    asked = tuple(wanted)
    for value in asked:
        if not any(abs(value - label) < 1e-6 * label for label in labels):
            bands = ", ".join(f"{label:g}" for label in sorted(set(labels)))
            raise UnknownNameError("leverage", f"must be among {bands}", f"{value:g}")
    return tuple(i for i, label in enumerate(labels) if any(abs(value - label) < 1e-6 * label for value in asked))


def available_intervals(interval_ms: int) -> tuple[str, ...]:
    """Intervals that columns may have over bars of `interval_ms`: the bars' own, and usual multiples of it.

    Examples
    --------
    >>> available_intervals(21_600_000), available_intervals(420_000)
    (('6h', '1d'), ('7m',))
    """
    return tuple(format_interval(ms) for ms in _fitting_intervals_ms(interval_ms))


def _fitting_intervals_ms(interval_ms: int) -> list[int]:
    return [interval_ms, *(ms for ms in _INTERVALS_MS if ms > interval_ms and ms % interval_ms == 0)]


def _padding(tiers: DistanceTiers, chosen: tuple[int, ...]) -> float:
    """Share of price to show beyond the candles: enough for the nearest tier drawn."""
    nearest = float(np.asarray(tiers.distances)[:, list(chosen)].min(axis=1).max())
    return min(max(RANGE_PADDING, 1.25 * math.expm1(nearest)), MOST_PADDING)


def _check_market(estimate: Estimate, request: ViewRequest) -> None:
    """Refuse to show one market, or one quantity, as another."""
    market = estimate.market
    if request.symbol not in (None, market.symbol):
        raise InputError("symbol", f"must be that of the estimate, {market.symbol}", request.symbol)
    if request.venue is not None and resolve_alias(request.venue, market.contract_kind) != market.venue:
        raise InputError("venue", f"must be that of the estimate, {market.venue}", request.venue)
    if request.quantity not in (None, estimate.quantity):
        made = {"held": "estimate_book", "flow": "estimate_flow"}
        rule = f"must be {estimate.quantity}, as the estimate is; {made[str(request.quantity)]} makes the other"
        raise InputError("quantity", rule, request.quantity)


def _bar_range(market: MarketHistory, request: ViewRequest) -> tuple[int, int]:
    times, interval_ms = market.open_time_ms, market.interval_ms
    last_ms = min(value for value in (request.end_ms, request.as_of_ms, market.end_ms) if value is not None)
    first_bar = 0 if request.start_ms is None else int(np.searchsorted(times, request.start_ms))
    end_bar = int(np.searchsorted(times, last_ms - interval_ms, side="right"))
    if first_bar >= end_bar:
        asked = f"{request.start_ms}..{request.end_ms}"
        asked += "" if request.as_of_ms is None else f" as of {request.as_of_ms}"
        raise NoDataError("start_ms, end_ms", f"must overlap the history {int(times[0])}..{market.end_ms}", asked)
    return first_bar, end_bar


def _bars_per_column(interval: str | None, interval_ms: int, n_bars: int) -> int:
    if interval is None:
        fitting = _fitting_intervals_ms(interval_ms)
        longest_needed = n_bars * interval_ms / MOST_AUTOMATIC_COLUMNS
        return next((ms for ms in fitting if ms >= longest_needed), fitting[-1]) // interval_ms
    column_ms = parse_interval_ms(interval)
    if column_ms % interval_ms:
        raise InputError("interval", f"must be a multiple of the bars' {format_interval(interval_ms)}", interval)
    return column_ms // interval_ms


def _cohort_bars(cohort: str, interval_ms: int) -> int | None:
    if cohort == "none":
        return None
    if COHORTS_MS[cohort] < interval_ms:
        raise InputError("cohort", f"must not be shorter than a bar ({format_interval(interval_ms)})", cohort)
    return COHORTS_MS[cohort] // interval_ms
