"""The table of markets: every symbol with its day, and the nearest cluster on each side that is worth a look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from liqheat.errors import UnknownNameError, check_each
from liqheat.records import MarketCluster, MarketRow, Style, TrackedCluster
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
        The most lopsided, nearest, likeliest, fastest or most reliable first; rows without the figure
        last. A row is as near as its nearer cluster.

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
    hours = horizon_hours(preset, style)
    grade, reason = reliability_grade(preset, now)
    return MarketRow(
        symbol=now.symbol,
        venues=now.venues,
        time_ms=now.curves.time_ms,
        price=now.price,
        day=now.day,
        asymmetry=asymmetry,
        bias="short" if bias == "short" else "long" if bias == "long" else "none",
        above=_nearest([one for one in valid if one.cluster.side == "short"], now, hours),
        below=_nearest([one for one in valid if one.cluster.side == "long"], now, hours),
        grade=grade,
        grade_reason=reason,
    )


def _nearest(clusters: Sequence[TrackedCluster], now: MarketNow, hours: float) -> MarketCluster | None:
    if not clusters:
        return None
    nearest = min(clusters, key=lambda one: (one.cluster.distance(now.price), one.cluster_id))
    distance, held = nearest.cluster.distance(now.price), nearest.cluster.held_notional_usd
    edge = nearest.cluster.near_edge if distance > 0 else now.price
    return MarketCluster(
        cluster_id=nearest.cluster_id,
        distance_pct=distance * 100.0,
        held_notional_usd=None if math.isnan(held) else held,
        growth_usd_per_hour=nearest.growth_usd_per_hour,
        touch_probability=levels.touch_probability(now.price, edge, now.volatility_per_sqrt_hour, hours),
        touch_forecast=now.touches.get(nearest.cluster_id),
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
    value: float | None = None
    nearest = row.above if row.nearest_side == "short" else row.below
    if sort == "asymmetry":
        strength = row.asymmetry
        value = None if strength is None else -math.inf if strength in (0.0, math.inf) else -abs(math.log(strength))
    elif sort == "grade":
        value = float(GRADES.index(row.grade))
    elif sort == "symbol":
        value = 0.0
    elif nearest is not None and sort == "distance":
        value = nearest.distance_pct
    elif nearest is not None and sort == "touch":
        value = -nearest.touch_probability
    elif nearest is not None:
        value = -nearest.growth_usd_per_hour
    return math.inf if value is None else value
