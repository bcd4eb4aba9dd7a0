"""From estimated books to decisions: clusters, their lives, setups with reasons, the table of markets.

Reads the books' newest columns through the heatmap, follows the clusters, and gathers what the rules ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from liqheat.errors import InputError, check_type
from liqheat.flow import at_horizon
from liqheat.records import (
    Cluster,
    ClusterTouch,
    Estimate,
    Horizon,
    Setup,
    Style,
)
from liqheat.setups.calendar import load_shipped_calendar
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.context import MarketFacts, MarketNow
from liqheat.setups.day import read_market_day
from liqheat.setups.levels import volatility_per_sqrt_hour
from liqheat.setups.looks import (
    Bands,
    Looks,
    last_close_ms,
    read_asymmetry_interval,
    read_backed,
    read_curves,
    take_look,
)
from liqheat.setups.presets import load_preset
from liqheat.setups.score import check_style, score_setup
from liqheat.setups.thresholds import Preset
from liqheat.setups.touches import forecast_clusters
from liqheat.setups.tracker import ClusterTracker
from liqheat.units import COHORTS_MS, DAY_MS, HOUR_MS, Moment, parse_interval_ms

__all__ = [
    "find_clusters",
    "rank_setups",
    "read_curves",
    "read_market_now",
    "score_setups",
    "track_clusters",
]

STYLE_COHORTS: dict[str, str] = {"scalp": "24h", "day": "3d", "swing": "7d"}
"""Rule R12."""
STYLE_HORIZONS: dict[str, Horizon] = {"scalp": "4h", "day": "24h", "swing": "72h"}
"""Time within which a style's clusters are to be reached."""
DAILY_MS = 30 * DAY_MS
_VERDICTS = ("pass", "incomplete", "fail")


def find_clusters(
    estimate: Estimate,
    *,
    cohort: str = "none",
    leverage: Bands = None,
    as_of_ms: Moment | None = None,
) -> tuple[Cluster, ...]:
    """Find the clusters of a book: where liquidation levels are densest on each side of the price.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_book`, `combine_venues` or `estimate_flow` returned.
    cohort : str
        ``none``, or only positions opened within ``24h`` … ``1y``.
    leverage : sequence of float or {'all', 'wick', 'follow-through'}, optional
        Bands to count, such as ``[50, 100]``, or the article's presets; all by default.
    as_of_ms : int, datetime, date or str, optional
        Leave out every bar that closed after this time.

    Returns
    -------
    tuple of Cluster
        Longs, then shorts, each nearest first. Estimated.

    Raises
    ------
    InputError
        When an argument breaks a rule.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=10).history)
    >>> clusters = liqheat.find_clusters(estimate)
    >>> {cluster.side for cluster in clusters} == {"long", "short"}
    True
    """
    curves = read_curves(estimate, cohort=cohort, leverage=leverage, as_of_ms=as_of_ms)
    backed = read_backed(estimate, cohort=cohort, leverage=leverage, as_of_ms=as_of_ms)
    return extract_clusters(curves, backed=backed)


