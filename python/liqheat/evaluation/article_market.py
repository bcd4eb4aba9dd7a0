"""The article's figures about the market as a whole: leverage, the growth of zones, weekends."""

from __future__ import annotations

import numpy as np

from liqheat.accuracy.bootstrap import bootstrap_ratio, bootstrap_statistic, days_of
from liqheat.accuracy.correlation import partial_spearman
from liqheat.evaluation.article_study import ClaimResult, Measured, Study, as_measured
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

LEAST_SWEEP_USD = 1e4
MOVES = ((0.0025, 0.005), (0.005, 0.01), (0.01, 0.02), (0.02, 1.0))
HIGH_LEVERAGE, LOW_LEVERAGE = 50.0, 25.0
GROWTH_HOURS = 4
WEEKEND_CELLS = 50
"""Held notional within 5 % of the price."""
ARTICLE_WEEKEND = (-30.0, -15.0)
LEAST_ROWS = 30
LEAST_WEEKENDS = 4
_LEVERAGE_LIMIT = "no venue publishes the leverage of a liquidated position"


def measure_leverage(study: Study) -> tuple[ClaimResult, ...]:
    """Which leverages trigger first, and which hold more: of the estimate, and what realised totals can say."""
    return (measure_trigger_order(study), measure_notional_by_leverage(study))


def measure_trigger_order(study: Study) -> ClaimResult:
    """Whether the higher of two leverages is swept first in the hours that sweep both."""
    claim = "High-leverage clusters (50x-100x) trigger first, lower-leverage clusters on follow-through"
    where = "FAQ: What leverage setting should I use; The Five Types, 3"
    how = (
        "Of the estimated book: pairs of leverages that one hour swept on one side, by the 5-minute bar of each one's "
        "first sweep. The order follows from the model's own distances, which is why the verdict does not lean on it. "
        "n: pairs."
    )
    swept = _swept_by_leverage(study)
    if swept is None:
        return ClaimResult("trigger_order", claim, where, (), 0, "not measurable: no estimate by leverage given", how)
    started = swept > LEAST_SWEEP_USD
    first = np.where(started.any(axis=1), started.argmax(axis=1), -1)
    ahead, together, pairs = (np.zeros(study.hour_ms.size) for _ in range(3))
    for higher in range(swept.shape[3]):
        for lower in range(higher + 1, swept.shape[3]):
            both = (first[:, :, higher] >= 0) & (first[:, :, lower] >= 0)
            ahead += (both & (first[:, :, higher] < first[:, :, lower])).sum(axis=1)
            together += (both & (first[:, :, higher] == first[:, :, lower])).sum(axis=1)
            pairs += both.sum(axis=1)
    measured = tuple(
        as_measured(f"estimated: {name}", bootstrap_ratio(part, whole, study.days, seed=study.seed), "%", 100)
        for name, part, whole in (
            ("higher leverage first, of pairs not in the same bar", ahead, pairs - together),
            ("both in the same bar", together, pairs),
        )
    )
    verdict = f"not measurable: {_LEVERAGE_LIMIT}; in the estimated book higher leverage comes first in "
    verdict += f"{measured[0].value:.0f} % of pairs" if np.isfinite(measured[0].value) else "no pair"
    return ClaimResult("trigger_order", claim, where, measured, int(pairs.sum()), verdict, how)


def measure_notional_by_leverage(study: Study) -> ClaimResult:
    """Share of swept notional by leverage in the estimate; realised liquidations per percent of move, by move."""
    measured: list[Measured] = []
    swept = _swept_by_leverage(study)
    if swept is not None and study.estimate is not None:
        leverages = study.estimate.tiers.leverages
        by_hour = swept.sum(axis=(1, 2))
        total = by_hour.sum(axis=1)
        for index, leverage in enumerate(leverages):
            share = bootstrap_ratio(by_hour[:, index], total, study.days, seed=study.seed)
            measured.append(as_measured(f"estimated: share of swept notional at {leverage:g}x", share, "%", 100))
        high = by_hour[:, leverages >= HIGH_LEVERAGE].sum(axis=1)
        low = by_hour[:, (leverages <= LOW_LEVERAGE)].sum(axis=1)
        ratio = bootstrap_ratio(low, high, study.days, seed=study.seed)
        measured.append(as_measured("estimated: swept at 25x and below, over 50x and above", ratio, "times"))
    days = np.repeat(study.days, 2)
    reach, usd = study.reach.ravel(), study.liquidated_usd.ravel()
    rates = []
    for near, far in MOVES:
        rows = (reach >= near) & (reach < far)
        rates.append(bootstrap_ratio(usd[rows] / 1e6, reach[rows] * 100, days[rows], seed=study.seed))
        text = f"{near:.2%} to {far:.2%}" if far < 1 else f"more than {near:.2%}"
        measured.append(
            as_measured(f"realised: per percent of move, hours that moved {text}", rates[-1], "million USD")
        )
    compared = "as much"
    if rates[-1].low > rates[0].high:
        compared = "more"
    elif rates[-1].high < rates[0].low:
        compared = "less"
    return ClaimResult(
        id="notional_by_leverage",
        claim="High-leverage clusters are smaller in notional value; low-leverage clusters produce larger volumes",
        where="The Five Types, 3: Leverage-Tiered Heatmap",
        measured=tuple(measured),
        n=int((np.isfinite(usd) & (reach >= MOVES[0][0])).sum()),
        verdict=f"not measurable: {_LEVERAGE_LIMIT}; hours with large moves liquidate {compared} per percent of move "
        "than hours with small ones",
        how="Shares are the estimate's own, at the leverage mix it was given. What is realised tells leverage only by "
        "how far the price had to move: liquidations of a side in an hour over the hour's move against it. n: hours "
        "and sides that moved at least 0.25 %.",
    )


