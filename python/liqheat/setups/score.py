"""From a cluster to a setup: every rule judged, prices and size computed, nothing hidden in one number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.records import Noted, Setup, Style, TrackedCluster
from liqheat.setups import levels
from liqheat.setups.case import Case
from liqheat.setups.context import MarketNow
from liqheat.setups.grading import grade, list_flags, overall_verdict
from liqheat.setups.presets import load_preset
from liqheat.setups.rules import RULES
from liqheat.setups.rules_of_cluster import phase_of
from liqheat.setups.rules_of_trade import order_of, reward_of, size_of
from liqheat.setups.thresholds import Preset
from liqheat.units import HOUR_MS


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
    case = Case(cluster, now, load_preset(preset), style, equity_usd, noted)
    judged = {rule: rule.result(case) for rule in RULES if not rule.is_last}
    case = replace(case, grade=grade(case, list(judged.items())))
    results = [(rule, judged.get(rule) or rule.result(case)) for rule in RULES]
    assert case.grade is not None  # noqa: S101  graded just now
    size, reward = size_of(case), reward_of(case)
    has_size = size.units is not None
    horizon_ms = round(case.hours * HOUR_MS)
    return Setup(
        cluster=replace(cluster, phase=phase_of(case)[0]),
        symbol=now.symbol,
        direction=case.direction,
        style=style,
        preset=case.preset.name,
        time_ms=now.now_ms,
        price=now.price,
        verdict=overall_verdict(results),
        rules=tuple(result for _, result in results),
        points=case.grade.points,
        most_points=case.grade.most_points,
        entry=case.entry,
        entry_order=order_of(case),
        stop=case.stop,
        target=case.one.far_edge,
        second_target=case.second_target,
        reward_risk=None if reward is None else reward.ratio,
        break_even_win_rate=None if reward is None else reward.break_even_win_rate,
        touch_probability=case.touch_probability,
        horizon_ms=horizon_ms,
        expires_ms=case.first_noted.time_ms + horizon_ms,
        forced_flow_usd=case.flow_usd,
        touch_forecast=case.touch,
        risk_fraction=size.fraction if has_size else None,
        risk_usd=size.fraction * equity_usd if has_size else None,
        size_units=size.units,
        size_usd=size.size_usd,
        size_pct_of_equity=None if size.size_usd is None else size.size_usd / equity_usd * 100.0,
        flags=list_flags(results, case.preset, now),
        noted=case.first_noted,
        calibration=now.calibration,
        depth_check=None if now.depth is None else case.depth_check,
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