def track_clusters(
    estimate: Estimate,
    *,
    cohort: str = "none",
    leverage: Bands = None,
    span: str = "7d",
    interval: str = "1h",
    as_of_ms: Moment | None = None,
    tracker: ClusterTracker | None = None,
    on_look: Callable[[ClusterTracker], object] | None = None,
) -> ClusterTracker:
    """Follow clusters through a history: birth, growth, migration, sweeps and death.

    Parameters
    ----------
    estimate, cohort, leverage, as_of_ms
        As in `find_clusters`.
    span : str
        How far back the first look lies, such as ``7d``.
    interval : str
        Time between looks.
    tracker : ClusterTracker, optional
        Continue this one from its last look; it must be of the same cohort and bands.
    on_look : callable, optional
        Called with the tracker after each look: its ``time_ms``, ``alive``, ``dead`` and ``curves`` are of that moment.

    Returns
    -------
    ClusterTracker
        ``alive`` and ``dead`` hold the clusters; the last look is exact by leverage and venue.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=10).history)
    >>> tracker = liqheat.track_clusters(estimate, span="3d")
    >>> nearest = tracker.alive[0]
    >>> nearest.cluster_id.split("-")[0] == nearest.cluster.side
    True

    How many clusters stood, hour by hour:

    >>> counts = []
    >>> _ = liqheat.track_clusters(estimate, span="6h", on_look=lambda now: counts.append(len(now.alive)))
    >>> len(counts)
    6
    """
    if on_look is not None and not callable(on_look):
        raise InputError("on_look", "must be a function of a ClusterTracker", on_look)
    end_ms = last_close_ms(estimate, as_of_ms)
    tracker = ClusterTracker() if tracker is None else tracker
    check_type("tracker", tracker, ClusterTracker, "must be a ClusterTracker")
    last_ms = tracker.time_ms
    start_ms = end_ms - parse_interval_ms(span) if last_ms is None else last_ms
    if last_ms is not None and last_ms > end_ms:
        raise InputError("tracker", f"must not have seen beyond {end_ms}", last_ms)
    if last_ms == end_ms:
        return tracker
    looks = Looks(estimate, start_ms, end_ms, interval, cohort, leverage)
    for time_ms in looks.ends_ms:
        if time_ms != end_ms and (last_ms is None or time_ms > last_ms):
            take_look(tracker, estimate, looks.curves(time_ms), last_ms, time_ms)
            last_ms = time_ms
            if on_look is not None:
                on_look(tracker)
    exact = read_curves(estimate, cohort=cohort, leverage=leverage, as_of_ms=end_ms)
    backed = read_backed(estimate, cohort=cohort, leverage=leverage, as_of_ms=end_ms)
    take_look(tracker, estimate, exact, last_ms, end_ms, backed)
    if on_look is not None:
        on_look(tracker)
    return tracker


def read_market_now(
    estimate: Estimate,
    *,
    tracker: ClusterTracker | None = None,
    cohort: str = "none",
    as_of_ms: Moment | None = None,
    preset: str | Preset = "article",
    **facts: Any,
) -> MarketNow:
    """Gather what setups are judged from.

    Parameters
    ----------
    estimate, tracker, cohort, as_of_ms, preset
        As in `score_setups`.
    **facts
        What is known beside the estimate: the names of `MarketFacts`.

    Raises
    ------
    InputError
        When an argument breaks a rule, or a fact is none.
    """
    told = MarketFacts.read(**facts)
    rules = load_preset(preset)
    tracker = track_clusters(estimate, cohort=cohort, as_of_ms=as_of_ms, tracker=tracker)
    curves = tracker.curves
    assert curves is not None  # noqa: S101 - a tracker that was just fed has a last look
    estimated = _expected_a_day_usd(estimate, curves.time_ms)
    daily = told.daily_liquidated_usd
    if daily is None and estimated is not None:
        # The same discount as the cluster's: both sides of the comparison are the book's own.
        daily = estimated * (1.0 - rules["discount"]) if estimate.calibration is None else estimated
    at_price = curves.price if told.price is None else told.price
    return MarketNow(
        symbol=estimate.market.symbol,
        now_ms=curves.time_ms if told.now_ms is None else told.now_ms,
        price=at_price,
        curves=curves,
        clusters=tracker.alive,
        cohort_hours=None if cohort == "none" else COHORTS_MS[cohort] / HOUR_MS,
        volatility_per_sqrt_hour=volatility_per_sqrt_hour(estimate.market, curves.time_ms),
        day=read_market_day(estimate, curves.time_ms),
        daily_liquidated_usd=daily,
        is_daily_realised=told.daily_liquidated_usd is not None,
        depth=told.depth,
        calendar=(*load_shipped_calendar(), *told.calendar),
        volume_rank=told.volume_rank,
        weekend_flow_factor=told.weekend_flow_factor,
        realised_usd=told.realised_usd,
        taker_share=told.taker_share,
        calibration=estimate.status,
        dead_clusters=tracker.dead,
        venues=estimate.venues,
        asymmetry_interval=read_asymmetry_interval(
            estimate, cohort=cohort, band=rules["band"], price=at_price, as_of_ms=curves.time_ms
        ),
        information_gain=told.information_gain,
        realised_over_forecast=told.realised_over_forecast,
        touches=_touches(estimate, tracker, curves.time_ms),
    )


