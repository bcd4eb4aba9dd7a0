"""From a cluster to a setup: every rule judged, prices and size computed, nothing hidden in one number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.records import Noted, Setup, Style, TrackedCluster
from liqheat.setups import judge_market, judge_trade, levels
from liqheat.setups.calendar import calendar_state
from liqheat.setups.context import MarketNow
from liqheat.setups.depth import check_depth
from liqheat.setups.grading import (
    MOST_POINTS,
    as_number,
    count_points,
    effective_flow,
    list_flags,
    overall_verdict,
    risk_caps,
)
from liqheat.setups.presets import Preset, load_preset
from liqheat.setups.rules import RULES
from liqheat.units import HOUR_MS, MINUTE_MS


def score_setup(
    cluster: TrackedCluster,
    now: MarketNow,
    *,
    style: Style,
    equity_usd: float,
    preset: str | Preset = "article",
    noted: Noted | None = None,
) -> Setup:
    """Judge one cluster by every rule, and work out the trade.

    Parameters
    ----------
    cluster : TrackedCluster
        What is traded into.
    now : MarketNow
        What it is judged from.
    style : {'scalp', 'day', 'swing'}
        The user's.
    equity_usd : float
        Account, above 0.
    preset : str or Preset
        ``article``, ``strict``, or thresholds from `load_preset`.
    noted : Noted, optional
        What the setup stood on when it was first noted; now, without it.

    Returns
    -------
    Setup
        With every rule's result, also when it fails.

    Raises
    ------
    InputError
        When the equity, the price or the style breaks a rule.
    """
    check_style(style)
    levels.check_equity(equity_usd)
    if not (math.isfinite(now.price) and now.price > 0):
        raise InputError("price", "must be finite and above 0", now.price)
    rules = load_preset(preset)
    one = cluster.cluster
    direction = levels.trade_direction(one)
    estimate = one.mass_usd
    flow, factors = effective_flow(one.mass_usd, one.forced_flow_usd, now, rules)
    noted = noted or Noted(now.now_ms, one.centre_price, flow)
    band = rules["band"]
    long_usd = now.curves.usd_between("long", now.price * (1 - band), now.price)
    short_usd = now.curves.usd_between("short", now.price, now.price * (1 + band))
    daily = now.daily_liquidated_usd
    distance = one.distance(now.price)
    hours = horizon_hours(rules, style)
    touch = levels.touch_probability(
        now.price, _reached(one.near_edge, distance, now), now.volatility_per_sqrt_hour, hours
    )
    weekend = judge_market.is_weekend(now.now_ms)
    check = check_depth(now.depth, one, flow, price=now.price, now_ms=now.now_ms, preset=rules)
    news = calendar_state(now.calendar, now.now_ms, window_ms=round(rules["news_window_min"] * MINUTE_MS))
    entry = levels.entry_price(one.near_edge, direction, rules["entry_offset"])
    opposing = levels.nearest_opposing(now.clusters, one, now.price)
    buffer = max(rules["stop_buffer"], rules["weekend_stop_buffer"]) if weekend else rules["stop_buffer"]
    stop = None if opposing is None else levels.stop_price(opposing.peak_price, direction, buffer)
    beyond = levels.next_cluster(now.clusters, one)
    second = None if beyond is None else beyond.near_edge
    phase, phase_result = judge_market.judge_phase(
        rules, cluster, flow, price=now.price, realised_usd=now.realised_usd, taker_share=now.taker_share
    )
    size_result = judge_market.judge_size(rules, estimate, flow, daily, is_realised=now.is_daily_realised)
    results = [
        judge_market.judge_asymmetry(rules, direction, long_usd, short_usd, now.asymmetry_interval),
        size_result,
        judge_market.judge_distance(rules, distance, touch, hours),
        judge_market.judge_book(rules, check),
        judge_trade.judge_entry(rules, direction, one.near_edge, now.price, entry),
        judge_trade.judge_stop(rules, direction, entry, stop, opposing, weekend=weekend),
        judge_trade.judge_target(rules, one.far_edge, second),
        judge_trade.judge_reward(rules, entry, stop, one.far_edge),
        judge_trade.judge_discount(rules, estimate, flow, now.calibration, factors),
        judge_market.judge_news(rules, news),
        judge_market.judge_timeframe(rules, style, now.cohort_hours, distance),
        judge_market.judge_migration(rules, noted, one, flow),
        judge_market.judge_weekend(rules, now.now_ms, now.weekend_flow_factor),
        judge_market.judge_chase(rules, cluster),
        judge_market.judge_support(rules, one.support, now.information_gain),
        judge_market.judge_rank(rules, now.volume_rank),
        phase_result,
    ]
    points = count_points(results, rules, one.venue_shares, one.support)
    threshold_usd = size_result.inputs["threshold_usd"]
    conviction = judge_trade.Conviction(
        estimate_usd=estimate,
        flow_usd=flow,
        threshold_usd=threshold_usd if isinstance(threshold_usd, float) else None,
        venue_shares=tuple(one.venue_shares.values()),
        book_state=check.state,
        is_weekend=weekend,
        is_news_or_unknown=news.state != "clear",
        points=points,
        most_points=MOST_POINTS,
        caps=risk_caps(results, rules),
    )
    fraction, step, why = judge_trade.risk_fraction(rules, conviction)
    has_stop = next(result for result in results if result.rule_id == "R6").verdict == "pass" and stop is not None
    units = levels.position_size(equity_usd, fraction, entry, stop) if has_stop and stop is not None else None
    size_usd = None if units is None else units * entry
    results.append(judge_trade.judge_trade_size(rules, fraction if has_stop else None, step, why, units, size_usd))
    order = {rule.rule_id: at for at, rule in enumerate(RULES)}
    results.sort(key=lambda result: order[result.rule_id])
    reward = next(result for result in results if result.rule_id == "R8").inputs
    horizon_ms = round(hours * HOUR_MS)
    return Setup(
        cluster=replace(cluster, phase=phase),
        symbol=now.symbol,
        direction=direction,
        style=style,
        preset=rules.name,
        time_ms=now.now_ms,
        price=now.price,
        verdict=overall_verdict(results),
        rules=tuple(results),
        points=points,
        most_points=MOST_POINTS,
        entry=entry,
        entry_order="sell stop" if direction == "short" else "buy stop",
        stop=stop,
        target=one.far_edge,
        second_target=second,
        reward_risk=as_number(reward["reward_risk"]),
        break_even_win_rate=as_number(reward["break_even_win_rate"]),
        touch_probability=touch,
        horizon_ms=horizon_ms,
        expires_ms=noted.time_ms + horizon_ms,
        forced_flow_usd=flow,
        risk_fraction=fraction if has_stop else None,
        risk_usd=fraction * equity_usd if has_stop else None,
        size_units=units,
        size_usd=size_usd,
        size_pct_of_equity=None if size_usd is None else size_usd / equity_usd * 100.0,
        flags=list_flags(results, rules, now),
        noted=noted,
        calibration=now.calibration,
        depth_check=None if now.depth is None else check,
    )


def recheck(setup: Setup, now: MarketNow, *, equity_usd: float, preset: str | Preset | None = None) -> Setup:
    """Judge a setup again, now, against what it stood on when it was noted.

    A cluster that died since fails the setup, and says how it died; so does a setup whose time is up.

    Raises
    ------
    InputError
        When the equity or the price breaks a rule.
    """
    check_type("setup", setup, Setup, "must be what score_setups returned")
    check_type("now", now, MarketNow, "must be a MarketNow")
    known = (*now.clusters, *now.dead_clusters)
    found = next((one for one in known if one.cluster_id == setup.cluster.cluster_id), None)
    cluster = found or replace(setup.cluster, death=setup.cluster.death or "decayed")
    again = score_setup(
        cluster,
        now,
        style=setup.style,
        equity_usd=equity_usd,
        preset=setup.preset if preset is None else preset,
        noted=setup.noted,
    )
    if now.now_ms >= setup.expires_ms:
        return replace(again, verdict="fail", flags=(*again.flags, "expired: its time is up"))
    return again


def check_style(style: object) -> None:
    """Refuse what is no style."""
    if not isinstance(style, str) or style not in get_args(Style):
        raise UnknownNameError("style", f"must be one of {', '.join(get_args(Style))}", style)


def horizon_hours(preset: Preset, style: Style) -> float:
    """Hours that a setup of a style is given."""
    return preset[{"scalp": "near_horizon_hours", "day": "day_horizon_hours", "swing": "far_horizon_hours"}[style]]


def _reached(near_edge: float, distance: float, now: MarketNow) -> float:
    """A near edge that the price has reached is touched already."""
    return near_edge if distance > 0 else now.price
