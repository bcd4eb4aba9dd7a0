"""From a request in people's words (times, interval, cohort, leverages) to a view in bars and tiers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from liqheat.errors import InputError, NoDataError, UnknownNameError, check_type
from liqheat.heatmap.axes import RANGE_PADDING, build_price_axis
from liqheat.records import DistanceTiers, Estimate, HeatmapView, Side
from liqheat.units import (
    COHORTS_MS,
    BucketWidth,
    Moment,
    format_interval,
    parse_bucket_width,
    parse_interval_ms,
    read_moment_ms,
)

STANDARD_LEVERAGES = (3, 5, 10, 20, 25, 50, 75, 100, 125)
"""Labels of the bands when a book has too many tiers to name each."""
MOST_NAMED_TIERS = 12
MOST_AUTOMATIC_COLUMNS = 9_000
"""30 days of 5-minute columns are 8,640."""
MAXIMUM_CELLS = 20_000_000
MOST_PADDING = 0.8
_INTERVALS_MS = tuple(parse_interval_ms(name) for name in ("1m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "1d"))


def build_view(
    estimate: Estimate,
    *,
    start_ms: Moment | None = None,
    end_ms: Moment | None = None,
    interval: str | None = None,
    cohort: str = "none",
    side: Side = "both",
    leverage: Sequence[float] | None = None,
    price_axis: Literal["log", "linear"] = "log",
    bucket_width: str | float | BucketWidth | None = None,
    buckets: int | None = None,
    as_of_ms: Moment | None = None,
) -> HeatmapView:
    """Resolve what to draw. `build_heatmap` documents the parameters.

    Raises
    ------
    InputError
        When a value breaks a rule, or the view would have more than 20 million cells.
    NoDataError
        When no closed bar lies in the range.
    """
    check_estimate(estimate)
    market = estimate.market
    check_side(side)
    tiers = select_tiers(estimate.tiers, leverage)
    first_bar, end_bar = _bar_range(
        market.open_time_ms,
        market.interval_ms,
        None if start_ms is None else read_moment_ms("start_ms", start_ms),
        None if end_ms is None else read_moment_ms("end_ms", end_ms),
        None if as_of_ms is None else read_moment_ms("as_of_ms", as_of_ms),
    )
    bars_per_column = _bars_per_column(interval, market.interval_ms, end_bar - first_bar)
    column_ms = bars_per_column * market.interval_ms
    # Columns start on multiples of their interval, as candles do.
    misaligned = int(market.open_time_ms[first_bar]) % column_ms
    if misaligned:
        first_bar += (column_ms - misaligned) // market.interval_ms
    if first_bar >= end_bar:
        raise NoDataError("start_ms, end_ms", f"must cover a whole {format_interval(column_ms)} column", "none")
    width = parse_bucket_width(bucket_width)
    axis = build_price_axis(
        float(market.low[first_bar:end_bar].min()),
        float(market.high[first_bar:end_bar].max()),
        kind=price_axis,
        bucket_width=width,
        buckets=buckets,
        bucket_ratio=estimate.bucket_ratio,
        padding=_padding(estimate.tiers, tiers),
    )
    view = HeatmapView(
        first_bar=first_bar,
        end_bar=end_bar,
        bars_per_column=bars_per_column,
        cohort_bars=_cohort_bars(cohort, market.interval_ms),
        side=side,
        tiers=tiers,
        axis=axis,
        cohort=cohort,
    )
    cells = view.n_columns * axis.n_buckets
    if cells > MAXIMUM_CELLS:
        raise InputError(
            "bucket_width, interval",
            f"must make at most {MAXIMUM_CELLS} cells",
            f"{view.n_columns} columns x {axis.n_buckets} buckets = {cells}",
        )
    return view


def check_estimate(estimate: object) -> None:
    """Refuse what is no estimate that can be drawn."""
    check_type("estimate", estimate, Estimate, "must be what estimate_book, combine_venues or estimate_flow returned")


def check_side(side: object) -> None:
    """Refuse what is no side."""
    if not isinstance(side, str) or side not in ("both", "long", "short"):
        raise UnknownNameError("side", "must be both, long or short", side)


def check_view(view: object) -> None:
    """Refuse what is no view."""
    check_type("view", view, HeatmapView, "must be what build_view returned")


def band_labels(tiers: DistanceTiers) -> tuple[float, ...]:
    """Leverage label of each tier: its own, or the nearest standard one where a book has more than 12 tiers."""
    own = tuple(float(leverage) for leverage in tiers.leverages)
    if len(own) <= MOST_NAMED_TIERS:
        return own
    standard = np.log(STANDARD_LEVERAGES)
    nearest = np.abs(np.log(tiers.leverages)[:, None] - standard).argmin(axis=1)
    return tuple(float(STANDARD_LEVERAGES[index]) for index in nearest)


def select_tiers(tiers: DistanceTiers, leverage: Iterable[float] | str | None) -> tuple[int, ...]:
    """Indices of the tiers whose band is asked for; all without a filter.

    Raises
    ------
    UnknownNameError
        When a leverage is not one of the bands.
    """
    labels = band_labels(tiers)
    if leverage is None:
        return tuple(range(len(labels)))
    try:
        # A text would be read letter by letter.
        wanted = {float(value) for value in ([leverage] if isinstance(leverage, str) else leverage)}
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("leverage", "must be a sequence of numbers", f"{leverage!r}: {error}"[:200]) from error
    for value in wanted:
        if not any(abs(value - label) < 1e-6 * label for label in labels):
            bands = ", ".join(f"{label:g}" for label in sorted(set(labels)))
            raise UnknownNameError("leverage", f"must be among {bands}", f"{value:g}")
    chosen = tuple(i for i, label in enumerate(labels) if any(abs(value - label) < 1e-6 * label for value in wanted))
    if not chosen:
        raise InputError("leverage", "must name at least one band", "none")
    return chosen


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


def _bar_range(
    times: np.ndarray, interval_ms: int, start_ms: int | None, end_ms: int | None, as_of_ms: int | None
) -> tuple[int, int]:
    history = f"{int(times[0])}..{int(times[-1]) + interval_ms}"
    if start_ms is not None and end_ms is not None and start_ms >= end_ms:
        raise InputError("start_ms", "must be before end_ms", f"{start_ms} >= {end_ms}")
    last_ms = min(value for value in (end_ms, as_of_ms, int(times[-1]) + interval_ms) if value is not None)
    first_bar = 0 if start_ms is None else int(np.searchsorted(times, start_ms))
    end_bar = int(np.searchsorted(times, last_ms - interval_ms, side="right"))
    if first_bar >= end_bar:
        asked = f"{start_ms}..{end_ms}" + ("" if as_of_ms is None else f" as of {as_of_ms}")
        raise NoDataError("start_ms, end_ms", f"must overlap the history {history}", asked)
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
    if isinstance(cohort, str) and cohort == "none":
        return None
    if not isinstance(cohort, str) or cohort not in COHORTS_MS:
        raise UnknownNameError("cohort", f"must be none or one of {', '.join(COHORTS_MS)}", cohort)
    if COHORTS_MS[cohort] < interval_ms:
        raise InputError("cohort", f"must not be shorter than a bar ({format_interval(interval_ms)})", cohort)
    return COHORTS_MS[cohort] // interval_ms
