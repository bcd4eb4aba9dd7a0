"""The table of markets: every symbol by asymmetry, with its nearest cluster that is worth a look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from liqheat.errors import UnknownNameError, check_each
from liqheat.records import MarketRow, Style, TrackedCluster
from liqheat.setups import levels
from liqheat.setups.case import Case, horizon_hours
from liqheat.setups.context import MarketNow
from liqheat.setups.judging import ratio_of
from liqheat.setups.presets import load_preset
from liqheat.setups.rules_of_map import asymmetry_bias, judge_size
from liqheat.setups.score import check_style
from liqheat.setups.thresholds import Preset

GRADES: tuple[Literal["A", "B", "C", "D"], ...] = ("A", "B", "C", "D")
SORTS = ("asymmetry", "distance", "touch", "growth", "grade", "symbol")


def market_table(
    markets: Sequence[MarketNow], *, style: Style = "day", preset: str | Preset = "article", sort: str = "asymmetry"
) -> tuple[MarketRow, ...]:
    """One row for each market.

    Parameters
    ----------
    markets : sequence of MarketNow
        What each is judged from.
    style : {'scalp', 'day', 'swing'}
        Sets the horizon of the touch probability.
    preset : str or Preset
        Thresholds.
    sort : {'asymmetry', 'distance', 'touch', 'growth', 'grade', 'symbol'}
        The most lopsided, nearest, likeliest, fastest or most reliable first; rows without the figure last.

    Raises
    ------
    UnknownNameError
        When `sort` is none of these.
    """
    check_style(style)
    check_each("markets", markets, MarketNow, "must be a sequence of MarketNow")
    if not isinstance(sort, str) or sort not in SORTS:
        raise UnknownNameError("sort", f"must be one of {', '.join(SORTS)}", sort)
    rules = load_preset(preset)
    rows = [_row(now, style, rules) for now in markets]
    return tuple(sorted(rows, key=lambda row: (_sort_key(row, sort), row.symbol)))


def _row(now: MarketNow, style: Style, preset: Preset) -> MarketRow:
    band = preset["band"]
    asymmetry = ratio_of(
        now.curves.usd_between("long", now.price * (1 - band), now.price),
        now.curves.usd_between("short", now.price, now.price * (1 + band)),
    )
    bias = asymmetry_bias(preset, asymmetry)
    valid = [one for one in now.clusters if _is_valid(one, now, preset)]
    nearest = min(valid, key=lambda one: (one.cluster.distance(now.price), one.cluster_id), default=None)
    grade, reason = reliability_grade(preset, now)
    touch, held = None, math.nan if nearest is None else nearest.cluster.held_notional_usd
    if nearest is not None:
        edge = nearest.cluster.near_edge if nearest.cluster.distance(now.price) > 0 else now.price
        hours = horizon_hours(preset, style)
        touch = levels.touch_probability(now.price, edge, now.volatility_per_sqrt_hour, hours)
    return MarketRow(
        symbol=now.symbol,
        venues=now.venues,
        time_ms=now.curves.time_ms,
        price=now.price,
        asymmetry=asymmetry,
        bias="short" if bias == "short" else "long" if bias == "long" else "none",
        cluster_id=nearest.cluster_id if nearest else None,
        cluster_side=nearest.cluster.side if nearest else None,
        distance_pct=nearest.cluster.distance(now.price) * 100.0 if nearest else None,
        held_notional_usd=None if nearest is None or math.isnan(held) else held,
        growth_usd_per_hour=nearest.growth_usd_per_hour if nearest else None,
        touch_probability=touch,
        touch_forecast=now.touches.get(nearest.cluster_id) if nearest else None,
        grade=grade,
        grade_reason=reason,
    )


def reliability_grade(preset: Preset, now: MarketNow) -> tuple[Literal["A", "B", "C", "D"], str]:
    """How much a market's map means: its volume rank, then one step down for one venue, one for no support."""
    rank = now.volume_rank
    if rank is None:
        return "D", "volume rank unknown"
    step = 0 if rank <= preset["full_rank"] else 1 if rank <= preset["last_rank"] else 2
    reasons = [f"volume rank {rank}"]
    if len(now.venues) < 2:
        step, reasons = step + 1, [*reasons, "one venue"]
    support = _mean_support(now)
    if support is None:
        step, reasons = step + 1, [*reasons, "no support from calibration"]
    elif support < preset["least_support"]:
        step, reasons = step + 1, [*reasons, f"support {support:.0%}"]
    return GRADES[min(step, 3)], ", ".join(reasons)


def _mean_support(now: MarketNow) -> float | None:
    """Of the clusters together, each by what it holds; None where nothing was calibrated."""
    backed = [(one.cluster.support, one.cluster.mass_usd) for one in now.clusters if one.cluster.support is not None]
    mass = sum(usd for _, usd in backed)
    return sum(share * usd for share, usd in backed) / mass if mass > 0 else None


def _is_valid(one: TrackedCluster, now: MarketNow, preset: Preset) -> bool:
    if one.cluster.distance(now.price) > preset["band"]:
        return False
    return judge_size(Case(one, now, preset, "day", 1.0)).verdict != "fail"


def _sort_key(row: MarketRow, sort: str) -> float:
    value: float | None
    if sort == "asymmetry":
        strength = row.asymmetry
        value = None if strength is None else -math.inf if strength in (0.0, math.inf) else -abs(math.log(strength))
    elif sort == "distance":
        value = row.distance_pct
    elif sort == "touch":
        value = None if row.touch_probability is None else -row.touch_probability
    elif sort == "growth":
        value = None if row.growth_usd_per_hour is None else -row.growth_usd_per_hour
    else:
        value = float(GRADES.index(row.grade)) if sort == "grade" else 0.0
    return math.inf if value is None else value