def _swept_by_leverage(study: Study) -> FloatArray | None:
    """Estimated USD swept by hour, bar, side and tier, highest leverage first."""
    if study.estimate is None or study.estimate.market.open_time_ms[0] != study.market.open_time_ms[0]:
        return None
    rows = study.first_bars[:, None] + np.arange(study.bars_per_hour)
    found: FloatArray = study.estimate.swept_usd[rows]
    return found


def measure_growth(study: Study) -> ClaimResult:
    """Whether fast growing zones announce volatility beyond what the present volatility and volume already say."""
    growth = growth_speed(study)
    log_returns = np.diff(np.log(study.market.close), prepend=np.log(study.market.open[0]))
    squares = np.concatenate([[0.0], np.cumsum(log_returns**2)])
    volumes = np.concatenate([[0.0], np.cumsum(study.market.volume)])
    first = study.first_bars
    span, day = GROWTH_HOURS * study.bars_per_hour, 24 * study.bars_per_hour
    rows = np.flatnonzero(
        np.isfinite(growth)
        & (np.arange(growth.size) % GROWTH_HOURS == 0)
        & (first >= day)
        & (first + span <= study.market.n_bars)
    )
    at = first[rows]
    after = squares[at + span] - squares[at]
    given = [squares[at] - squares[at - span], squares[at] - squares[at - day]]
    volume = volumes[at] - volumes[at - span]
    # The day has its own rhythm: the same four hours of the day before stand for it.
    same_hours = squares[at - day + span] - squares[at - day]
    own = growth[rows]
    figures: list[tuple[str, list[FloatArray]]] = [
        ("alone", []),
        ("given the volatility of the last 4 and 24 h", given),
        ("given volatility, volume and the same hours of the day before", [*given, volume, same_hours]),
    ]
    measured = []
    for name, controls in figures:

        def correlation(chosen: np.ndarray, controls: list[FloatArray] = controls) -> float:
            return partial_spearman(own[chosen], after[chosen], [one[chosen] for one in controls])

        found = Interval(np.nan, np.nan, np.nan)
        if rows.size >= LEAST_ROWS:
            found = bootstrap_statistic(correlation, study.days[rows], n_resamples=400, seed=study.seed)
        measured.append(as_measured(f"rank correlation with the next 4 h of volatility, {name}", found, "correlation"))
    alone, beyond, beyond_all = measured
    if rows.size < LEAST_ROWS:
        verdict = "not measurable: too few hours"
    elif beyond_all.low > 0:
        verdict = "holds"
    elif alone.low > 0:
        verdict = "holds, but so does the control: present volatility" + (
            "" if beyond.low <= 0 else ", volume and the hour"
        )
        verdict += " already says it"
    else:
        verdict = "does not hold"
    return ClaimResult(
        id="growth",
        claim="The speed of cluster growth often signals incoming volatility",
        where="What a Liquidation Heatmap Actually Shows You, 3",
        measured=tuple(measured),
        n=int(rows.size),
        verdict=verdict,
        how="Every 4 hours: the fastest growth, over the last 4 hours and at fixed prices, among the brightest zones "
        "of the held map, as a share of all that the map shows within 8 %. Volatility: sum of squared 5-minute "
        "returns. Given, besides, is the volume of the last 4 hours. Ranks, with cubics in the ranks of what is given "
        "taken out. n: moments.",
    )