def _touches(estimate: Estimate, tracker: ClusterTracker, time_ms: int) -> dict[str, ClusterTouch]:
    if estimate.calibration is None:
        return {}
    found = forecast_clusters(estimate, [one.cluster for one in tracker.alive], as_of_ms=time_ms)
    return {one.cluster_id: touch for one, touch in zip(tracker.alive, found, strict=True)}


def at_style(estimate: Estimate, style: str) -> Estimate:
    """Expected liquidations at the horizon of a style; open positions as they are."""
    if estimate.calibration is None or STYLE_HORIZONS[style] not in estimate.calibration.laws:
        return estimate
    return at_horizon(estimate, STYLE_HORIZONS[style])


def score_setups(
    estimate: Estimate,
    *,
    style: Style,
    equity_usd: float,
    preset: str = "article",
    thresholds: Mapping[str, Any] | None = None,
    cohort: str | None = None,
    tracker: ClusterTracker | None = None,
    **market: Any,
) -> tuple[Setup, ...]:
    """Judge every cluster near the price as a trade idea, with all reasons for and against.

    Parameters
    ----------
    estimate : Estimate
        As in `find_clusters`.
    style : {'scalp', 'day', 'swing'}
        How long you mean to hold; decides the map (24 h, 3 d, 7 d) unless `cohort` does.
    equity_usd : float
        Account that the size is worked out for, above 0.
    preset : {'article', 'strict'}
        Thresholds.
    thresholds : mapping of str to float, optional
        Values in their place, by key of the table of rules. Risk above 2 % is refused.
    cohort : str, optional
        Another map than the style's; rule R12 then says so.
    tracker : ClusterTracker, optional
        From an earlier call of `track_clusters` on the same cohort: only what is new is read.
    **market
        ``as_of_ms``, and what is known beside the estimate: the names of `liqheat.setups.MarketFacts`. What is missing
        makes rules ``unknown``, never ``pass``.

    Returns
    -------
    tuple of Setup
        Passing ones first, then incomplete, then failing; more points and nearer first.

    Raises
    ------
    InputError
        When an argument breaks a rule.

    Examples
    --------
    >>> import liqheat
    >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=10).history)
    >>> setup = liqheat.score_setups(estimate, style="swing", equity_usd=10_000)[0]
    >>> [rule.rule_id for rule in setup.rules][:3], setup.verdict in ("incomplete", "fail")
    (['R1', 'R2', 'R3'], True)
    """
    check_style(style)
    check_type("estimate", estimate, Estimate, "must be what estimate_book, combine_venues or estimate_flow returned")
    rules = load_preset(preset, thresholds)
    chosen = STYLE_COHORTS[style] if cohort is None else cohort
    if tracker is None:
        # A tracker is of the estimate that it followed.
        estimate = at_style(estimate, style)
    now = read_market_now(estimate, tracker=tracker, cohort=chosen, preset=rules, **market)
    return rank_setups(
        score_setup(cluster, now, style=style, equity_usd=equity_usd, preset=rules) for cluster in now.clusters
    )


def rank_setups(found: Iterable[Setup]) -> tuple[Setup, ...]:
    """Passing setups first, then incomplete, then failing; more points and nearer first."""
    return tuple(sorted(found, key=_rank))


def _rank(setup: Setup) -> tuple[int, int, float, str]:
    distance = setup.cluster.cluster.distance(setup.price)
    return _VERDICTS.index(setup.verdict), -setup.points, distance, setup.cluster.cluster_id


def _expected_a_day_usd(estimate: Estimate, time_ms: int) -> float | None:
    """Mean daily USD over 30 days: expected to be liquidated, or swept from a book; None with less than a day."""
    market = estimate.market
    ends = market.open_time_ms + market.interval_ms
    bars = (ends <= time_ms) & (ends > time_ms - DAILY_MS)
    days = float(bars.sum()) * market.interval_ms / DAY_MS
    if days < 1.0:
        return None
    if estimate.calibration is None:
        return float(estimate.swept_usd[bars].sum()) / days
    last = int(np.flatnonzero(bars)[-1])
    return float(estimate.calibration.expected_usd[last] * estimate.calibration.scale[last]) / days