def growth_speed(study: Study) -> FloatArray:
    """Fastest growth of a bright zone over 4 hours at fixed prices, ``(h,)``, share of the map; NaN at the start."""
    usd, width = study.held.usd, study.held.cell_width
    below = np.concatenate([np.zeros((*usd.shape[:2], 1)), np.cumsum(usd, axis=2)], axis=2)
    steps = np.arange(usd.shape[2] + 1) * width
    total = usd.sum(axis=(1, 2))
    old_hour = np.searchsorted(study.hour_ms, study.hour_ms - GROWTH_HOURS * HOUR_MS)
    speed = np.full(study.hour_ms.size, np.nan)
    for hour, sides in enumerate(study.clusters):
        old = int(old_hour[hour])
        if study.hour_ms[old] != study.hour_ms[hour] - GROWTH_HOURS * HOUR_MS or not total[hour] > 0:
            continue
        moved = np.log(study.held.close[old] / study.held.close[hour])
        grown = []
        for side, clusters in enumerate(sides):
            for start, stop in clusters:
                ends = np.array([start, stop]) * width + (moved if side == 0 else -moved)
                if ends[1] > steps[-1]:
                    continue
                before = np.diff(np.interp(ends, steps, below[old, side]))[0]
                grown.append((below[hour, side, stop] - below[hour, side, start] - before) / total[hour])
        speed[hour] = max(grown, default=np.nan)
    return speed


def measure_weekend(study: Study) -> ClaimResult:
    """Open interest, volume, liquidations and zones at weekends, over the working days around."""
    bar_day = days_of(study.market.open_time_ms)
    inside = (bar_day >= study.days[0]) & (bar_day <= study.days[-1])
    series = {
        "open interest": _daily(bar_day[inside], study.market.open_interest[inside]),
        "volume": _daily(bar_day[inside], study.market.volume[inside]),
        "liquidations": _daily(study.days, study.liquidated_usd.sum(axis=1)),
        "held notional within 5 %": _daily(study.days, study.held.usd[:, :, :WEEKEND_CELLS].sum(axis=(1, 2))),
    }
    measured, n = [], 0
    for name, by_day in series.items():
        change = weekend_changes(by_day)
        n = max(n, change.size)
        found = bootstrap_ratio(change, np.ones(change.size), np.arange(change.size), seed=study.seed)
        measured.append(as_measured(f"{name}: weekend over the working days around", found, "%", 100))
    own = measured[0]
    if n < LEAST_WEEKENDS:
        verdict = "not measurable: too few weekends"
    elif own.low <= ARTICLE_WEEKEND[1] and own.high >= ARTICLE_WEEKEND[0]:
        verdict = "holds"
    else:
        verdict = "does not hold: open interest hardly changes" if own.low > -5 else "does not hold"
    return ClaimResult(
        id="weekend",
        claim="At weekends open interest drops 15-30 %; a cluster may represent half the notional",
        where="FAQ: Do liquidation heatmaps work during low-volume weekends?",
        measured=tuple(measured),
        n=n,
        verdict=verdict,
        how="Mean of Saturday and Sunday (UTC) over the mean of the five working days before and the five after, less "
        "one; the mean of all weekends, which are what is resampled. Open interest and volume in the contract's own "
        "unit. n: weekends.",
    )


def weekend_changes(by_day: dict[int, float]) -> FloatArray:
    """Each whole weekend over the working days around, less one.

    Parameters
    ----------
    by_day : dict of int to float
        Figure by UTC day number; days without one are left out of the means.

    Examples
    --------
    >>> monday = 4  # 1970-01-05
    >>> weekend_changes({day: 1.0 if (day - monday) % 7 < 5 else 0.5 for day in range(monday, monday + 12)}).tolist()
    [-0.5]
    """
    changes = []
    for day in sorted(by_day):
        if (day + 3) % 7 != 5 or day + 1 not in by_day:
            continue
        around = [by_day[other] for other in (*range(day - 5, day), *range(day + 2, day + 7)) if other in by_day]
        if len(around) >= 5:
            changes.append((by_day[day] + by_day[day + 1]) / 2 / float(np.mean(around)) - 1)
    return np.array(changes)


def _daily(day: np.ndarray, values: FloatArray) -> dict[int, float]:
    """Mean by day, of days that are at least three quarters known."""
    found, index = np.unique(day, return_inverse=True)
    known = np.isfinite(values)
    count = np.bincount(index, known)
    sums = np.bincount(index, np.where(known, values, 0.0))
    whole = np.bincount(index).max()
    return {int(one): sums[at] / count[at] for at, one in enumerate(found) if count[at] >= 0.75 * whole}
